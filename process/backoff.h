#ifndef SALLYPORT_PROCESS_BACKOFF_H_
#define SALLYPORT_PROCESS_BACKOFF_H_

// How long to wait before trying again what failed: ever longer, with jitter, so that many
// replicas do not come back in one wave. Not thread-safe.

#include <random>

#include "absl/time/time.h"

namespace sallyport::process {

class Backoff {
 public:
  // The waits grow from `first` to `last`.
  Backoff(absl::Duration first, absl::Duration last);

  // Next is how long to wait now: from half of what it has grown to, to all of it.
  absl::Duration Next();

  // Reset has the next wait be the first again.
  void Reset() { wait_ = first_; }

 private:
  const absl::Duration first_;
  const absl::Duration last_;
  absl::Duration wait_;
  std::mt19937 random_{std::random_device{}()};
};

}  // namespace sallyport::process

#endif  // SALLYPORT_PROCESS_BACKOFF_H_
