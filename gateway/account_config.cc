#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/sasl/mechanism_registry.h"
#include "gateway/broker_config.h"
#include "process/loopback.h"

namespace sallyport::gateway {
namespace {

using process::YamlMapping;

constexpr const char* kDefaultMechanisms[] = {"SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"};
constexpr const char* kChannelBindings[] = {"tls-exporter", "tls-server-end-point", "tls-unique"};

// Nullptr: the mechanism can be used.
const char* ReasonAgainst(const MechanismDescriptor* mechanism, bool encrypted, bool readable) {
  if (mechanism == nullptr) return "there is no such mechanism";
  if (mechanism->needs_certificate) return "that is what login 'external' is for";
  if (mechanism->name == "ANONYMOUS") return "that is what login 'anonymous' is for";
  if (mechanism->channel_binding && !encrypted) return "it binds to a TLS channel: give 'tls'";
  if (mechanism->exposes_secret && readable) {
    return "whoever is on the way could read the secret: give 'tls', or set 'allow_plaintext: "
           "true' where the network itself encrypts";
  }
  return nullptr;
}

std::vector<const MechanismDescriptor*> ReadMechanisms(YamlMapping& mapping, bool encrypted,
                                                       bool readable) {
  std::vector<const MechanismDescriptor*> mechanisms;
  const bool given = mapping.Has("mechanisms");
  std::vector<std::string> names = mapping.StringList("mechanisms");
  if (!given) names.assign(std::begin(kDefaultMechanisms), std::end(kDefaultMechanisms));
  for (const std::string& name : names) {
    const MechanismDescriptor* const mechanism = FindMechanism(name);
    const char* const against = ReasonAgainst(mechanism, encrypted, readable);
    if (against == nullptr) {
      mechanisms.push_back(mechanism);
    } else if (given) {
      mapping.Refuse("mechanisms", absl::StrCat("'", name, "': ", against));
    }
  }
  if (names.empty()) mapping.Refuse("mechanisms", "expected one mechanism or more");
  return mechanisms;
}

std::string ReadSecretFile(YamlMapping& mapping, const char* key, bool needed) {
  if (needed) return mapping.RequiredString(key);
  if (mapping.Has(key)) {
    mapping.Refuse(key, absl::StrCat("'", key, "' is of no use with these mechanisms"));
  }
  return mapping.String(key, "");
}

// Those that any of the mechanisms knows; others are unknown keys.
std::vector<MechanismParameter> ReadParameters(
    YamlMapping mapping, const std::vector<const MechanismDescriptor*>& mechanisms) {
  std::vector<std::string> known = {"mutual", "secure"};
  for (const MechanismDescriptor* mechanism : mechanisms) {
    for (const KnownParameter& parameter : mechanism->client_parameters) {
      if (!parameter.own_only) known.emplace_back(parameter.name);
    }
  }
  std::sort(known.begin(), known.end());
  known.erase(std::unique(known.begin(), known.end()), known.end());
  std::vector<MechanismParameter> parameters;
  for (const std::string& name : known) {
    if (std::optional<std::string> value = mapping.OptionalString(name)) {
      parameters.push_back({name, *std::move(value)});
    }
  }
  return parameters;
}

std::vector<std::string> ReadChannelBindings(YamlMapping& mapping) {
  if (!mapping.Has("channel_bindings")) return {kChannelBindings[0], kChannelBindings[1]};
  std::vector<std::string> types = mapping.StringList("channel_bindings");
  if (types.empty()) mapping.Refuse("channel_bindings", "expected one type or more");
  for (const std::string& type : types) {
    if (std::find(std::begin(kChannelBindings), std::end(kChannelBindings), type) ==
        std::end(kChannelBindings)) {
      mapping.Refuse("channel_bindings",
                     "expected of 'tls-exporter', 'tls-server-end-point', 'tls-unique'");
    }
  }
  return types;
}

}  // namespace

AccountLoginConfig ReadAccountConfig(YamlMapping mapping, const BrokerConfig& broker) {
  const bool encrypted = broker.tls.has_value();
  const bool allow_plaintext = mapping.Bool("allow_plaintext", false);
  const bool readable =
      !encrypted && !allow_plaintext && !process::IsLoopbackHost(broker.address.host);
  const std::vector<const MechanismDescriptor*> mechanisms =
      ReadMechanisms(mapping, encrypted, readable);
  const bool needs_password = std::any_of(mechanisms.begin(), mechanisms.end(),
                                          [](const auto* m) { return m->needs_password; });
  const bool needs_token = std::any_of(mechanisms.begin(), mechanisms.end(),
                                       [](const auto* m) { return m->needs_token; });
  AccountLoginConfig account;
  for (const MechanismDescriptor* mechanism : mechanisms) {
    account.mechanisms.emplace_back(mechanism->name);
  }
  account.username =
      needs_password ? mapping.RequiredString("username") : mapping.String("username", "");
  account.password_file = ReadSecretFile(mapping, "password_file", needs_password);
  account.token_file = ReadSecretFile(mapping, "token_file", needs_token);
  account.server_name =
      mapping.String("server_name", encrypted ? broker.tls->server_name : broker.address.host);
  account.channel_bindings = ReadChannelBindings(mapping);
  if (std::optional<YamlMapping> parameters = mapping.Mapping("parameters")) {
    account.parameters = ReadParameters(*parameters, mechanisms);
  }
  return account;
}

}  // namespace sallyport::gateway
