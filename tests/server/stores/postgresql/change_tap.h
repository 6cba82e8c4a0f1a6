#ifndef SALLYPORT_TESTS_SERVER_STORES_POSTGRESQL_CHANGE_TAP_H_
#define SALLYPORT_TESTS_SERVER_STORES_POSTGRESQL_CHANGE_TAP_H_

// Hears what a backend says of changes, and hands it on. Thread-safe.

#include <gtest/gtest.h>

#include <map>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "server/stores/store_backend.h"

namespace sallyport::server {

class ChangeTap final : public StoreChanges {
 public:
  // HandOnTo is called before anything is heard.
  void HandOnTo(StoreChanges& next) { next_ = &next; }

  void Changed(const UserKey& user) override {
    if (next_ != nullptr) next_->Changed(user);
    absl::MutexLock lock(&mutex_);
    ++changed_[user];
  }
  void AllChanged() override {
    if (next_ != nullptr) next_->AllChanged();
    absl::MutexLock lock(&mutex_);
    ++all_changed_;
  }

  int changed(const UserKey& user) {
    absl::MutexLock lock(&mutex_);
    return changed_[user];
  }
  int all_changed() {
    absl::MutexLock lock(&mutex_);
    return all_changed_;
  }

  // AwaitChanged waits until `user` has changed `count` times in all.
  void AwaitChanged(const UserKey& user, int count) {
    const auto reached = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return changed_[user] >= count;
    };
    absl::MutexLock lock(&mutex_);
    EXPECT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&reached), kLimit)) << user.name;
  }
  void AwaitAllChanged(int count) {
    const auto reached = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return all_changed_ >= count;
    };
    absl::MutexLock lock(&mutex_);
    EXPECT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&reached), kLimit));
  }

 private:
  static constexpr absl::Duration kLimit = absl::Seconds(30);

  StoreChanges* next_ = nullptr;
  absl::Mutex mutex_;
  std::map<UserKey, int> changed_ ABSL_GUARDED_BY(mutex_);
  int all_changed_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_TESTS_SERVER_STORES_POSTGRESQL_CHANGE_TAP_H_
