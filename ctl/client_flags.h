#ifndef SALLYPORT_CTL_CLIENT_FLAGS_H_
#define SALLYPORT_CTL_CLIENT_FLAGS_H_

// The options of a program that plays an AMQP client and its broker at once: what
// the client does, and what the broker tells the service of its connection.

#include <CLI/App.hpp>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "client/handshake_types.h"
#include "core/handshake/client_handshake.h"

namespace sallyport::ctl {

struct ClientFlags {
  // Empty: the program's own default.
  std::vector<std::string> mechanisms;
  std::string hostname;
  std::string sasl_host;
  std::string authorization_id;
  // Each NAME=VALUE.
  std::vector<std::string> parameters;
  std::vector<std::string> critical_parameters;
  // PEM file; empty: the client has shown no certificate.
  std::string peer_certificate;
  // A type; empty: none.
  std::string channel_binding;
  bool unencrypted = false;
};

// AddClientFlags adds the options to `command`; `flags` outlives it.
void AddClientFlags(CLI::App& command, ClientFlags& flags);

// ApplyClientFlags makes `connection` and `client` what `flags` say. A channel
// binding is random, and the same for both sides, as if both were ends of one TLS
// connection. It fails as process::ReadFile does, with InvalidArgument for a file
// without a certificate, and with Unavailable without randomness.
absl::Status ApplyClientFlags(const ClientFlags& flags, client::ConnectionFacts* connection,
                              ClientHandshake::Options* client);

}  // namespace sallyport::ctl

#endif  // SALLYPORT_CTL_CLIENT_FLAGS_H_
