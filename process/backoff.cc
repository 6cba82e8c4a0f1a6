#include "process/backoff.h"

#include <algorithm>
#include <utility>

namespace sallyport::process {

Backoff::Backoff(absl::Duration first, absl::Duration last)
    : first_(first), last_(last), wait_(first) {}

absl::Duration Backoff::Next() {
  const absl::Duration wait = std::exchange(wait_, std::min(2 * wait_, last_));
  return wait * std::uniform_real_distribution(0.5, 1.0)(random_);
}

}  // namespace sallyport::process
