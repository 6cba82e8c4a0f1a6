#include "gateway/broker_config.h"

#include <optional>
#include <string>
#include <utility>

namespace sallyport::gateway {
namespace {

using process::YamlMapping;

ExternalLoginConfig ReadExternal(YamlMapping mapping) {
  ExternalLoginConfig external;
  external.ca_certificate = mapping.RequiredString("ca_certificate");
  external.ca_key = mapping.RequiredString("ca_key");
  external.lifetime =
      mapping.Duration("lifetime", external.lifetime, absl::Minutes(1), absl::Hours(24));
  external.cache_size = mapping.Uint("cache_size", external.cache_size, 1, 10'000'000);
  return external;
}

// Reads the mapping that the login mode needs, and refuses the one of another.
void ReadLogin(YamlMapping mapping, BrokerConfig* broker) {
  mapping.RequiredString("login");
  broker->login = mapping.Choice("login", BrokerLogin::kAnonymous,
                                 {{"external", BrokerLogin::kExternal},
                                  {"account", BrokerLogin::kAccount},
                                  {"anonymous", BrokerLogin::kAnonymous}});
  std::optional<YamlMapping> external = mapping.Mapping("external");
  std::optional<YamlMapping> account = mapping.Mapping("account");
  if (external.has_value()) broker->external = ReadExternal(*external);
  if (account.has_value()) broker->account = ReadAccountConfig(*account, *broker);
  // Without a login, the others cannot be judged.
  if (!mapping.Has("login")) return;
  const bool wants_external = broker->login == BrokerLogin::kExternal;
  const bool wants_account = broker->login == BrokerLogin::kAccount;
  if (wants_external && !external.has_value()) {
    mapping.Refuse("login", "login 'external' needs 'external', with the certificate authority");
  } else if (wants_external && !broker->tls.has_value()) {
    mapping.Refuse("login", "login 'external' needs 'tls': it shows the broker a certificate");
  }
  if (wants_account && !account.has_value()) {
    mapping.Refuse("login", "login 'account' needs 'account', with the service account");
  }
  if (external.has_value() && !wants_external) {
    mapping.Refuse("external", "'external' is of no use with this login");
  }
  if (account.has_value() && !wants_account) {
    mapping.Refuse("account", "'account' is of no use with this login");
  }
}

}  // namespace

BrokerConfig ReadBrokerConfig(YamlMapping mapping) {
  BrokerConfig broker;
  const std::string address = mapping.RequiredString("address");
  if (std::optional<HostAndPort> parsed = ParseHostAndPort(address); parsed && parsed->port != 0) {
    broker.address = *std::move(parsed);
  } else if (!address.empty()) {
    mapping.Refuse("address", "expected a host and a port, such as \"127.0.0.1:5672\"");
  }
  if (std::optional<YamlMapping> tls = mapping.Mapping("tls")) {
    broker.tls = BrokerTlsConfig{.ca = tls->String("ca", ""),
                                 .server_name = tls->String("server_name", broker.address.host)};
    if (broker.tls->server_name.empty()) broker.tls->server_name = broker.address.host;
  }
  ReadLogin(mapping, &broker);
  broker.proxy_protocol = mapping.Choice(
      "proxy_protocol", ProxyProtocol::kNone,
      {{"none", ProxyProtocol::kNone}, {"v1", ProxyProtocol::kV1}, {"v2", ProxyProtocol::kV2}});
  broker.connect_timeout = mapping.Duration("connect_timeout", broker.connect_timeout,
                                            absl::Milliseconds(10), absl::Minutes(5));
  return broker;
}

}  // namespace sallyport::gateway
