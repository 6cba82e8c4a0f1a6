#include "gateway/gateway_config.h"

#include <set>
#include <string_view>
#include <utility>

#include "gateway/broker_config.h"
#include "process/loopback.h"

namespace sallyport::gateway {
namespace {

using process::YamlMapping;

ServiceConfig ReadService(YamlMapping mapping) {
  ServiceConfig service;
  service.target = mapping.RequiredString("target");
  service.max_stream_age =
      mapping.Duration("max_stream_age", service.max_stream_age, absl::Seconds(1), absl::Hours(24));
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
    config.broker = ReadBrokerConfig(*broker);
  } else if (!root.Has("broker")) {
    root.Refuse("broker", "'broker' is missing: where authenticated clients go");
  }
  if (std::optional<YamlMapping> health = root.Mapping("health")) {
    config.health_address = health->RequiredString("address");
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
