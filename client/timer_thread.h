#ifndef SALLYPORT_CLIENT_TIMER_THREAD_H_
#define SALLYPORT_CLIENT_TIMER_THREAD_H_

// One thread that runs short tasks at given times: the ends of gather windows
// (gRPC's own alarms are too coarse for those), reconnects, time limits, and
// outcomes that must not be delivered on a caller's thread. Thread-safe.

#include <chrono>
#include <cstdint>
#include <map>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"

namespace sallyport::client {

class TimerThread {
 public:
  using Clock = std::chrono::steady_clock;
  using Task = absl::AnyInvocable<void()>;

  TimerThread();
  // The destructor stops the thread.
  ~TimerThread();
  TimerThread(const TimerThread&) = delete;
  TimerThread& operator=(const TimerThread&) = delete;

  // RunAt runs `task` on the thread at `when`, or soon if that has passed; tasks
  // of the same time run in the order they were given. After Stop the task is
  // dropped. The task may call RunAt.
  void RunAt(Clock::time_point when, Task task);

  // RunSoon runs `task` on the thread as soon as it is free.
  void RunSoon(Task task) { RunAt(Clock::time_point::min(), std::move(task)); }

  // Stop waits for the task that is running and drops those that wait. It must
  // not be called from a task.
  void Stop();

 private:
  void Run();

  absl::Mutex mu_;
  absl::CondVar changed_;
  std::multimap<Clock::time_point, Task> tasks_ ABSL_GUARDED_BY(mu_);
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace sallyport::client

#endif  // SALLYPORT_CLIENT_TIMER_THREAD_H_
