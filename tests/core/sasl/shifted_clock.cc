#include "tests/core/sasl/shifted_clock.h"

#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>

namespace {

std::atomic<std::time_t> shift = 0;

timespec Now() {
  timespec now = {};
  syscall(SYS_clock_gettime, CLOCK_REALTIME, &now);
  now.tv_sec += shift;
  return now;
}

}  // namespace

// These take the place of the C library's.
extern "C" {

std::time_t time(std::time_t* out) noexcept {
  const std::time_t now = Now().tv_sec;
  if (out != nullptr) *out = now;
  return now;
}

int gettimeofday(timeval* out, void*) noexcept {
  const timespec now = Now();
  *out = {.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
  return 0;
}
}

namespace sallyport {

void ShiftClock(std::time_t seconds) { shift = seconds; }

}  // namespace sallyport
