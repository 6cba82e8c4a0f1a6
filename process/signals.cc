#include "process/signals.h"

#include <errno.h>

#include <algorithm>

#include "absl/time/clock.h"

namespace sallyport::process {

BlockedSignals::BlockedSignals(std::initializer_list<int> signals) {
  sigemptyset(&set_);
  for (const int signal : signals) sigaddset(&set_, signal);
  pthread_sigmask(SIG_BLOCK, &set_, nullptr);
}

int BlockedSignals::Wait() {
  int signal = 0;
  while (sigwait(&set_, &signal) != 0) {
  }
  return signal;
}

std::optional<int> BlockedSignals::WaitFor(absl::Duration limit) {
  const absl::Time deadline = absl::Now() + limit;
  while (true) {
    const absl::Duration left = std::max(absl::ZeroDuration(), deadline - absl::Now());
    const timespec timeout = absl::ToTimespec(left);
    const int signal = sigtimedwait(&set_, nullptr, &timeout);
    if (signal > 0) return signal;
    if (errno != EINTR) return std::nullopt;
  }
}

}  // namespace sallyport::process
