#include "ctl/connection_options.h"

#include <CLI/CLI.hpp>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "process/admin_endpoint.h"

namespace sallyport::ctl {
namespace {

std::string Environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// What the command line says, or the variable, or the error that nobody does.
absl::StatusOr<std::string> FileFor(const std::string& option, const char* flag,
                                    const char* variable) {
  std::string file = option.empty() ? Environment(variable) : option;
  if (!file.empty()) return file;
  return absl::InvalidArgumentError(
      absl::StrCat("an address is reached over mutual TLS, for which ", flag, " (or ", variable,
                   ") has to name a PEM file"));
}

absl::StatusOr<AdminClient> ConnectTo(const std::string& address,
                                      const ConnectionOptions& options) {
  const auto ca = FileFor(options.ca_file, "--ca", "SALLYPORT_ADMIN_CA");
  if (!ca.ok()) return ca.status();
  const auto certificate = FileFor(options.certificate_file, "--cert", "SALLYPORT_ADMIN_CERT");
  if (!certificate.ok()) return certificate.status();
  const auto key = FileFor(options.key_file, "--key", "SALLYPORT_ADMIN_KEY");
  if (!key.ok()) return key.status();
  return AdminClient::ConnectTo(
      address, {.ca_file = *ca, .certificate_file = *certificate, .key_file = *key});
}

}  // namespace

void AddConnectionOptions(CLI::App& command, ConnectionOptions& options) {
  CLI::Option* const socket =
      command
          .add_option("--socket", options.socket,
                      "the Admin socket of sallyportd (Env:SALLYPORT_ADMIN_SOCKET)")
          ->default_str(process::DefaultAdminSocket());
  command
      .add_option("--admin", options.address,
                  "the Admin address of sallyportd, as host:port, over mutual TLS "
                  "(Env:SALLYPORT_ADMIN_ADDRESS)")
      ->type_name("ADDRESS")
      ->excludes(socket);
  const auto add_file = [&](const char* name, std::string& file, const char* what) {
    command.add_option(name, file, what)->type_name("FILE")->excludes(socket);
  };
  add_file("--ca", options.ca_file, "PEM: who may vouch for sallyportd (Env:SALLYPORT_ADMIN_CA)");
  add_file("--cert", options.certificate_file, "PEM: who we are (Env:SALLYPORT_ADMIN_CERT)");
  add_file("--key", options.key_file, "PEM: its key (Env:SALLYPORT_ADMIN_KEY)");
}

absl::StatusOr<AdminClient> Connect(const ConnectionOptions& options) {
  if (!options.address.empty()) return ConnectTo(options.address, options);
  if (!options.socket.empty()) return AdminClient::Connect(options.socket);
  const std::string address = Environment("SALLYPORT_ADMIN_ADDRESS");
  if (!address.empty()) return ConnectTo(address, options);
  if (!options.ca_file.empty() || !options.certificate_file.empty() || !options.key_file.empty()) {
    return absl::InvalidArgumentError(
        "--ca, --cert and --key are for an address: give --admin, or leave them out");
  }
  const std::string socket = Environment("SALLYPORT_ADMIN_SOCKET");
  return AdminClient::Connect(socket.empty() ? process::DefaultAdminSocket() : socket);
}

}  // namespace sallyport::ctl
