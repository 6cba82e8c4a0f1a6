#include "server/config/server_config.h"

#include <cstdlib>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "core/credentials/weak_schemes.h"
#include "core/sasl/digest_md5/digest_challenge.h"
#include "core/sasl/mechanism_registry.h"
#include "process/loopback.h"
#include "process/yaml_reader.h"

namespace sallyport::server {
namespace {

using process::YamlMapping;

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string DefaultStorePath() {
  if (const std::string state = Environment("STATE_DIRECTORY"); !state.empty()) {
    return absl::StrCat(state, "/sallyport.db");
  }
  std::string state = Environment("XDG_STATE_HOME");
  if (state.empty()) state = absl::StrCat(Environment("HOME"), "/.local/state");
  return absl::StrCat(state, "/sallyport/sallyport.db");
}

std::string DefaultAdminSocket() {
  if (const std::string run = Environment("RUNTIME_DIRECTORY"); !run.empty()) {
    return absl::StrCat(run, "/admin.sock");
  }
  const std::string run = Environment("XDG_RUNTIME_DIR");
  return absl::StrCat(run.empty() ? "/run" : run, "/sallyport/admin.sock");
}

void ReadGrpc(YamlMapping grpc, ServerConfig* config) {
  config->address = grpc.String("address", config->address);
  if (auto tls = grpc.Mapping("tls")) {
    config->tls =
        ServerTls{.certificate_file = tls->RequiredString("certificate"),
                  .key_file = tls->RequiredString("key"),
                  .client_ca_file = tls->Has("client_ca") ? tls->RequiredString("client_ca") : ""};
  }
  const bool allow_plaintext = grpc.Bool("allow_plaintext", false);
  if (!config->tls && !allow_plaintext && !process::StaysOnThisMachine(config->address)) {
    grpc.Refuse("address",
                "passwords would cross the network unencrypted: give 'tls', listen on loopback, or "
                "set 'allow_plaintext: true' where the network itself encrypts");
  }
}

void ReadStore(YamlMapping store, ServerConfig* config) {
  config->store_name = store.String("name", config->store_name);
  config->store_path = store.String("sqlite", config->store_path);
  config->store_cache_ttl =
      store.Duration("cache_ttl", config->store_cache_ttl, absl::ZeroDuration(), absl::Hours(24));
}

void ReadCredentials(YamlMapping credentials, ServerConfig* config) {
  if (credentials.Has("schemes")) {
    config->schemes = credentials.StringList("schemes");
    if (config->schemes.empty()) credentials.Refuse("schemes", "name at least one scheme");
  }
  for (std::string& scheme : config->schemes) {
    const std::string_view known = FindCredentialScheme(scheme);
    if (known.empty()) credentials.Refuse("schemes", absl::StrCat("unknown scheme '", scheme, "'"));
    if (!known.empty() && !IsForNewPasswords(known)) {
      credentials.Refuse("schemes", absl::StrCat("the scheme '", scheme,
                                                 "' is for checking passwords that are stored so, "
                                                 "not for new ones"));
    }
    scheme = known;
  }
  config->weak_schemes = credentials.StringList("allow_weak");
  for (std::string& scheme : config->weak_schemes) {
    const std::string_view known = FindCredentialScheme(scheme);
    if (known.empty() || !IsWeakScheme(known)) {
      credentials.Refuse("allow_weak", absl::StrCat("'", scheme, "' is not a weak scheme"));
    }
    scheme = known;
  }
  config->min_scram_iterations = static_cast<uint32_t>(
      credentials.Uint("min_scram_iterations", config->min_scram_iterations, 1, kMaxIterations));
  CredentialCosts& costs = config->costs;
  costs.scram_iterations = static_cast<uint32_t>(
      credentials.Uint("scram_iterations", costs.scram_iterations, 4096, kMaxIterations));
  if (config->min_scram_iterations > costs.scram_iterations) {
    credentials.Refuse("min_scram_iterations",
                       "expected no more than 'scram_iterations': no new password could be used");
  }
  costs.pbkdf2_iterations = static_cast<uint32_t>(
      credentials.Uint("pbkdf2_iterations", costs.pbkdf2_iterations, 4096, kMaxIterations));
  costs.argon2_memory_kib = static_cast<uint32_t>(credentials.Uint(
      "argon2_memory_kib", costs.argon2_memory_kib, 8 * 1024, kMaxArgon2MemoryKib));
  costs.argon2_passes = static_cast<uint32_t>(
      credentials.Uint("argon2_passes", costs.argon2_passes, 1, kMaxArgon2Passes));
  costs.yescrypt_cost = static_cast<uint32_t>(
      credentials.Uint("yescrypt_cost", costs.yescrypt_cost, 4, kMaxYescryptCost));
}

KerberosSettings ReadKerberos(YamlMapping kerberos) {
  return {.keytab = kerberos.String("keytab", ""),
          .service = kerberos.String("service", KerberosSettings().service),
          .realm = kerberos.String("realm", ""),
          .allow_one_way = kerberos.Bool("allow_one_way", false)};
}

ListenerRules ReadListener(YamlMapping listener) {
  ListenerRules rules;
  rules.name = listener.RequiredString("name");
  if (listener.Has("mechanisms")) rules.mechanisms = listener.StringList("mechanisms");
  for (const std::string& name : rules.mechanisms) {
    if (FindMechanism(name) == nullptr) {
      listener.Refuse("mechanisms", absl::StrCat("unknown mechanism '", name, "'"));
    }
  }
  if (listener.Has("channel_bindings")) {
    rules.channel_bindings = listener.StringList("channel_bindings");
  }
  for (const std::string& type : rules.channel_bindings) {
    if (type == "tls-exporter" || type == "tls-server-end-point" || type == "tls-unique") continue;
    listener.Refuse("channel_bindings",
                    absl::StrCat("unknown type '", type,
                                 "'; there are tls-exporter, tls-server-end-point, tls-unique"));
  }
  rules.allow_password_without_tls = listener.Bool("allow_password_without_tls", false);
  rules.limits.final_data_as_challenge = listener.Bool("final_data_as_challenge", false);
  rules.token_error_as_challenge =
      listener.Bool("token_error_as_challenge", rules.token_error_as_challenge);
  rules.digest_realm = listener.String("digest_realm", rules.digest_realm);
  if (!IsDigestRealm(rules.digest_realm)) {
    listener.Refuse("digest_realm",
                    "the realm must be UTF-8 without control characters, of 1 to 255 bytes");
  }
  rules.certificate_identity = listener.Choice("certificate_identity", rules.certificate_identity,
                                               {{"common_name", CertificateIdentity::kCommonName},
                                                {"dns_name", CertificateIdentity::kDnsName},
                                                {"email", CertificateIdentity::kEmailAddress},
                                                {"uri", CertificateIdentity::kUri},
                                                {"spiffe_id", CertificateIdentity::kSpiffeId}});
  HandshakeLimits& limits = rules.limits;
  limits.max_frame_size = listener.Size("max_frame_size", limits.max_frame_size, 512, 1 << 20);
  limits.max_bytes = listener.Size("max_handshake_bytes", limits.max_bytes, 1024, 16 << 20);
  limits.max_steps = static_cast<uint32_t>(listener.Uint("max_steps", limits.max_steps, 2, 1000));
  limits.skip_empty_frames = listener.Bool("skip_empty_frames", false);
  return rules;
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

}  // namespace

ServerConfig DefaultServerConfig() {
  ServerConfig config;
  config.store_path = DefaultStorePath();
  config.admin_socket = DefaultAdminSocket();
  return config;
}

absl::StatusOr<ServerConfig> LoadServerConfig(const std::string& path) {
  auto document = process::YamlDocument::FromFile(path);
  if (!document.ok()) return document.status();
  ServerConfig config = DefaultServerConfig();
  YamlMapping root = document->root();
  if (auto grpc = root.Mapping("grpc")) ReadGrpc(*grpc, &config);
  if (auto admin = root.Mapping("admin")) {
    config.admin_socket = admin->String("socket", config.admin_socket);
  }
  if (auto store = root.Mapping("store")) ReadStore(*store, &config);
  if (auto credentials = root.Mapping("credentials")) ReadCredentials(*credentials, &config);
  if (auto kerberos = root.Mapping("kerberos")) config.kerberos = ReadKerberos(*kerberos);
  for (YamlMapping issuer : root.MappingList("tokens")) {
    config.token_issuers.push_back(ReadTokenIssuer(issuer));
    if (config.token_issuers.back().name == config.store_name) {
      issuer.Refuse("name", "the store has this name: nobody could tell whom either vouches for");
    }
  }
  if (root.Has("listeners")) config.listeners.clear();
  for (YamlMapping listener : root.MappingList("listeners")) {
    config.listeners.push_back(ReadListener(listener));
  }
  if (auto limits = root.Mapping("limits")) ReadLimits(*limits, &config);
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
