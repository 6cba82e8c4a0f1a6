#include "client/timer_thread.h"

#include <sys/prctl.h>

#include <utility>

#include "absl/time/time.h"

namespace sallyport::client {

TimerThread::TimerThread() : thread_([this] { Run(); }) {}

TimerThread::~TimerThread() { Stop(); }

void TimerThread::RunAt(Clock::time_point when, Task task) {
  absl::MutexLock lock(&mu_);
  if (stopping_) return;
  const auto position = tasks_.emplace(when, std::move(task));
  // The thread sleeps until the first task: a later one need not wake it.
  if (position == tasks_.begin()) changed_.Signal();
}

void TimerThread::Stop() {
  std::multimap<Clock::time_point, Task> dropped;
  {
    absl::MutexLock lock(&mu_);
    stopping_ = true;
    dropped.swap(tasks_);
    changed_.Signal();
  }
  if (thread_.joinable()) thread_.join();
}

void TimerThread::Run() {
  // The kernel may delay a sleep by 50 us unless told otherwise, a good part of
  // a gather window.
  prctl(PR_SET_TIMERSLACK, 1000UL, 0, 0, 0);
  absl::MutexLock lock(&mu_);
  while (!stopping_) {
    if (tasks_.empty()) {
      changed_.Wait(&mu_);
      continue;
    }
    const auto first = tasks_.begin();
    const Clock::time_point now = Clock::now();
    if (first->first > now) {
      changed_.WaitWithTimeout(&mu_, absl::FromChrono(first->first - now));
      continue;
    }
    {
      Task task = std::move(first->second);
      tasks_.erase(first);
      mu_.Unlock();
      task();
      task = nullptr;
      mu_.Lock();
    }
  }
}

}  // namespace sallyport::client
