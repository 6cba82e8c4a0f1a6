#include "gateway/gateway_config.h"

#include <set>
#include <string_view>
#include <utility>

#include "process/loopback.h"

namespace sallyport::gateway {
namespace {

using process::YamlMapping;

ServiceConfig ReadService(YamlMapping mapping) {
  ServiceConfig service;
  service.target = mapping.RequiredString("target");
  std::optional<YamlMapping> tls = mapping.Mapping("tls");
  const bool allow_plaintext = mapping.Bool("allow_plaintext", false);
  if (!tls.has_value()) {
    if (!allow_plaintext && !process::StaysOnThisMachine(service.target)) {
      mapping.Refuse("target",
                     "whoever is on the way could say who a client is: give 'tls', or set "
                     "'allow_plaintext: true' where the network itself encrypts");
    }
    return service;
  }
  service.tls = ServiceTlsConfig{
      .ca = tls->String("ca", ""),
      .certificate = tls->String("certificate", ""),
      .key = tls->String("key", ""),
      .server_name = tls->String("server_name", ""),
  };
  if (service.tls->certificate.empty() != service.tls->key.empty()) {
    tls->Refuse(service.tls->key.empty() ? "certificate" : "key",
                "'certificate' and 'key' come together, or not at all");
  }
  return service;
}

ListenerTlsConfig ReadListenerTls(YamlMapping mapping) {
  ListenerTlsConfig tls = {
      .certificate = mapping.RequiredString("certificate"),
      .key = mapping.RequiredString("key"),
      .client_ca = mapping.String("client_ca", ""),
  };
  const bool has_mode = mapping.Has("client_certificate");
  tls.client_certificate_required =
      mapping.Choice("client_certificate", false, {{"optional", false}, {"required", true}});
  if (has_mode && tls.client_ca.empty()) {
    mapping.Refuse("client_certificate", "'client_certificate' needs 'client_ca'");
  }
  return tls;
}

ListenerConfig ReadListener(YamlMapping mapping, std::set<std::string>* names) {
  ListenerConfig listener;
  listener.name = mapping.RequiredString("name");
  if (!listener.name.empty() && !names->insert(listener.name).second) {
    mapping.Refuse("name", "two listeners have this name");
  }
  const std::string address = mapping.RequiredString("address");
  if (const std::optional<Endpoint> endpoint = ParseEndpoint(address)) {
    listener.address = *endpoint;
  } else if (!address.empty()) {
    mapping.Refuse("address", "expected an IP address and a port, such as \"0.0.0.0:5671\"");
  }
  if (std::optional<YamlMapping> tls = mapping.Mapping("tls")) listener.tls = ReadListenerTls(*tls);
  listener.proxy_protocol = mapping.Choice("proxy_protocol", ProxyProtocol::kNone,
                                           {{"none", ProxyProtocol::kNone},
                                            {"v1", ProxyProtocol::kV1},
                                            {"v2", ProxyProtocol::kV2},
                                            {"any", ProxyProtocol::kAny}});
  return listener;
}

ExternalLoginConfig ReadExternal(YamlMapping mapping) {
  ExternalLoginConfig external;
  external.ca_certificate = mapping.RequiredString("ca_certificate");
  external.ca_key = mapping.RequiredString("ca_key");
  external.lifetime =
      mapping.Duration("lifetime", external.lifetime, absl::Minutes(1), absl::Hours(24));
  external.cache_size = mapping.Uint("cache_size", external.cache_size, 1, 10'000'000);
  return external;
}

PlainLoginConfig ReadPlain(YamlMapping mapping) {
  return {.username = mapping.RequiredString("username"),
          .password_file = mapping.RequiredString("password_file")};
}

// Reads the mapping that the login mode needs, and refuses the one of another.
void ReadLogin(YamlMapping mapping, BrokerConfig* broker) {
  mapping.RequiredString("login");
  broker->login = mapping.Choice("login", BrokerLogin::kAnonymous,
                                 {{"external", BrokerLogin::kExternal},
                                  {"plain", BrokerLogin::kPlain},
                                  {"anonymous", BrokerLogin::kAnonymous}});
  std::optional<YamlMapping> external = mapping.Mapping("external");
  std::optional<YamlMapping> plain = mapping.Mapping("plain");
  if (external.has_value()) broker->external = ReadExternal(*external);
  if (plain.has_value()) broker->plain = ReadPlain(*plain);
  // Without a login, the others cannot be judged.
  if (!mapping.Has("login")) return;
  const bool wants_external = broker->login == BrokerLogin::kExternal;
  const bool wants_plain = broker->login == BrokerLogin::kPlain;
  if (wants_external && !external.has_value()) {
    mapping.Refuse("login", "login 'external' needs 'external', with the certificate authority");
  } else if (wants_external && !broker->tls.has_value()) {
    mapping.Refuse("login", "login 'external' needs 'tls': it shows the broker a certificate");
  }
  if (wants_plain && !plain.has_value()) {
    mapping.Refuse("login", "login 'plain' needs 'plain', with the service account");
  }
  if (external.has_value() && !wants_external) {
    mapping.Refuse("external", "'external' is of no use with this login");
  }
  if (plain.has_value() && !wants_plain) {
    mapping.Refuse("plain", "'plain' is of no use with this login");
  }
}

BrokerConfig ReadBroker(YamlMapping mapping) {
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

LimitsConfig ReadLimits(YamlMapping mapping) {
  LimitsConfig limits;
  limits.connections = mapping.Uint("connections", limits.connections, 1, 10'000'000);
  limits.connections_per_address =
      mapping.Uint("connections_per_address", limits.connections_per_address, 0, 10'000'000);
  limits.bytes_before_authentication = mapping.Size(
      "bytes_before_authentication", limits.bytes_before_authentication, 512, 16u << 20);
  limits.time_before_authentication =
      absl::Seconds(mapping.Uint("seconds_before_authentication", 30, 1, 3600));
  return limits;
}

}  // namespace

absl::StatusOr<GatewayConfig> ReadGatewayConfig(process::YamlDocument document) {
  YamlMapping root = document.root();
  GatewayConfig config;
  if (std::optional<YamlMapping> service = root.Mapping("service")) {
    config.service = ReadService(*service);
  } else if (!root.Has("service")) {
    root.Refuse("service", "'service' is missing: where the central service is");
  }
  std::set<std::string> names;
  for (YamlMapping listener : root.MappingList("listeners")) {
    config.listeners.push_back(ReadListener(listener, &names));
  }
  if (config.listeners.empty()) {
    root.Refuse("listeners", "'listeners' is missing: where clients are accepted");
  }
  if (std::optional<YamlMapping> broker = root.Mapping("broker")) {
    config.broker = ReadBroker(*broker);
  } else if (!root.Has("broker")) {
    root.Refuse("broker", "'broker' is missing: where authenticated clients go");
  }
  if (std::optional<YamlMapping> limits = root.Mapping("limits")) {
    config.limits = ReadLimits(*limits);
  }
  config.threads = root.Uint("threads", config.threads, 0, 1024);
  config.drain = root.Duration("drain", config.drain, absl::ZeroDuration(), absl::Hours(24));
  if (std::optional<YamlMapping> log = root.Mapping("log")) {
    config.log_level = log->Choice("level", process::LogLevel::kInfo,
                                   {{"debug", process::LogLevel::kDebug},
                                    {"info", process::LogLevel::kInfo},
                                    {"warning", process::LogLevel::kWarning},
                                    {"error", process::LogLevel::kError},
                                    {"off", process::LogLevel::kOff}});
  }
  if (absl::Status status = document.Finish(); !status.ok()) return status;
  return config;
}

}  // namespace sallyport::gateway
