#include "ctl/store_answers.h"

#include <algorithm>
#include <utility>

#include "core/sasl/mechanism_registry.h"

namespace sallyport::ctl {
namespace {

using Mechanisms = std::vector<const MechanismDescriptor*>;

// Those that check a password against what is stored.
Mechanisms PasswordMechanisms(const policy::Explanation& told, const std::string& chosen) {
  Mechanisms mechanisms;
  for (const std::string& name : chosen.empty() ? told.usable : std::vector<std::string>{chosen}) {
    const MechanismDescriptor* const mechanism = FindMechanism(name);
    if (mechanism != nullptr && mechanism->needs_password) mechanisms.push_back(mechanism);
  }
  return mechanisms;
}

absl::StatusOr<v1::LookUpUserResponse> LookUp(AdminClient& client, const policy::Explanation& told,
                                              const policy::ExplainedStore& store) {
  v1::LookUpUserRequest request;
  request.set_store(store.name);
  if (store.per_tenant) request.set_tenant(told.tenant);
  request.set_name(told.user);
  return client.LookUpUser(request);
}

// Whether it is the store that does not answer.
bool IsOutage(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
}

bool HasPassed(const google::protobuf::Timestamp& time, absl::Time now) {
  return absl::FromUnixSeconds(time.seconds()) <= now;
}

// What becomes of a login of a user whom `answer` knows, as the service judges it.
std::optional<FailureReason> ReasonAgainst(const StoreAnswer& answer, const Mechanisms& mechanisms,
                                           bool needs_password, absl::Time now) {
  const v1::LookUpUserResponse& user = answer.user;
  if (user.disabled()) return FailureReason::kAccountDisabled;
  if (user.has_expires_at() && HasPassed(user.expires_at(), now)) {
    return FailureReason::kAccountExpired;
  }
  if (!needs_password) return std::nullopt;
  const auto& credentials = answer.credentials;
  const auto is_usable = [](const CredentialUse& c) { return c.obstacle.empty(); };
  if (std::any_of(credentials.begin(), credentials.end(), is_usable)) return std::nullopt;
  const auto shows_password = [](const MechanismDescriptor* m) { return m->exposes_secret; };
  if (user.checks_passwords() &&
      std::any_of(mechanisms.begin(), mechanisms.end(), shows_password)) {
    return std::nullopt;
  }
  const auto is_expired = [](const CredentialUse& c) { return c.expired; };
  return std::any_of(credentials.begin(), credentials.end(), is_expired)
             ? FailureReason::kCredentialExpired
             : FailureReason::kNoUsableCredential;
}

}  // namespace

StoreAnswers AskStores(AdminClient& client, const policy::Explanation& told,
                       const std::string& mechanism, absl::Time now) {
  const Mechanisms mechanisms = PasswordMechanisms(told, mechanism);
  // One that proves the name by something else leaves nothing to be judged here.
  const bool needs_password =
      !mechanisms.empty() && (!mechanism.empty() || mechanisms.size() == told.usable.size());
  StoreAnswers answers{.user = told.user, .stores = {}, .forecast = {}};
  bool outage = false;
  bool decided = false;
  const auto decide = [&](std::optional<Forecast> forecast) {
    if (!std::exchange(decided, true)) answers.forecast = std::move(forecast);
  };
  for (const policy::ExplainedStore& store : told.stores) {
    StoreAnswer answer{.store = store, .status = {}, .user = {}, .credentials = {}};
    auto found = LookUp(client, told, store);
    answer.status = found.status();
    if (!found.ok() && !IsOutage(found.status())) {
      decide(std::nullopt);
    } else if (!found.ok()) {
      outage = true;
      if (!store.next_on_outage) decide(Forecast{FailureReason::kStoreUnavailable, ""});
    } else if (found->found()) {
      answer.user = *std::move(found);
      for (const v1::CredentialInfo& credential : answer.user.credentials()) {
        answer.credentials.push_back(
            JudgeCredential(credential, *told.credentials, mechanisms, now));
      }
      decide(Forecast{ReasonAgainst(answer, mechanisms, needs_password, now), store.name});
    }
    answers.stores.push_back(std::move(answer));
  }
  // Who was not found might be a user of the store that could not be asked.
  decide(Forecast{outage ? FailureReason::kStoreUnavailable : FailureReason::kUnknownUser, ""});
  return answers;
}

std::optional<std::vector<std::string>> GroupsFound(const StoreAnswers& answers) {
  if (!answers.forecast || answers.forecast->store.empty()) return std::nullopt;
  for (const StoreAnswer& answer : answers.stores) {
    if (answer.store.name != answers.forecast->store) continue;
    return std::vector<std::string>(answer.user.groups().begin(), answer.user.groups().end());
  }
  return std::nullopt;
}

}  // namespace sallyport::ctl
