#include "gateway/gateway_config.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "absl/strings/str_replace.h"

namespace sallyport::gateway {
namespace {

constexpr char kValid[] = R"(service:
  target: "127.0.0.1:7450"
  tls: {ca: ca.pem, certificate: gw.pem, key: gw.key, server_name: sallyport}
listeners:
  - name: amqps
    address: "0.0.0.0:5671"
    tls: {certificate: s.pem, key: s.key, client_ca: c.pem, client_certificate: required}
    proxy_protocol: any
  - name: amqp
    address: "[::1]:0"
broker:
  address: "rabbit.example:5671"
  tls: {ca: b.pem}
  login: external
  external: {ca_certificate: l.pem, ca_key: l.key, lifetime: 5m, cache_size: 7}
  proxy_protocol: v2
  connect_timeout: 3s
limits:
  connections: 5
  connections_per_address: 2
  bytes_before_authentication: 4KiB
  seconds_before_authentication: 7
threads: 3
drain: 1m
log: {level: debug}
health: {address: "0.0.0.0:7454"}
)";

absl::StatusOr<GatewayConfig> Read(const std::string& text) {
  auto document = process::YamlDocument::FromText(text, "gateway.yaml");
  if (!document.ok()) return document.status();
  return ReadGatewayConfig(*std::move(document));
}

TEST(GatewayConfig, ReadsEveryKey) {
  const auto config = Read(kValid);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->service.target, "127.0.0.1:7450");
  EXPECT_EQ(config->service.tls->certificate, "gw.pem");
  EXPECT_EQ(config->service.tls->server_name, "sallyport");
  ASSERT_EQ(config->listeners.size(), 2u);
  EXPECT_EQ(FormatEndpoint(config->listeners[0].address), "0.0.0.0:5671");
  EXPECT_EQ(config->listeners[0].tls->client_ca, "c.pem");
  EXPECT_TRUE(config->listeners[0].tls->client_certificate_required);
  EXPECT_EQ(config->listeners[0].proxy_protocol, ProxyProtocol::kAny);
  EXPECT_FALSE(config->listeners[1].tls.has_value());
  EXPECT_EQ(config->broker.address.host, "rabbit.example");
  EXPECT_EQ(config->broker.tls->server_name, "rabbit.example");
  EXPECT_EQ(config->broker.login, BrokerLogin::kExternal);
  EXPECT_EQ(config->broker.external.lifetime, absl::Minutes(5));
  EXPECT_EQ(config->broker.external.cache_size, 7u);
  EXPECT_EQ(config->broker.proxy_protocol, ProxyProtocol::kV2);
  EXPECT_EQ(config->broker.connect_timeout, absl::Seconds(3));
  EXPECT_EQ(config->limits.connections, 5u);
  EXPECT_EQ(config->limits.connections_per_address, 2u);
  EXPECT_EQ(config->limits.bytes_before_authentication, 4096u);
  EXPECT_EQ(config->limits.time_before_authentication, absl::Seconds(7));
  EXPECT_EQ(config->threads, 3u);
  EXPECT_EQ(config->drain, absl::Minutes(1));
  EXPECT_EQ(config->log_level, process::LogLevel::kDebug);
  EXPECT_EQ(config->health_address, "0.0.0.0:7454");
}

