#include "policy/explanation_text.h"

#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/amqp/sasl_code.h"

namespace sallyport::policy {
namespace {

std::string List(const std::vector<std::string>& names) {
  return names.empty() ? "none" : absl::StrJoin(names, ", ");
}

void Line(std::string_view what, const std::string& value, std::string* text) {
  if (!value.empty()) absl::StrAppend(text, std::string(what), ": ", value, "\n");
}

void AppendVerdict(const Explanation& told, std::string* text) {
  if (told.reason) {
    Line("verdict", "refused", text);
    Line("the client sees", std::string(amqp::SaslCodeName(CodeFor(*told.reason))), text);
    Line("the broker sees",
         absl::StrCat(std::string(ReasonName(*told.reason)), ": ",
                      std::string(Describe(*told.reason))),
         text);
  } else {
    Line("verdict", "not refused by policy", text);
  }
  Line("detail", told.detail, text);
  Line("broker", told.broker, text);
  Line("tenant", told.tenant, text);
  Line("user", told.user, text);
}

void AppendRelease(const ExplainedRelease& release, std::string* text) {
  if (release.everything) {
    Line("the broker is told", "every group and attribute", text);
  } else {
    Line("the broker is told",
         absl::StrCat("groups that match: ", List(release.groups),
                      "; attributes that match: ", List(release.attributes)),
         text);
  }
  if (release.released_groups) Line("groups released", List(*release.released_groups), text);
}

void AppendStores(const Explanation& told, std::string* text) {
  for (const ExplainedStore& store : told.stores) {
    Line("asks store",
         absl::StrCat(store.name, " (", store.kind, store.per_tenant ? ", per tenant" : "",
                      "); on outage, ",
                      store.next_on_outage ? "the next is asked" : "the login ends with sys-temp"),
         text);
  }
  if (!told.token_issuers.empty()) Line("accepts tokens of", List(told.token_issuers), text);
}

void AppendCredentials(const CredentialRules& rules, std::string* text) {
  Line("credentials that verify",
       rules.verify().empty() ? "all formats that are not weak" : List(rules.verify()), text);
  Line("new passwords are stored as", List(rules.store_as()), text);
  Line("least iterations of SCRAM", absl::StrCat(rules.min_scram_iterations()), text);
  if (rules.min_pbkdf2_iterations() > 0) {
    Line("least iterations of PBKDF2", absl::StrCat(rules.min_pbkdf2_iterations()), text);
  }
  if (rules.max_age() != absl::InfiniteDuration()) {
    Line("oldest credential", absl::FormatDuration(rules.max_age()), text);
  }
}

}  // namespace

std::string ExplanationText(const Explanation& told) {
  std::string text;
  AppendVerdict(told, &text);
  if (!told.shown.empty()) {
    Line("the client is offered", List(told.shown), &text);
    Line("of which it may use", List(told.usable), &text);
    AppendStores(told, &text);
    AppendRelease(told.release, &text);
  }
  if (told.credentials) AppendCredentials(*told.credentials, &text);
  absl::StrAppend(&text, "considered:\n");
  for (const Consideration& c : told.considered) {
    absl::StrAppend(&text, c.decided ? "  * " : "  - ", c.rule, ": ", c.result, "\n");
  }
  return text;
}

}  // namespace sallyport::policy
