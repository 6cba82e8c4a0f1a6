#include "policy/replay.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/sasl/mechanism_registry.h"
#include "policy/channel_binding_types.h"
#include "policy/explain.h"

namespace sallyport::policy {
namespace {

// Whether it is policy that gives this reason, whatever the stores say.
bool IsPolicys(FailureReason reason) {
  switch (reason) {
    case FailureReason::kMechanismNotOffered:
    case FailureReason::kTlsRequired:
    case FailureReason::kTenantUnknown:
    case FailureReason::kAuthzidNotAllowed:
    case FailureReason::kIdentityRefused:
    case FailureReason::kNoPolicy:
    case FailureReason::kBrokerNotAllowed:
      return true;
    default:
      return false;
  }
}

// The question without its name, which a record has as it was mapped then.
LoginQuestion QuestionOf(const RecordedLogin& login) {
  LoginQuestion question;
  question.listener = login.listener;
  question.hostname = login.hostname;
  question.server_name = login.server_name;
  question.broker = login.broker;
  question.encrypted = login.encrypted;
  question.mechanism = login.mechanism;
  if (const MechanismDescriptor* mechanism = FindMechanism(login.mechanism)) {
    question.has_certificate = mechanism->needs_certificate;
  }
  return question;
}

struct Answer {
  Explanation told;
  // Why it is uncertain; empty: it is not.
  std::string unsure;
};

// The record does not say which binding its connection had, but that a -PLUS mechanism had one.
Answer AskWithBindings(const Policy& policy, LoginQuestion question) {
  const MechanismDescriptor* mechanism = FindMechanism(question.mechanism);
  if (mechanism == nullptr || !mechanism->channel_binding) {
    return {.told = Explain(policy, question), .unsure = ""};
  }
  Answer answer;
  size_t refused = 0;
  for (const std::string_view type : kChannelBindingTypes) {
    question.binding = type;
    Explanation told = Explain(policy, question);
    refused += told.reason ? 1 : 0;
    // One that is let through says more of what would come then.
    if (type == kChannelBindingTypes[0] || !told.reason) answer.told = std::move(told);
  }
  if (refused > 0 && refused < std::size(kChannelBindingTypes)) {
    answer.unsure = "the record does not tell the type of its channel binding";
  }
  return answer;
}

// What is left to ask once the record's tenant and mechanism are judged: the names.
Answer Ask(const Policy& policy, const RecordedLogin& login) {
  LoginQuestion question = QuestionOf(login);
  Answer answer = AskWithBindings(policy, question);
  const MechanismDescriptor* mechanism = FindMechanism(login.mechanism);
  if (answer.told.reason || !answer.unsure.empty() || mechanism == nullptr) return answer;
  const bool proves_name =
      mechanism->needs_token || mechanism->needs_certificate || mechanism->name == "GSSAPI";
  if (proves_name && answer.told.maps_identities) {
    answer.unsure = "the record has not the name that identity_mappings begin with";
    return answer;
  }
  question.user = login.authentication_id;
  question.authorization_id = login.authorization_id;
  answer = AskWithBindings(policy, question);
  if (answer.told.depends_on_groups) {
    answer.unsure = "whether the user may act so depends on groups, which the record has not";
  }
  return answer;
}

std::string Sentence(const Explanation& told) {
  return absl::StrCat(std::string(ReasonName(*told.reason)), ": ",
                      told.detail.empty() ? std::string(Describe(*told.reason)) : told.detail);
}

void Compare(const RecordedLogin& login, const Answer& answer, ReplayVerdict* verdict) {
  const Explanation& told = answer.told;
  const auto say = [verdict](ReplayChange change, std::string why) {
    verdict->change = change;
    verdict->why = std::move(why);
  };
  const bool got_in = !login.reason;
  if (told.reason) {
    // Who did not get in then, and would not now, sees no change.
    if (got_in) say(ReplayChange::kNowRefused, Sentence(told));
    return;
  }
  const bool was_let_through = got_in || !IsPolicys(*login.reason);
  if (!answer.unsure.empty()) return say(ReplayChange::kCannotTell, answer.unsure);
  if (!was_let_through) return say(ReplayChange::kNowLetThrough, told.detail);
  if (!login.tenant.empty() && login.tenant != told.tenant) {
    return say(ReplayChange::kOtherTenant,
               absl::StrCat("it was of '", login.tenant, "', and would be of '", told.tenant, "'"));
  }
  const bool is_asked = std::find(verdict->stores.begin(), verdict->stores.end(), login.store) !=
                        verdict->stores.end();
  if (got_in && !login.store.empty() && !is_asked) {
    say(ReplayChange::kOtherStores, absl::StrCat("'", login.store, "' would not be asked"));
  }
}

}  // namespace

std::string_view ReplayChangeName(ReplayChange change) {
  switch (change) {
    case ReplayChange::kNone:
      return "none";
    case ReplayChange::kNowRefused:
      return "now-refused";
    case ReplayChange::kNowLetThrough:
      return "now-let-through";
    case ReplayChange::kOtherTenant:
      return "other-tenant";
    case ReplayChange::kOtherStores:
      return "other-stores";
    case ReplayChange::kCannotTell:
      break;
  }
  return "cannot-tell";
}

ReplayVerdict Replay(const Policy& policy, const RecordedLogin& login) {
  ReplayVerdict verdict;
  if (login.truncated) {
    return {.change = ReplayChange::kCannotTell,
            .why = "the record was cut",
            .tenant = "",
            .stores = {}};
  }
  if (login.broker.empty() && policy.policy().brokers_size() > 0) {
    return {.change = ReplayChange::kCannotTell,
            .why = "the policy names brokers, and the record does not say which this was",
            .tenant = "",
            .stores = {}};
  }
  const Answer answer = Ask(policy, login);
  if (!answer.told.reason) {
    verdict.tenant = answer.told.tenant;
    for (const ExplainedStore& store : answer.told.stores) verdict.stores.push_back(store.name);
    verdict.stores.insert(verdict.stores.end(), answer.told.token_issuers.begin(),
                          answer.told.token_issuers.end());
  }
  Compare(login, answer, &verdict);
  return verdict;
}

}  // namespace sallyport::policy
