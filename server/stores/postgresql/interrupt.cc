#include "server/stores/postgresql/interrupt.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

#include "server/stores/account_cache.h"

namespace sallyport::server {

Interrupt::Interrupt() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Interrupt::~Interrupt() {
  if (fd_ >= 0) close(fd_);
}

void Interrupt::Set() { eventfd_write(fd_, 1); }

bool Interrupt::WaitFor(absl::Duration time) const {
  const absl::Time end = MonotonicNow() + time;
  while (true) {
    const absl::Duration left = end - MonotonicNow();
    if (left <= absl::ZeroDuration()) return false;
    pollfd set = {.fd = fd_, .events = POLLIN};
    if (poll(&set, 1, PollMilliseconds(left)) > 0) return true;
  }
}

int PollMilliseconds(absl::Duration time) {
  constexpr int64_t kLongest = 60'000;
  if (time <= absl::ZeroDuration()) return 0;
  return static_cast<int>(
      std::min(kLongest, absl::ToInt64Milliseconds(absl::Ceil(time, absl::Milliseconds(1)))));
}

}  // namespace sallyport::server
