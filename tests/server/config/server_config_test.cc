#include "server/config/server_config.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

namespace sallyport::server {
namespace {

absl::StatusOr<ServerConfig> Load(const std::string& yaml) {
  const std::string path = ::testing::TempDir() + "/sallyportd.yaml";
  std::ofstream(path) << yaml;
  return LoadServerConfig(path);
}

std::string Error(const std::string& yaml) {
  const auto config = Load(yaml);
  EXPECT_FALSE(config.ok());
  return std::string(config.status().message());
}

TEST(ServerConfig, ReadsEveryKey) {
  const auto config = Load(R"(
grpc:
  address: 0.0.0.0:7450
  tls: {certificate: cert.pem, key: key.pem, client_ca: ca.pem}
admin: {socket: /run/x/admin.sock}
store: {name: main, sqlite: /var/lib/x.db, cache_ttl: 5s}
credentials:
  schemes: [SCRAM-SHA-256]
  allow_weak: [ssha, SHA256]
  min_scram_iterations: 4500
  scram_iterations: 5000
  pbkdf2_iterations: 5001
  argon2_memory_kib: 9000
  argon2_passes: 3
kerberos: {keytab: amqp.keytab, service: amqp@auth.example, realm: EXAMPLE, allow_one_way: true}
tokens:
  - issuer: https://issuer.example
    keys: issuer.jwks
    audience: [brokers]
listeners:
  - name: amqps
    mechanisms: [PLAIN, SCRAM-SHA-1]
    allow_password_without_tls: true
    channel_bindings: [tls-exporter]
    final_data_as_challenge: true
    token_error_as_challenge: false
    digest_realm: brokers
    skip_empty_frames: true
    certificate_identity: uri
    max_frame_size: 4KiB
    max_handshake_bytes: 8KiB
    max_steps: 5
limits:
  streams: 3
  handshakes: 4
  handshakes_per_stream: 5
  handshake_timeout: 7s
  derivation_threads: 6
  derivation_queue: 7
  verified_passwords: 8
  verified_password_ttl: 9s
drain: 11s
log: {level: warning}
)");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->address, "0.0.0.0:7450");
  EXPECT_EQ(config->tls->certificate_file, "cert.pem");
  EXPECT_EQ(config->tls->key_file, "key.pem");
  EXPECT_EQ(config->tls->client_ca_file, "ca.pem");
  EXPECT_EQ(config->admin_socket, "/run/x/admin.sock");
  EXPECT_EQ(config->store_name, "main");
  EXPECT_EQ(config->store_path, "/var/lib/x.db");
  EXPECT_EQ(config->store_cache_ttl, absl::Seconds(5));
  EXPECT_EQ(config->schemes, std::vector<std::string>{"SCRAM-SHA-256"});
  EXPECT_EQ(config->weak_schemes, (std::vector<std::string>{"SSHA", "SHA256"}));
  EXPECT_EQ(config->min_scram_iterations, 4500u);
  EXPECT_EQ(config->kerberos.keytab, "amqp.keytab");
  EXPECT_EQ(config->kerberos.service, "amqp@auth.example");
  EXPECT_EQ(config->kerberos.realm, "EXAMPLE");
  EXPECT_TRUE(config->kerberos.allow_one_way);
  ASSERT_EQ(config->token_issuers.size(), 1u);
  EXPECT_EQ(config->token_issuers[0].name, "https://issuer.example");
  EXPECT_EQ(config->costs.scram_iterations, 5000u);
  EXPECT_EQ(config->costs.pbkdf2_iterations, 5001u);
  EXPECT_EQ(config->costs.argon2_memory_kib, 9000u);
  EXPECT_EQ(config->costs.argon2_passes, 3u);
  ASSERT_EQ(config->listeners.size(), 1u);
  const ListenerRules& listener = config->listeners[0];
  EXPECT_EQ(listener.name, "amqps");
  EXPECT_EQ(listener.mechanisms, (std::vector<std::string>{"PLAIN", "SCRAM-SHA-1"}));
  EXPECT_TRUE(listener.allow_password_without_tls);
  EXPECT_EQ(listener.channel_bindings, std::vector<std::string>{"tls-exporter"});
  EXPECT_TRUE(listener.limits.final_data_as_challenge);
  EXPECT_FALSE(listener.token_error_as_challenge);
  EXPECT_EQ(listener.digest_realm, "brokers");
  EXPECT_TRUE(listener.limits.skip_empty_frames);
  EXPECT_EQ(listener.certificate_identity, CertificateIdentity::kUri);
  EXPECT_EQ(listener.limits.max_frame_size, 4096u);
  EXPECT_EQ(listener.limits.max_bytes, 8192u);
  EXPECT_EQ(listener.limits.max_steps, 5);
  EXPECT_EQ(config->quotas.max_streams, 3u);
  EXPECT_EQ(config->quotas.max_handshakes, 4u);
  EXPECT_EQ(config->quotas.max_handshakes_per_stream, 5u);
  EXPECT_EQ(config->quotas.handshake_timeout, std::chrono::seconds(7));
  EXPECT_EQ(config->derivation.threads, 6);
  EXPECT_EQ(config->derivation.max_queued, 7u);
  EXPECT_EQ(config->derivation.cache.capacity, 8u);
  EXPECT_EQ(config->derivation.cache.time_to_live, absl::Seconds(9));
  EXPECT_EQ(config->drain, absl::Seconds(11));
  EXPECT_EQ(config->log_level, process::LogLevel::kWarning);
}

TEST(ServerConfig, KnowsEachPartOfACertificate) {
  for (const auto& [name, identity] : std::vector<std::pair<std::string, CertificateIdentity>>{
           {"common_name", CertificateIdentity::kCommonName},
           {"dns_name", CertificateIdentity::kDnsName},
           {"email", CertificateIdentity::kEmailAddress},
           {"uri", CertificateIdentity::kUri},
           {"spiffe_id", CertificateIdentity::kSpiffeId}}) {
    const auto config = Load("listeners: [{name: a, certificate_identity: " + name + "}]");
    ASSERT_TRUE(config.ok()) << config.status();
    EXPECT_EQ(config->listeners[0].certificate_identity, identity) << name;
  }
}

TEST(ServerConfig, DefaultsToLoopbackAndOneRuleForAllListeners) {
  const auto config = Load("{}");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->address, "127.0.0.1:7450");
  EXPECT_FALSE(config->tls);
  ASSERT_EQ(config->listeners.size(), 1u);
  EXPECT_EQ(config->listeners[0].name, "*");
}

TEST(ServerConfig, NamesAnUnknownKeyAndItsLine) {
  const std::string error = Error("grpc:\n  adress: 127.0.0.1:1\n");
  EXPECT_NE(error.find("sallyportd.yaml:2:3"), std::string::npos) << error;
  EXPECT_NE(error.find("'adress'"), std::string::npos) << error;
}

TEST(ServerConfig, NamesAnUnknownMechanismAndItsLine) {
  const std::string error = Error("listeners:\n  - name: a\n    mechanisms: [SCRAM]\n");
  EXPECT_NE(error.find(":3:"), std::string::npos) << error;
  EXPECT_NE(error.find("'SCRAM'"), std::string::npos) << error;
}

TEST(ServerConfig, KnowsSchemesByTheirOwnName) {
  const auto config = Load("credentials: {schemes: [argon2id]}");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->schemes, std::vector<std::string>{"ARGON2ID"});
}

