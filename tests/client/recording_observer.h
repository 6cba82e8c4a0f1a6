#ifndef SALLYPORT_TESTS_CLIENT_RECORDING_OBSERVER_H_
#define SALLYPORT_TESTS_CLIENT_RECORDING_OBSERVER_H_

// An observer that keeps what it hears, and can do something at each call.
// Thread-safe.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "client/authenticator.h"

namespace sallyport::client {

class RecordingObserver final : public HandshakeObserver {
 public:
  // Called before what came is recorded, on the SDK's thread.
  std::function<void(std::string_view)> on_send;
  std::function<void()> on_outcome;

  void OnSend(std::string_view bytes) override {
    if (on_send) on_send(bytes);
    absl::MutexLock lock(&mu_);
    sent_ += bytes;
  }

  void OnOutcome(Outcome outcome, std::string rest) override {
    if (on_outcome) on_outcome();
    absl::MutexLock lock(&mu_);
    outcome_ = std::move(outcome);
    rest_ = std::move(rest);
    ++outcomes_;
    ended_ = true;
  }

  // WaitForOutcome gives an outcome without a reason, code sys, if none comes.
  Outcome WaitForOutcome() {
    absl::MutexLock lock(&mu_);
    if (!mu_.AwaitWithTimeout(absl::Condition(&ended_), absl::Seconds(30))) return Outcome();
    return outcome_;
  }

  bool WaitForBytes(std::string_view bytes) {
    const auto came = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
      return sent_.find(bytes) != std::string::npos;
    };
    absl::MutexLock lock(&mu_);
    return mu_.AwaitWithTimeout(absl::Condition(&came), absl::Seconds(30));
  }

  std::string sent() {
    absl::MutexLock lock(&mu_);
    return sent_;
  }
  std::string rest() {
    absl::MutexLock lock(&mu_);
    return rest_;
  }
  int outcomes() {
    absl::MutexLock lock(&mu_);
    return outcomes_;
  }

 private:
  absl::Mutex mu_;
  std::string sent_ ABSL_GUARDED_BY(mu_);
  std::string rest_ ABSL_GUARDED_BY(mu_);
  Outcome outcome_ ABSL_GUARDED_BY(mu_);
  int outcomes_ ABSL_GUARDED_BY(mu_) = 0;
  bool ended_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace sallyport::client

#endif  // SALLYPORT_TESTS_CLIENT_RECORDING_OBSERVER_H_