TEST(GatewayConfig, HasSafeDefaults) {
  const auto config = Read(R"(
service: {target: "unix:/run/s.sock"}
listeners: [{name: amqp, address: "127.0.0.1:5672"}]
broker: {address: "127.0.0.1:5673", login: anonymous}
)");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->limits.connections, 10'000u);
  EXPECT_EQ(config->limits.bytes_before_authentication, 131'072u);
  EXPECT_EQ(config->limits.time_before_authentication, absl::Seconds(30));
  EXPECT_EQ(config->broker.connect_timeout, absl::Seconds(10));
  EXPECT_EQ(config->listeners[0].proxy_protocol, ProxyProtocol::kNone);
  EXPECT_EQ(config->drain, absl::Seconds(10));
  EXPECT_EQ(config->health_address, "");
}

TEST(GatewayConfig, TheExampleIsValid) {
  auto document = process::YamlDocument::FromFile("gateway/gateway.example.yaml");
  ASSERT_TRUE(document.ok()) << document.status();
  const auto config = ReadGatewayConfig(*std::move(document));
  EXPECT_TRUE(config.ok()) << config.status();
}

struct WrongCase {
  std::string from;
  std::string to;
  std::string place;
  std::string named;
};

TEST(GatewayConfig, AnErrorNamesItsLineAndKey) {
  const std::vector<WrongCase> cases = {
      {"  target: \"127.0.0.1:7450\"\n", "", "gateway.yaml:2", "target"},
      {"key: gw.key, ", "", "gateway.yaml:3", "'certificate' and 'key'"},
      {"name: amqp\n", "name: amqps\n", "gateway.yaml:9", "two listeners"},
      {"0.0.0.0:5671", "localhost:5671", "gateway.yaml:6", "IP address"},
      {"client_ca: c.pem, ", "", "gateway.yaml:7", "client_ca"},
      {"client_certificate: required", "client_certificate: always", "gateway.yaml:7",
       "client_certificate"},
      {"proxy_protocol: any", "proxy_protocol: v3", "gateway.yaml:8", "proxy_protocol"},
      {"proxy_protocol: any", "proxy_protokol: any", "gateway.yaml:8", "proxy_protokol"},
      {"rabbit.example:5671", "rabbit.example", "gateway.yaml:12", "host and a port"},
      {"rabbit.example:5671", "rabbit.example:0", "gateway.yaml:12", "host and a port"},
      {"  tls: {ca: b.pem}\n", "", "gateway.yaml:13", "needs 'tls'"},
      {"login: external", "login: kerberos", "gateway.yaml:14", "login"},
      {"login: external", "login: account", "gateway.yaml:14", "service account"},
      {"login: external", "login: anonymous", "gateway.yaml:15", "of no use"},
      {"  login: external\n", "", "gateway.yaml:12", "login"},
      {"lifetime: 5m", "lifetime: 5s", "gateway.yaml:15", "lifetime"},
      {"proxy_protocol: v2", "proxy_protocol: any", "gateway.yaml:16", "proxy_protocol"},
      {"connections: 5", "connections: 0", "gateway.yaml:19", "connections"},
      {"4KiB", "much", "gateway.yaml:21", "bytes_before_authentication"},
      {"drain: 1m", "drain: 1", "gateway.yaml:24", "drain"},
      {"{level: debug}", "{level: loud}", "gateway.yaml:25", "level"},
      {"address: \"0.0.0.0:7454\"", "adress: x", "gateway.yaml:26", "adress"},
  };
  for (const WrongCase& wrong : cases) {
    const std::string text = absl::StrReplaceAll(kValid, {{wrong.from, wrong.to}});
    ASSERT_NE(text, kValid) << wrong.from;
    const auto config = Read(text);
    ASSERT_FALSE(config.ok()) << wrong.from << " -> " << wrong.to;
    const std::string message(config.status().message());
    EXPECT_EQ(message.find(wrong.place + ":"), 0u) << message;
    EXPECT_NE(message.find(wrong.named), std::string::npos) << message;
  }
}

TEST(GatewayConfig, BelievesNobodyOnTheWayToTheService) {
  const auto with_service = [](const std::string& service) {
    return Read("service: " + service + R"(
listeners: [{name: amqp, address: "127.0.0.1:5672"}]
broker: {address: "127.0.0.1:5673", login: anonymous}
)");
  };
  const auto refused = with_service("{target: 'auth.example:7450'}");
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.status().message().find("tls"), absl::string_view::npos) << refused.status();
  EXPECT_TRUE(with_service("{target: 'auth.example:7450', tls: {}}").ok());
  EXPECT_TRUE(with_service("{target: 'auth.example:7450', allow_plaintext: true}").ok());
}

TEST(GatewayConfig, BoundsTheAgeOfStreams) {
  const auto with_age = [](const std::string& age) {
    return Read("service: {target: 'unix:/s.sock'" + age + R"(}
listeners: [{name: amqp, address: "127.0.0.1:5672"}]
broker: {address: "127.0.0.1:5673", login: anonymous}
)");
  };
  EXPECT_EQ(with_age("")->service.max_stream_age, absl::Minutes(10));
  EXPECT_EQ(with_age(", max_stream_age: 90s")->service.max_stream_age, absl::Seconds(90));
  EXPECT_FALSE(with_age(", max_stream_age: 500ms").ok());
}

// A configuration whose broker is at `address`, and is logged in to by `account`.
absl::StatusOr<GatewayConfig> ReadAccount(const std::string& address, const std::string& account) {
  return Read(R"(service: {target: "127.0.0.1:7450"}
listeners: [{name: amqp, address: "127.0.0.1:5672"}]
broker:
  address: )" +
              address + "\n  login: account\n  account: " + account + "\n");
}

constexpr char kLocal[] = "\"127.0.0.1:5673\"";
constexpr char kRemote[] = "\"rabbit.example:5672\"";
constexpr char kRemoteTls[] = "\"rabbit.example:5671\"\n  tls: {server_name: mq.example}";

