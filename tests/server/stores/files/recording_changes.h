#ifndef SALLYPORT_TESTS_SERVER_STORES_FILES_RECORDING_CHANGES_H_
#define SALLYPORT_TESTS_SERVER_STORES_FILES_RECORDING_CHANGES_H_

// Counts what a backend tells of changes, and waits for it. In tests only.

#include <functional>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "server/stores/store_backend.h"

namespace sallyport::server {

class RecordingChanges : public StoreChanges {
 public:
  void Changed(const UserKey&) override { AllChanged(); }
  void AllChanged() override {
    absl::MutexLock lock(&mutex_);
    ++count_;
  }

  // AwaitThat waits for a change after which `holds`.
  void AwaitThat(const std::function<bool()>& holds) {
    for (int seen = 0; !holds();) {
      absl::MutexLock lock(&mutex_);
      const auto more = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return count_ > seen; };
      if (!mutex_.AwaitWithTimeout(absl::Condition(&more), absl::Seconds(30))) {
        ADD_FAILURE() << "no change was told";
        return;
      }
      seen = count_;
    }
  }

 private:
  absl::Mutex mutex_;
  int count_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_TESTS_SERVER_STORES_FILES_RECORDING_CHANGES_H_
