#ifndef SALLYPORT_GATEWAY_GATEWAY_CONFIG_H_
#define SALLYPORT_GATEWAY_GATEWAY_CONFIG_H_

// The gateway's configuration, read strictly from YAML. Every key, with its
// default; F is the path of a PEM file:
//
//   service:                       # the central service; required
//     target: "127.0.0.1:7450"     # a gRPC target; required
//     tls:                         # absent: no encryption
//       ca: F                      # absent: the system's roots
//       certificate: F             # for mutual TLS, together with key
//       key: F
//       server_name: S             # absent: the name in the target
//     allow_plaintext: false       # true: no 'tls', and yet beyond this machine
//     max_stream_age: 10m          # 1s to 24h; then the target is resolved and the
//                                  # files of tls are read anew
//   listeners:                     # required: one or more
//     - name: "amqps"              # required; as the service's policy names it
//       address: "0.0.0.0:5671"    # required; an IP address; port 0: any free one
//       tls:                       # absent: AMQP without TLS
//         certificate: F           # required; with its chain
//         key: F                   # required
//         client_ca: F             # ask for client certificates, and verify them
//         client_certificate: optional      # or required; needs client_ca
//       proxy_protocol: none       # v1, v2 or any: a load balancer sends PROXY
//   broker:                        # required
//     address: "127.0.0.1:5672"    # required; a name or an IP address
//     tls:                         # absent: no encryption
//       ca: F                      # absent: the system's roots
//       server_name: S             # absent: the host in the address
//     login: external              # required: external, account or anonymous
//     external:                    # with login external, which needs tls
//       ca_certificate: F          # required; the broker trusts it
//       ca_key: F                  # required
//       lifetime: 10m              # of a client certificate; 1m to 24h
//       cache_size: 10000          # certificates kept; 1 to 10000000
//     account:                     # with login account: one for all clients
//       mechanisms: [SCRAM-SHA-512, SCRAM-SHA-256, PLAIN]
//                                  # the first that the broker offers; PLAIN is left
//                                  # out of this default where it would be readable
//       username: U                # required for mechanisms with a password
//       password_file: F           # likewise; one line, read at start
//       token_file: F              # required for OAUTHBEARER and XOAUTH2; one line,
//                                  # read again for each login
//       server_name: S             # the broker, as SASL calls it; absent: that of
//                                  # tls, or the host in the address
//       channel_bindings: [tls-exporter, tls-server-end-point]   # for -PLUS: the
//                                  # first that the connection has; also tls-unique
//       parameters: {NAME: VALUE}  # of the mechanisms
//       allow_plaintext: false     # true: no 'tls', and yet PLAIN and its like
//     proxy_protocol: none         # v1 or v2: tell the broker the client's address
//     connect_timeout: 10s         # for TCP, TLS and login together
//   health:                        # absent: no probe is answered
//     address: "0.0.0.0:7454"      # required; see process/health_server.h
//   limits:
//     connections: 10000           # at once
//     connections_per_address: 0   # at once from one IP address; 0: no limit
//     bytes_before_authentication: 128KiB
//     seconds_before_authentication: 30     # covers PROXY, TLS and SASL
//   threads: 0                     # event threads; 0: one for each core
//   drain: 10s                     # after SIGTERM, how long connections may go on
//   log:
//     level: info                  # debug, info, warning, error or off
//
// Plain data.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/sasl/mechanism_parameter.h"
#include "gateway/endpoint.h"
#include "gateway/proxy_protocol.h"
#include "process/log.h"
#include "process/yaml_reader.h"

namespace sallyport::gateway {

// ServiceTlsConfig are the paths of PEM files; empty: absent.
struct ServiceTlsConfig {
  std::string ca;
  std::string certificate;
  std::string key;
  std::string server_name;
};

struct ServiceConfig {
  std::string target;
  std::optional<ServiceTlsConfig> tls;
  absl::Duration max_stream_age = absl::Minutes(10);
};

struct ListenerTlsConfig {
  std::string certificate;
  std::string key;
  // Empty: clients are not asked for a certificate.
  std::string client_ca;
  bool client_certificate_required = false;
};

struct ListenerConfig {
  std::string name;
  Endpoint address;
  std::optional<ListenerTlsConfig> tls;
  ProxyProtocol proxy_protocol = ProxyProtocol::kNone;
};

struct BrokerTlsConfig {
  // Empty: the system's roots.
  std::string ca;
  // Never empty: defaults to the host of the broker's address.
  std::string server_name;
};

// BrokerLogin is how the gateway logs in on a client's behalf.
enum class BrokerLogin : uint8_t { kExternal, kAccount, kAnonymous };

struct ExternalLoginConfig {
  std::string ca_certificate;
  std::string ca_key;
  absl::Duration lifetime = absl::Minutes(10);
  size_t cache_size = 10'000;
};

// AccountLoginConfig is a service account, by which every client is logged in.
struct AccountLoginConfig {
  // Of the registry, in order of preference; never empty.
  std::vector<std::string> mechanisms;
  std::string username;
  // Empty unless a mechanism needs it.
  std::string password_file;
  std::string token_file;
  // Never empty.
  std::string server_name;
  // In order of preference.
  std::vector<std::string> channel_bindings;
  std::vector<MechanismParameter> parameters;
};

struct BrokerConfig {
  HostAndPort address;
  std::optional<BrokerTlsConfig> tls;
  BrokerLogin login = BrokerLogin::kAnonymous;
  // The one that `login` names is used.
  ExternalLoginConfig external;
  AccountLoginConfig account;
  ProxyProtocol proxy_protocol = ProxyProtocol::kNone;
  absl::Duration connect_timeout = absl::Seconds(10);
};

struct LimitsConfig {
  uint64_t connections = 10'000;
  // 0: no limit.
  uint64_t connections_per_address = 0;
  uint64_t bytes_before_authentication = 128u << 10;
  absl::Duration time_before_authentication = absl::Seconds(30);
};

struct GatewayConfig {
  ServiceConfig service;
  std::vector<ListenerConfig> listeners;
  BrokerConfig broker;
  // "host:port"; empty: nowhere.
  std::string health_address;
  LimitsConfig limits;
  // 0: one for each core.
  uint64_t threads = 0;
  absl::Duration drain = absl::Seconds(10);
  process::LogLevel log_level = process::LogLevel::kInfo;
};

// ReadGatewayConfig fails with InvalidArgument; the message names the file, the
// line and the key. Files that the configuration names are not opened.
absl::StatusOr<GatewayConfig> ReadGatewayConfig(process::YamlDocument document);

}  // namespace sallyport::gateway

#endif  // SALLYPORT_GATEWAY_GATEWAY_CONFIG_H_
