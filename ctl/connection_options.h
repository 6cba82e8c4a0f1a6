#ifndef SALLYPORT_CTL_CONNECTION_OPTIONS_H_
#define SALLYPORT_CTL_CONNECTION_OPTIONS_H_

// Which sallyportd a command is for: the one behind a Unix socket of this machine, or
// one at an address, over mutual TLS.

#include <CLI/App.hpp>
#include <string>

#include "absl/status/statusor.h"
#include "ctl/admin_client.h"

namespace sallyport::ctl {

// ConnectionOptions are what the command line says; empty: it does not.
struct ConnectionOptions {
  std::string socket;
  std::string address;
  // PEM files.
  std::string ca_file;
  std::string certificate_file;
  std::string key_file;
};

// AddConnectionOptions adds --socket, --admin, --ca, --cert and --key; `options` outlives
// `command`.
void AddConnectionOptions(CLI::App& command, ConnectionOptions& options);

// Connect takes what the command line does not say from the environment: an address goes
// before a socket there, and without either it is the default socket. InvalidArgument
// where a file is missing for TLS; it fails as AdminClient does.
absl::StatusOr<AdminClient> Connect(const ConnectionOptions& options);

}  // namespace sallyport::ctl

#endif  // SALLYPORT_CTL_CONNECTION_OPTIONS_H_
