#include "server/config/server_config.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "policy/policy.h"
#include "process/admin_endpoint.h"

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
admin: {socket: /run/x/admin.sock, metrics: 127.0.0.1:9464}
health: {address: "0.0.0.0:7454"}
policy: /etc/sallyport/policy.yaml
decoy_key: /var/lib/x.key
audit: {file: /var/log/x.jsonl, queue: 100, when_full: count}
kerberos: {keytab: amqp.keytab, service: amqp@auth.example, realm: EXAMPLE, allow_one_way: true}
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
  EXPECT_EQ(config->health_address, "0.0.0.0:7454");
  EXPECT_EQ(config->metrics_address, "127.0.0.1:9464");
  EXPECT_EQ(config->policy_file, "/etc/sallyport/policy.yaml");
  EXPECT_EQ(config->decoy_key_file, "/var/lib/x.key");
  EXPECT_EQ(config->audit.file, "/var/log/x.jsonl");
  EXPECT_EQ(config->audit.queue, 100u);
  EXPECT_EQ(config->audit.when_full, WhenFull::kCount);
  EXPECT_EQ(config->kerberos.keytab, "amqp.keytab");
  EXPECT_EQ(config->kerberos.service, "amqp@auth.example");
  EXPECT_EQ(config->kerberos.realm, "EXAMPLE");
  EXPECT_TRUE(config->kerberos.allow_one_way);
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

TEST(ServerConfig, DefaultsToLoopbackAndABuiltInPolicy) {
  const auto config = Load("{}");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->address, "127.0.0.1:7450");
  EXPECT_FALSE(config->tls);
  EXPECT_EQ(config->policy_file, "");
  EXPECT_NE(config->built_in_policy.find("/sallyport.db"), std::string::npos);
  EXPECT_EQ(config->audit.file, "");
}

TEST(ServerConfig, HasAPlaceInTheAuditQueueForEachHandshakeUnlessToldOtherwise) {
  EXPECT_EQ(Load("audit: {file: a}")->audit.queue, HandshakeQuotas().max_handshakes);
  EXPECT_EQ(Load("audit: {file: a}\nlimits: {handshakes: 300000}")->audit.queue, 300'000u);
  EXPECT_EQ(Load("audit: {file: a}\nlimits: {handshakes: 5}")->audit.queue, 65536u);
  EXPECT_EQ(Load("audit: {file: a, queue: 16}")->audit.queue, 16u);
}

TEST(ServerConfig, HasABuiltInPolicyThatCompilesWhateverThePath) {
  auto document = policy::PolicyDocument::FromText(BuiltInPolicy("/a \"b\"\\: {c}"), "p");
  ASSERT_TRUE(document.ok()) << document.status();
  EXPECT_EQ(document->policy().stores(0).sqlite().path(), "/a \"b\"\\: {c}");
  EXPECT_TRUE(policy::Policy::Compile(*std::move(document), {.decoy_key = Secret("any")}).ok());
}

TEST(ServerConfig, NamesAnUnknownKeyAndItsLine) {
  const std::string error = Error("grpc:\n  adress: 127.0.0.1:1\n");
  EXPECT_NE(error.find("sallyportd.yaml:2:3"), std::string::npos) << error;
  EXPECT_NE(error.find("'adress'"), std::string::npos) << error;
}

TEST(ServerConfig, DoesNotTakeAnEmptyClientCaForNone) {
  EXPECT_NE(Error("grpc: {tls: {certificate: c, key: k, client_ca: ''}}").find("client_ca"),
            std::string::npos);
}

TEST(ServerConfig, RefusesToServeBrokersThatItDoesNotKnow) {
  const std::string files = "tls: {certificate: c, key: k";
  EXPECT_NE(Error("grpc: {address: '0.0.0.0:7450', " + files + "}}").find("would be a broker"),
            std::string::npos);
  EXPECT_TRUE(Load("grpc: {address: '0.0.0.0:7450', " + files + ", client_ca: a}}").ok());
  EXPECT_TRUE(Load("grpc: {address: '0.0.0.0:7450', " + files +
                   ", allow_brokers_without_certificate: true}}")
                  .ok());
  EXPECT_TRUE(Load("grpc: {address: 'localhost:7450', " + files + "}}").ok());
}

TEST(ServerConfig, BoundsTheAgeOfConnections) {
  EXPECT_EQ(Load("{}")->max_connection_age, absl::Minutes(30));
  const auto config = Load("grpc: {max_connection_age: 5m, max_connection_age_grace: 40s}");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->max_connection_age, absl::Minutes(5));
  EXPECT_EQ(config->max_connection_age_grace, absl::Seconds(40));
  EXPECT_EQ(Load("grpc: {max_connection_age: 0s}")->max_connection_age, absl::ZeroDuration());
  EXPECT_NE(Error("grpc: {max_connection_age: 999ms}").find("1s or more, or 0s"),
            std::string::npos);
  EXPECT_NE(Error("grpc: {max_connection_age_grace: 0s}").find("max_connection_age_grace"),
            std::string::npos);
}

