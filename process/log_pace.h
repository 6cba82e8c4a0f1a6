#ifndef SALLYPORT_PROCESS_LOG_PACE_H_
#define SALLYPORT_PROCESS_LOG_PACE_H_

// Keeps what others can cause at will from filling the log. Thread-safe.

#include <cstdint>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace sallyport::process {

class LogPace {
 public:
  // LogPace lets a line through every `period`.
  explicit LogPace(absl::Duration period) : period_(period) {}

  // Next says whether a line may be logged at `now`: nullopt, it may not; else it tells how
  // many could not since the last that could.
  std::optional<uint64_t> Next(absl::Time now = absl::Now());

 private:
  const absl::Duration period_;
  absl::Mutex mutex_;
  absl::Time last_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  uint64_t held_back_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace sallyport::process

#endif  // SALLYPORT_PROCESS_LOG_PACE_H_