TEST(GatewayConfig, ReadsAServiceAccount) {
  const auto config = ReadAccount(kRemoteTls,
                                  "{mechanisms: [SCRAM-SHA-256-PLUS, PLAIN], username: u, "
                                  "password_file: p, channel_bindings: [tls-unique], "
                                  "server_name: sasl.example, parameters: {secure: false}}");
  ASSERT_TRUE(config.ok()) << config.status();
  const AccountLoginConfig& account = config->broker.account;
  EXPECT_EQ(config->broker.login, BrokerLogin::kAccount);
  EXPECT_EQ(account.mechanisms, (std::vector<std::string>{"SCRAM-SHA-256-PLUS", "PLAIN"}));
  EXPECT_EQ(account.username, "u");
  EXPECT_EQ(account.password_file, "p");
  EXPECT_EQ(account.server_name, "sasl.example");
  EXPECT_EQ(account.channel_bindings, std::vector<std::string>{"tls-unique"});
  ASSERT_EQ(account.parameters.size(), 1u);
  EXPECT_EQ(account.parameters[0].name, "secure");
  EXPECT_EQ(account.parameters[0].value, "false");
}

TEST(GatewayConfig, AServiceAccountHasSafeDefaults) {
  const std::string account = "{username: u, password_file: p}";
  const auto mechanisms = [&account](const std::string& address) {
    const auto config = ReadAccount(address, account);
    EXPECT_TRUE(config.ok()) << config.status();
    return config.ok() ? config->broker.account.mechanisms : std::vector<std::string>();
  };
  using Names = std::vector<std::string>;
  const Names all = {"SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"};
  EXPECT_EQ(mechanisms(kLocal), all);
  EXPECT_EQ(mechanisms("\"[::1]:5673\""), all);
  EXPECT_EQ(mechanisms(kRemoteTls), all);
  EXPECT_EQ(mechanisms(kRemote), (Names{"SCRAM-SHA-512", "SCRAM-SHA-256"}));
  const auto config = ReadAccount(kRemoteTls, account);
  EXPECT_EQ(config->broker.account.server_name, "mq.example");
  EXPECT_EQ(config->broker.account.channel_bindings,
            (Names{"tls-exporter", "tls-server-end-point"}));
  EXPECT_EQ(ReadAccount(kRemote, account)->broker.account.server_name, "rabbit.example");
}

TEST(GatewayConfig, RefusesAServiceAccountThatCannotWorkOrShowsItsSecret) {
  const std::string secrets = ", username: u, password_file: p}";
  const std::vector<std::array<std::string, 3>> cases = {
      {kRemote, "{mechanisms: [PLAIN]" + secrets, "could read the secret"},
      {kLocal, "{mechanisms: [SCRAM-SHA-256-PLUS]" + secrets, "give 'tls'"},
      {kLocal, "{mechanisms: [SCRAM-SHA-3]" + secrets, "'SCRAM-SHA-3': there is no such"},
      {kLocal, "{mechanisms: []" + secrets, "one mechanism or more"},
      {kRemoteTls, "{mechanisms: [EXTERNAL]}", "login 'external'"},
      {kLocal, "{mechanisms: [ANONYMOUS]}", "login 'anonymous'"},
      {kLocal, "{password_file: p}", "username"},
      {kLocal, "{username: u}", "password_file"},
      {kLocal, "{token_file: t" + secrets, "'token_file' is of no use"},
      {kRemoteTls, "{mechanisms: [OAUTHBEARER]}", "token_file"},
      {kRemoteTls, "{mechanisms: [OAUTHBEARER], token_file: t, password_file: p}",
       "'password_file' is of no use"},
      {kRemote, "{mechanisms: [XOAUTH2], username: u, token_file: t}", "could read the secret"},
      {kRemoteTls, "{channel_bindings: [tls-unic]" + secrets, "tls-unique"},
      {kRemoteTls, "{channel_bindings: []" + secrets, "one type or more"},
      {kLocal, "{parameters: {mutaul: true}" + secrets, "did you mean 'mutual'"},
      {kLocal, "{parameters: {nonce: mine}" + secrets, "unknown key 'nonce'"},
  };
  for (const auto& [address, account, named] : cases) {
    const auto config = ReadAccount(address, account);
    ASSERT_FALSE(config.ok()) << account;
    EXPECT_NE(config.status().message().find(named), absl::string_view::npos) << config.status();
  }
  EXPECT_TRUE(ReadAccount(kRemote, "{mechanisms: [PLAIN], allow_plaintext: true" + secrets).ok());
  EXPECT_TRUE(ReadAccount(kRemote, "{mechanisms: [GSSAPI], parameters: {keytab: k}}").ok());
}

TEST(GatewayConfig, NamesTheSectionThatIsMissing) {
  for (const char* section : {"service", "listeners", "broker"}) {
    std::string text = R"(
service: {target: "127.0.0.1:1"}
listeners: [{name: amqp, address: "127.0.0.1:5672"}]
broker: {address: "127.0.0.1:5673", login: anonymous}
)";
    const size_t at = text.find(section);
    text.erase(at, text.find('\n', at) - at);
    const auto config = Read(text);
    ASSERT_FALSE(config.ok()) << section;
    EXPECT_NE(config.status().message().find(section), absl::string_view::npos) << config.status();
  }
}

}  // namespace
}  // namespace sallyport::gateway
