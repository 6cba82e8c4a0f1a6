#include "server/stores/postgresql/event_thread.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "server/stores/account_cache.h"
#include "server/stores/postgresql/interrupt.h"

namespace sallyport::server {

EventThread::EventThread() : wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

EventThread::~EventThread() {
  if (wake_ >= 0) close(wake_);
}

void EventThread::Start(std::vector<Source*> sources) {
  sources_ = std::move(sources);
  thread_ = std::thread([this] { Run(); });
}

void EventThread::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  eventfd_write(wake_, 1);
  if (thread_.joinable()) thread_.join();
  std::vector<Task> left;
  {
    absl::MutexLock lock(&mutex_);
    left.swap(tasks_);
  }
  for (Task& task : left) std::move(task)();
}

void EventThread::Post(Task task) {
  bool first;
  {
    absl::MutexLock lock(&mutex_);
    first = tasks_.empty();
    tasks_.push_back(std::move(task));
  }
  // Whoever posted the first one has woken the thread.
  if (first) eventfd_write(wake_, 1);
}

void EventThread::Run() {
  while (RunTasks()) {
    for (Source* source : sources_) source->BeforeWait();
    Wait();
  }
}

bool EventThread::RunTasks() {
  std::vector<Task> tasks;
  {
    absl::MutexLock lock(&mutex_);
    if (stopping_) return false;
    tasks.swap(tasks_);
  }
  for (Task& task : tasks) std::move(task)();
  return true;
}

void EventThread::Wait() {
  std::vector<pollfd> set = {{.fd = wake_, .events = POLLIN}};
  absl::Time deadline = absl::InfiniteFuture();
  for (const Source* source : sources_) {
    set.push_back({.fd = source->fd(), .events = source->events()});
    deadline = std::min(deadline, source->deadline());
  }
  if (poll(set.data(), set.size(), PollMilliseconds(deadline - MonotonicNow())) < 0) return;
  eventfd_t count;
  // Before the tasks are taken, so that none is overlooked.
  if (set[0].revents != 0) eventfd_read(wake_, &count);
  for (size_t i = 0; i < sources_.size(); ++i) {
    if (set[i + 1].revents != 0) sources_[i]->OnReady();
  }
  const absl::Time now = MonotonicNow();
  for (Source* source : sources_) {
    if (source->deadline() <= now) source->OnDeadline();
  }
}

}  // namespace sallyport::server
