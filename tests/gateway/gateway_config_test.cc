#include "gateway/gateway_config.h"

#include <gtest/gtest.h>

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
      {"login: external", "login: plain", "gateway.yaml:14", "service account"},
      {"login: external", "login: anonymous", "gateway.yaml:15", "of no use"},
      {"  login: external\n", "", "gateway.yaml:12", "login"},
      {"lifetime: 5m", "lifetime: 5s", "gateway.yaml:15", "lifetime"},
      {"proxy_protocol: v2", "proxy_protocol: any", "gateway.yaml:16", "proxy_protocol"},
      {"connections: 5", "connections: 0", "gateway.yaml:19", "connections"},
      {"4KiB", "much", "gateway.yaml:21", "bytes_before_authentication"},
      {"drain: 1m", "drain: 1", "gateway.yaml:24", "drain"},
      {"{level: debug}", "{level: loud}", "gateway.yaml:25", "level"},
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
