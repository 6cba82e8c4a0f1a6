#include "server/rpc/policy_health.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"

namespace sallyport::server {

void PolicyHealth::Watch(const PolicySource& policies) {
  absl::MutexLock lock(&mutex_);
  policies_ = &policies;
  RefreshLocked();
}

void PolicyHealth::AddServer(grpc::HealthCheckServiceInterface* server) {
  if (server == nullptr) return;
  absl::MutexLock lock(&mutex_);
  servers_.push_back(server);
  RefreshLocked();
}

void PolicyHealth::Refresh() {
  absl::MutexLock lock(&mutex_);
  RefreshLocked();
}

// Asked for under the lock, so that what is said last is what was true last.
void PolicyHealth::RefreshLocked() {
  if (policies_ == nullptr) return;
  const std::shared_ptr<const ActivePolicy> active = policies_->Current();
  const std::string before = std::exchange(
      active_name_,
      absl::StrCat(kPolicyHealthName, "/", active->policy->hash().substr(0, kPolicyHealthDigits)));
  const bool is_the_files = policies_->Failure().ok();
  for (grpc::HealthCheckServiceInterface* server : servers_) {
    if (!before.empty() && before != active_name_) server->SetServingStatus(before, false);
    server->SetServingStatus(active_name_, true);
    server->SetServingStatus(kPolicyHealthName, is_the_files);
  }
}

void PolicyHealth::Stop() {
  absl::MutexLock lock(&mutex_);
  policies_ = nullptr;
  servers_.clear();
}

}  // namespace sallyport::server
