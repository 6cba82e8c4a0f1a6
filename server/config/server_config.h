#ifndef SALLYPORT_SERVER_CONFIG_SERVER_CONFIG_H_
#define SALLYPORT_SERVER_CONFIG_SERVER_CONFIG_H_

// sallyportd's configuration: a YAML file, read strictly. Without a file the
// defaults below are used, which are safe: loopback only, and a store that has
// no users. docs/configuration.md describes each key.

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "process/log.h"
#include "server/audit/audit_log.h"
#include "server/login/derivation_pool.h"
#include "server/login/handshake_host.h"

namespace sallyport::server {

// ServerTls are PEM files. They are watched: a new certificate is used for new
// connections without a restart.
struct ServerTls {
  std::string certificate_file;
  std::string key_file;
  // Brokers must show a certificate that one of these signed; empty: they need
  // none.
  std::string client_ca_file;
};

// AdminAddress is where operators reach the service from other machines.
struct AdminAddress {
  // "host:port". Port 0 takes any.
  std::string address;
  // With a client_ca_file: a caller without a certificate of its is not heard.
  ServerTls tls;
  // Whose certificates may make calls: DNS names and URIs as policy::IdentityIndex knows
  // them. Never empty.
  std::vector<std::string> allow;
};

struct ServerConfig {
  // "host:port", or "unix:/path". Port 0 takes any.
  std::string address = "127.0.0.1:7450";
  std::optional<ServerTls> tls;
  // How old a broker's connection may grow before it is asked to come again, up to a
  // tenth more or less; and how long it may then last. Zero: as old as it likes.
  absl::Duration max_connection_age = absl::Minutes(30);
  absl::Duration max_connection_age_grace = absl::Minutes(1);

  std::string admin_socket;
  // Beside the socket.
  std::optional<AdminAddress> admin_address;
  // Where /metrics is served by HTTP, "host:port"; port 0 takes any. Empty: nowhere.
  std::string metrics_address;

  // Where probes that cannot encrypt are answered, "host:port" (process/health_server.h).
  // Empty: nowhere.
  std::string health_address;

  // The policy's file. Empty: `built_in_policy` holds.
  std::string policy_file;
  std::string built_in_policy;
  // The key of decoys (server/login/decoy_key.h), the same for every replica. It is made
  // where it is missing.
  std::string decoy_key_file;
  KerberosSettings kerberos;

  HandshakeQuotas quotas;
  DerivationPool::Options derivation;

  AuditOptions audit;

  // The keys that resume tokens are sealed under, the same for every replica.
  // Empty: one of this process's own, so that no other replica goes on with its
  // handshakes.
  std::string resume_key_file;

  // Where the text protocol is spoken, "127.0.0.1:port" or "unix:/path", and the
  // listener whose policy holds there. Empty: nowhere.
  std::string text_address;
  std::string text_listener = "text";

  // How long live handshakes may go on after SIGTERM.
  absl::Duration drain = absl::Seconds(10);
  process::LogLevel log_level = process::LogLevel::kInfo;
};

// BuiltInPolicy is a policy of one SQLite store in the file `path`, called "local", that
// serves every listener with what is safe.
std::string BuiltInPolicy(const std::string& path);

// DefaultServerConfig is what sallyportd runs with when it is given no file. The
// store of the built-in policy and the key of decoys lie in $STATE_DIRECTORY, else
// $XDG_STATE_HOME/sallyport, else ~/.local/state/sallyport; the admin socket in $RUNTIME_DIRECTORY,
// else $XDG_RUNTIME_DIR/sallyport, else /run/sallyport.
ServerConfig DefaultServerConfig();

// LoadServerConfig reads `path` over the defaults. InvalidArgument names file,
// line, column, key and what was expected.
absl::StatusOr<ServerConfig> LoadServerConfig(const std::string& path);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_CONFIG_SERVER_CONFIG_H_