TEST(ServerConfig, RefusesToSendPasswordsOverANetworkInTheClear) {
  EXPECT_NE(Error("grpc: {address: '0.0.0.0:7450'}").find("unencrypted"), std::string::npos);
  EXPECT_TRUE(Load("grpc: {address: '0.0.0.0:7450', allow_plaintext: true}").ok());
  EXPECT_TRUE(Load("grpc: {address: 'unix:/run/sallyport/grpc.sock'}").ok());
}

TEST(ServerConfig, RefusesAnAddressOfMetricsThatIsNone) {
  EXPECT_NE(Error("admin: {metrics: 'unix:/run/metrics'}\n").find("HOST:PORT"), std::string::npos);
  EXPECT_NE(Error("admin: {metrics: 127.0.0.1:9464s}\n").find("HOST:PORT"), std::string::npos);
}

TEST(ServerConfig, ReadsWhereOperatorsCallFromOtherMachines) {
  const auto config = Load(R"(
admin:
  address: 0.0.0.0:7452
  tls: {certificate: cert.pem, key: key.pem, client_ca: ca.pem}
  allow: ["*.admins.example", "spiffe://example/admin/*"]
)");
  ASSERT_TRUE(config.ok()) << config.status();
  ASSERT_TRUE(config->admin_address);
  EXPECT_EQ(config->admin_address->address, "0.0.0.0:7452");
  EXPECT_EQ(config->admin_address->tls.certificate_file, "cert.pem");
  EXPECT_EQ(config->admin_address->tls.key_file, "key.pem");
  EXPECT_EQ(config->admin_address->tls.client_ca_file, "ca.pem");
  EXPECT_EQ(config->admin_address->allow,
            (std::vector<std::string>{"*.admins.example", "spiffe://example/admin/*"}));
  EXPECT_NE(config->admin_socket, "");
  EXPECT_FALSE(Load("admin: {socket: /x}")->admin_address);
}

TEST(ServerConfig, TakesAHostWhoseNameBeginsAsASocketDoes) {
  for (const char* host : {"unix1.example", "unixes"}) {
    const auto config = Load(absl::StrCat("admin: {address: '", host,
                                          ":7452', tls: {certificate: c, key: k, client_ca: a}, "
                                          "allow: [a.example]}"));
    EXPECT_TRUE(config.ok()) << config.status();
  }
}

TEST(ServerConfig, PutsTheAdminSocketWhereOperatorsLook) {
  setenv("RUNTIME_DIRECTORY", "/run/fleet", 1);
  EXPECT_EQ(DefaultServerConfig().admin_socket, "/run/fleet/admin.sock");
  unsetenv("RUNTIME_DIRECTORY");
  EXPECT_EQ(DefaultServerConfig().admin_socket, process::DefaultAdminSocket());
}

TEST(ServerConfig, RefusesAnAdminAddressThatAnyoneCouldUse) {
  const auto refused = [](const std::string& admin, const std::string& why) {
    const std::string error = Error("admin: {" + admin + "}");
    EXPECT_NE(error.find(why), std::string::npos) << admin << "\n" << error;
  };
  const std::string address = "address: '127.0.0.1:1', ";
  const std::string tls = "tls: {certificate: c, key: k, client_ca: a}, ";
  refused(address + "allow: [a.example]", "known by their certificates");
  refused(address + "tls: {certificate: c, key: k}, allow: [a.example]", "client_ca");
  refused(address + "tls: {certificate: c, key: k, client_ca: ''}, allow: [a.example]",
          "client_ca");
  refused(address + tls, "DNS names or URIs");
  refused(address + tls + "allow: []", "DNS names or URIs");
  refused(address + tls + "allow: ['a*.example']", "'a*.example'");
  for (const char* socket : {"unix:/x", "unix:///x", "unix-abstract:x"}) {
    refused(absl::StrCat("address: '", socket, "', ", tls, "allow: [a.example]"), "HOST:PORT");
  }
  refused(tls + "allow: [a.example]", "are for it");
  refused("allow: [a.example]", "are for it");
}

}  // namespace
}  // namespace sallyport::server
