#include "server/login/upgrade_back_off.h"

namespace sallyport::server {
namespace {

// Whether the failure is the user's alone.
bool IsOfTheUser(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsNotFound(status);
}

// How long a store that failed so is let alone.
absl::Duration BackOffOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kUnimplemented:
      return UpgradeBackOff::kOfARefusal;
    default:
      return UpgradeBackOff::kOfAnOutage;
  }
}

}  // namespace

bool UpgradeBackOff::MayTry(uint64_t policy, const std::string& store, const std::string& user,
                            absl::Time now) {
  absl::MutexLock lock(&mutex_);
  ForgetOtherPolicies(policy);
  if (const auto found = users_.find(user); found != users_.end()) {
    if (now < found->second) return false;
    users_.erase(found);
  }
  const auto failed = stores_.find(store);
  if (failed == stores_.end()) return true;
  if (now < failed->second.until) return false;
  failed->second.until = now + BackOffOf(failed->second.code);
  return true;
}

bool UpgradeBackOff::Ended(uint64_t policy, const std::string& store, const std::string& user,
                           const absl::Status& status, absl::Time now) {
  absl::MutexLock lock(&mutex_);
  ForgetOtherPolicies(policy);
  if (status.ok()) {
    stores_.erase(store);
    return true;
  }
  if (IsOfTheUser(status)) {
    Remember(user, now);
    return true;
  }
  const auto [failed, is_first] = stores_.try_emplace(store);
  const bool is_news = is_first || failed->second.code != status.code();
  failed->second = {status.code(), now + BackOffOf(status.code())};
  return is_news;
}

void UpgradeBackOff::ForgetOtherPolicies(uint64_t policy) {
  // What ends late under an older one is nothing to begin anew for.
  if (policy <= policy_) return;
  policy_ = policy;
  stores_.clear();
  users_.clear();
}

void UpgradeBackOff::Remember(const std::string& user, absl::Time now) {
  if (users_.size() >= kMaxUsers) {
    absl::erase_if(users_, [now](const auto& entry) { return entry.second <= now; });
  }
  if (users_.size() < kMaxUsers) users_[user] = now + kOfARefusal;
}

}  // namespace sallyport::server
