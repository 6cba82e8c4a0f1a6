#include "server/config/server_config.h"

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "policy/identity_index.h"
#include "process/admin_endpoint.h"
#include "process/loopback.h"
#include "process/yaml_reader.h"
#include "server/telemetry/metrics_server.h"

namespace sallyport::server {
namespace {

using process::YamlMapping;

constexpr absl::Duration kDay = absl::Hours(24);
constexpr absl::Duration kShortestConnectionAge = absl::Seconds(1);

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string StateDirectory() {
  if (const std::string state = Environment("STATE_DIRECTORY"); !state.empty()) return state;
  std::string state = Environment("XDG_STATE_HOME");
  if (state.empty()) state = absl::StrCat(Environment("HOME"), "/.local/state");
  return absl::StrCat(state, "/sallyport");
}

void ReadGrpc(YamlMapping grpc, ServerConfig* config) {
  config->address = grpc.String("address", config->address);
  if (auto tls = grpc.Mapping("tls")) {
    config->tls =
        ServerTls{.certificate_file = tls->RequiredString("certificate"),
                  .key_file = tls->RequiredString("key"),
                  .client_ca_file = tls->Has("client_ca") ? tls->RequiredString("client_ca") : ""};
    const bool anybody = tls->Bool("allow_brokers_without_certificate", false);
    if (!tls->Has("client_ca") && !anybody && !process::StaysOnThisMachine(config->address)) {
      tls->Refuse("client_ca",
                  "expected: whoever reaches the address would be a broker. Or set "
                  "'allow_brokers_without_certificate: true' where the network lets only brokers "
                  "through");
    }
  }
  config->max_connection_age =
      grpc.Duration("max_connection_age", config->max_connection_age, absl::ZeroDuration(), kDay);
  if (config->max_connection_age > absl::ZeroDuration() &&
      config->max_connection_age < kShortestConnectionAge) {
    grpc.Refuse("max_connection_age", "expected 1s or more, or 0s for no limit");
  }
  config->max_connection_age_grace =
      grpc.Duration("max_connection_age_grace", config->max_connection_age_grace,
                    kShortestConnectionAge, absl::Hours(1));
  const bool allow_plaintext = grpc.Bool("allow_plaintext", false);
  if (!config->tls && !allow_plaintext && !process::StaysOnThisMachine(config->address)) {
    grpc.Refuse("address",
                "passwords would cross the network unencrypted: give 'tls', listen on loopback, or "
                "set 'allow_plaintext: true' where the network itself encrypts");
  }
}

// What is wrong is the operator's to see before anybody can change users from afar.
AdminAddress ReadAdminAddress(YamlMapping admin) {
  AdminAddress address = {.address = admin.RequiredString("address"),
                          .allow = admin.StringList("allow")};
  // As gRPC spells them; a host's name may begin alike.
  if (absl::StartsWith(address.address, "unix:") ||
      absl::StartsWith(address.address, "unix-abstract:")) {
    admin.Refuse("address", "expected HOST:PORT; a Unix socket is 'socket'");
  }
  if (auto tls = admin.Mapping("tls")) {
    address.tls = {.certificate_file = tls->RequiredString("certificate"),
                   .key_file = tls->RequiredString("key"),
                   .client_ca_file = tls->RequiredString("client_ca")};
  } else {
    admin.Refuse("tls",
                 "expected 'certificate', 'key' and 'client_ca': callers at 'address' are "
                 "known by their certificates");
  }
  if (address.allow.empty()) {
    admin.Refuse("allow",
                 "expected the DNS names or URIs of the certificates whose holders may "
                 "change users at 'address'");
  }
  const policy::IdentityIndex identities;
  for (const std::string& pattern : address.allow) {
    if (const char* problem = identities.Problem(pattern)) {
      admin.Refuse("allow", absl::StrCat("'", pattern, "': ", problem));
    }
  }
  return address;
}

void ReadAdmin(YamlMapping admin, ServerConfig* config) {
  config->admin_socket = admin.String("socket", config->admin_socket);
  if (admin.Has("metrics")) {
    config->metrics_address = admin.RequiredString("metrics");
    if (!IsMetricsAddress(config->metrics_address)) {
      admin.Refuse("metrics", "expected HOST:PORT, where metrics are served by HTTP");
    }
  }
  if (admin.Has("address")) {
    config->admin_address = ReadAdminAddress(admin);
  } else if (admin.Has("tls") || admin.Has("allow")) {
    admin.Refuse("address", "expected, since 'tls' and 'allow' are for it");
  }
}

KerberosSettings ReadKerberos(YamlMapping kerberos) {
  return {.keytab = kerberos.String("keytab", ""),
          .service = kerberos.String("service", KerberosSettings().service),
          .realm = kerberos.String("realm", ""),
          .allow_one_way = kerberos.Bool("allow_one_way", false)};
}

void ReadLimits(YamlMapping limits, ServerConfig* config) {
  HandshakeQuotas& quotas = config->quotas;
  quotas.max_streams = limits.Uint("streams", quotas.max_streams, 1, 1'000'000);
  quotas.max_handshakes = limits.Uint("handshakes", quotas.max_handshakes, 1, 10'000'000);
  quotas.max_handshakes_per_stream =
      limits.Uint("handshakes_per_stream", quotas.max_handshakes_per_stream, 1, 10'000'000);
  quotas.handshake_timeout = absl::ToChronoMilliseconds(
      limits.Duration("handshake_timeout", absl::FromChrono(quotas.handshake_timeout),
                      absl::Milliseconds(100), absl::Minutes(10)));
  DerivationPool::Options& derivation = config->derivation;
  derivation.threads = static_cast<int>(
      limits.Uint("derivation_threads", static_cast<uint64_t>(derivation.threads), 1, 256));
  derivation.max_queued = limits.Uint("derivation_queue", derivation.max_queued, 1, 1'000'000);
  derivation.cache.capacity =
      limits.Uint("verified_passwords", derivation.cache.capacity, 0, 10'000'000);
  derivation.cache.time_to_live = limits.Duration(
      "verified_password_ttl", derivation.cache.time_to_live, absl::Seconds(1), absl::Hours(24));
}

// `handshakes` is how many logins there may be at once.
void ReadAudit(YamlMapping audit, size_t handshakes, AuditOptions* options) {
  options->file = audit.RequiredString("file");
  options->queue = audit.Uint("queue", std::max(options->queue, handshakes), 16, 10'000'000);
  options->when_full = audit.Choice("when_full", options->when_full,
                                    {{"refuse", WhenFull::kRefuse}, {"count", WhenFull::kCount}});
}

}  // namespace

std::string BuiltInPolicy(const std::string& path) {
  // A JSON string is a YAML scalar, whatever the path.
  return absl::StrCat("stores: [{name: local, sqlite: {path: ", nlohmann::json(path).dump(),
                      "}}]\nrules: {stores: [{store: local}]}\n");
}

ServerConfig DefaultServerConfig() {
  ServerConfig config;
  config.built_in_policy = BuiltInPolicy(absl::StrCat(StateDirectory(), "/sallyport.db"));
  config.decoy_key_file = absl::StrCat(StateDirectory(), "/decoy.key");
  config.admin_socket = process::DefaultAdminSocket();
  return config;
}

absl::StatusOr<ServerConfig> LoadServerConfig(const std::string& path) {
  auto document = process::YamlDocument::FromFile(path);
  if (!document.ok()) return document.status();
  ServerConfig config = DefaultServerConfig();
  YamlMapping root = document->root();
  if (auto grpc = root.Mapping("grpc")) ReadGrpc(*grpc, &config);
  if (auto admin = root.Mapping("admin")) ReadAdmin(*admin, &config);
  if (auto health = root.Mapping("health")) {
    config.health_address = health->RequiredString("address");
  }
  config.policy_file = root.String("policy", "");
  config.decoy_key_file = root.String("decoy_key", config.decoy_key_file);
  if (auto kerberos = root.Mapping("kerberos")) config.kerberos = ReadKerberos(*kerberos);
  if (auto limits = root.Mapping("limits")) ReadLimits(*limits, &config);
  if (auto audit = root.Mapping("audit")) {
    ReadAudit(*audit, config.quotas.max_handshakes, &config.audit);
  }
  if (auto resume = root.Mapping("resume")) {
    config.resume_key_file = resume->RequiredString("key_file");
  }
  if (auto text = root.Mapping("text_protocol")) {
    config.text_address = text->RequiredString("address");
    config.text_listener = text->String("listener", config.text_listener);
    if (!process::StaysOnThisMachine(config.text_address)) {
      text->Refuse("address",
                   "expected 127.0.0.1:PORT, [::1]:PORT or unix:/PATH, since passwords would cross "
                   "a network unencrypted");
    }
  }
  config.drain = root.Duration("drain", config.drain, absl::ZeroDuration(), absl::Hours(1));
  if (auto log = root.Mapping("log")) {
    config.log_level = log->Choice("level", config.log_level,
                                   {{"debug", process::LogLevel::kDebug},
                                    {"info", process::LogLevel::kInfo},
                                    {"warning", process::LogLevel::kWarning},
                                    {"error", process::LogLevel::kError},
                                    {"off", process::LogLevel::kOff}});
  }
  if (absl::Status status = document->Finish(); !status.ok()) return status;
  return config;
}

}  // namespace sallyport::server
