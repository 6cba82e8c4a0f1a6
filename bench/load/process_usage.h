#ifndef SALLYPORT_BENCH_LOAD_PROCESS_USAGE_H_
#define SALLYPORT_BENCH_LOAD_PROCESS_USAGE_H_

// What another process has used, by the kernel's own account (/proc).

#include <sys/types.h>

#include <chrono>
#include <cstddef>

namespace sallyport::bench {

struct ProcessUsage {
  // User and system time of all its threads.
  std::chrono::nanoseconds cpu{0};
  // Memory that is its own (Private_Clean and Private_Dirty), in bytes.
  size_t private_bytes = 0;
};

// UsageOf reads the usage of `pid`; zeros where there is no such process.
ProcessUsage UsageOf(pid_t pid);

}  // namespace sallyport::bench

#endif  // SALLYPORT_BENCH_LOAD_PROCESS_USAGE_H_
