#include "server/admin/live_calls.h"

#include <utility>

namespace sallyport::server {

void LiveCalls::End::operator()(const std::shared_ptr<const ActivePolicy>*) const {
  absl::MutexLock lock(&calls->mutex_);
  calls->policies_.erase(place);
}

LiveCalls::Call LiveCalls::Begin(std::shared_ptr<const ActivePolicy> policy) {
  absl::MutexLock lock(&mutex_);
  if (draining_) return Call(nullptr, End{this, policies_.end()});
  const auto place = policies_.insert(policies_.end(), std::move(policy));
  return Call(&*place, End{this, place});
}

void LiveCalls::Drain(absl::Duration grace) {
  const auto ended = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return policies_.empty(); };
  Policies left;
  {
    absl::MutexLock lock(&mutex_);
    draining_ = true;
    if (mutex_.AwaitWithTimeout(absl::Condition(&ended), grace)) return;
    left = policies_;
  }
  for (const auto& policy : left) StopDirectories(*policy);
}

void StopDirectories(const ActivePolicy& policy) {
  for (const auto& store : policy.stores) {
    if (UserDirectory* directory = store->directory(); directory != nullptr) directory->Stop();
  }
}

}  // namespace sallyport::server
