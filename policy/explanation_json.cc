#include "policy/explanation_json.h"

#include <string>

#include "core/amqp/sasl_code.h"

namespace sallyport::policy {
namespace {

using Json = nlohmann::ordered_json;

Json StoresJson(const Explanation& told) {
  Json stores = Json::array();
  for (const ExplainedStore& store : told.stores) {
    stores.push_back({{"name", store.name},
                      {"kind", store.kind},
                      {"per_tenant", store.per_tenant},
                      {"on_outage", store.next_on_outage ? "next" : "fail"}});
  }
  return stores;
}

Json CredentialsJson(const CredentialRules& rules) {
  Json json = {{"verify", rules.verify()},
               {"store_as", rules.store_as()},
               {"min_scram_iterations", rules.min_scram_iterations()}};
  if (rules.min_pbkdf2_iterations() > 0) {
    json["min_pbkdf2_iterations"] = rules.min_pbkdf2_iterations();
  }
  if (rules.max_age() != absl::InfiniteDuration()) {
    json["max_age"] = absl::FormatDuration(rules.max_age());
  }
  return json;
}

Json ReleaseJson(const ExplainedRelease& release) {
  Json json = {{"everything", release.everything}};
  if (!release.everything) {
    json["groups"] = release.groups;
    json["attributes"] = release.attributes;
  }
  if (release.released_groups) json["released_groups"] = *release.released_groups;
  return json;
}

}  // namespace

Json ExplanationJson(const Explanation& told) {
  Json json = {{"refused", told.reason.has_value()}};
  if (told.reason) {
    json["code"] = std::string(amqp::SaslCodeName(CodeFor(*told.reason)));
    json["reason"] = std::string(ReasonName(*told.reason));
    json["sentence"] = std::string(Describe(*told.reason));
  }
  const auto text = [&json](const char* key, const std::string& value) {
    if (!value.empty()) json[key] = value;
  };
  text("detail", told.detail);
  text("broker", told.broker);
  text("tenant", told.tenant);
  text("user", told.user);
  if (!told.shown.empty()) {
    json["shown"] = told.shown;
    json["usable"] = told.usable;
    json["stores"] = StoresJson(told);
    json["token_issuers"] = told.token_issuers;
    json["release"] = ReleaseJson(told.release);
  }
  if (told.credentials) json["credentials"] = CredentialsJson(*told.credentials);
  if (told.depends_on_groups) json["depends_on_groups"] = true;
  json["considered"] = Json::array();
  for (const Consideration& c : told.considered) {
    json["considered"].push_back({{"rule", c.rule}, {"decided", c.decided}, {"result", c.result}});
  }
  return json;
}

}  // namespace sallyport::policy
