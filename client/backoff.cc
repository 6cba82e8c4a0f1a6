#include "client/backoff.h"

#include <algorithm>

namespace sallyport::client {

Backoff::Backoff(Duration shortest, Duration longest)
    : shortest_(shortest), longest_(longest), step_(shortest) {}

Backoff::Duration Backoff::Next(double random) {
  const Duration step = step_;
  step_ = step_ > longest_ / 2 ? longest_ : step_ * 2;
  return std::chrono::duration_cast<Duration>(step * (0.5 + 0.5 * random));
}

}  // namespace sallyport::client
