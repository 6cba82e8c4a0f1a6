#include "process/log_pace.h"

#include <utility>

namespace sallyport::process {

std::optional<uint64_t> LogPace::Next(absl::Time now) {
  absl::MutexLock lock(&mutex_);
  // A clock that was set back must not silence it.
  if (now >= last_ && now - last_ < period_) {
    ++held_back_;
    return std::nullopt;
  }
  last_ = now;
  return std::exchange(held_back_, 0);
}

}  // namespace sallyport::process