TEST(ServerConfig, RefusesAMinimumThatNoNewPasswordMeets) {
  EXPECT_NE(Error("credentials: {scram_iterations: 5000, min_scram_iterations: 5001}")
                .find("min_scram_iterations"),
            std::string::npos);
}

TEST(ServerConfig, RefusesAnIssuerOfTheStoresName) {
  EXPECT_NE(Error("store: {name: main}\ntokens:\n  - {issuer: 'https://i.example', name: main, "
                  "keys: k.jwks, audience: [a]}")
                .find("the store has this name"),
            std::string::npos);
}

TEST(ServerConfig, AllowsOnlyWeakSchemesByName) {
  for (const char* scheme : {"SCRAM-SHA-256", "ARGON2ID", "CLEARTEXT", "SHA3", ""}) {
    const std::string yaml = std::string("credentials: {allow_weak: ['") + scheme + "']}";
    EXPECT_NE(Error(yaml).find("is not a weak scheme"), std::string::npos) << scheme;
  }
}

TEST(ServerConfig, RefusesAChannelBindingThatDoesNotExist) {
  EXPECT_NE(Error("listeners: [{name: a, channel_bindings: [tls-exportr]}]").find("'tls-exportr'"),
            std::string::npos);
}

TEST(ServerConfig, RefusesARealmThatNoLoginCouldBeIn) {
  for (const std::string& realm : {std::string(), std::string("a\\nb"), std::string(256, 'r')}) {
    const std::string yaml = "listeners: [{name: a, digest_realm: \"" + realm + "\"}]";
    EXPECT_NE(Error(yaml).find("digest_realm"), std::string::npos) << realm;
  }
  EXPECT_TRUE(Load("listeners: [{name: a, digest_realm: " + std::string(255, 'r') + "}]").ok());
}

TEST(ServerConfig, DoesNotTakeAnEmptyClientCaForNone) {
  EXPECT_NE(Error("grpc: {tls: {certificate: c, key: k, client_ca: ''}}").find("client_ca"),
            std::string::npos);
}

TEST(ServerConfig, RefusesASchemeThatDoesNotExist) {
  EXPECT_NE(Error("credentials: {schemes: [MD4]}").find("unknown scheme 'MD4'"), std::string::npos);
  EXPECT_NE(Error("credentials: {schemes: []}").find("at least one"), std::string::npos);
}

TEST(ServerConfig, RefusesASchemeThatIsNotForNewPasswords) {
  for (const std::string scheme : {"MD5", "ssha512", "CRYPT-MD5", "ARGON2I"}) {
    const std::string error = Error("credentials: {schemes: [SCRAM-SHA-256, " + scheme + "]}");
    EXPECT_NE(error.find("'" + scheme + "' is for checking"), std::string::npos) << error;
  }
}

TEST(ServerConfig, TakesCryptAndItsCost) {
  const auto config = Load("credentials: {schemes: [crypt], yescrypt_cost: 6}");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->schemes, std::vector<std::string>{"CRYPT"});
  EXPECT_EQ(config->costs.yescrypt_cost, 6u);
  EXPECT_NE(Error("credentials: {yescrypt_cost: 10}").find("yescrypt_cost"), std::string::npos);
}

TEST(ServerConfig, RefusesToSendPasswordsOverANetworkInTheClear) {
  EXPECT_NE(Error("grpc: {address: '0.0.0.0:7450'}").find("unencrypted"), std::string::npos);
  EXPECT_TRUE(Load("grpc: {address: '0.0.0.0:7450', allow_plaintext: true}").ok());
  EXPECT_TRUE(Load("grpc: {address: 'unix:/run/sallyport/grpc.sock'}").ok());
}

}  // namespace
}  // namespace sallyport::server
