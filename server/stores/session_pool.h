#ifndef SALLYPORT_SERVER_STORES_SESSION_POOL_H_
#define SALLYPORT_SERVER_STORES_SESSION_POOL_H_

// Threads for a backend whose library blocks: each owns a session (a connection),
// and runs one task at a time with it. The queue has no bound of its own: the
// CredentialStore in front bounds what waits. Thread-safe.

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <deque>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"

namespace sallyport::server {

template <typename Session>
class SessionPool {
 public:
  // A Task is called exactly once, with a session or, where the pool closes before a
  // thread is free, with null.
  using Task = absl::AnyInvocable<void(Session*) &&>;

  // SessionPool starts a thread for each session.
  explicit SessionPool(std::vector<std::unique_ptr<Session>> sessions) : size_(sessions.size()) {
    for (std::unique_ptr<Session>& session : sessions) {
      threads_.emplace_back([this, owned = std::move(session)] { Work(owned.get()); });
    }
  }

  // ~SessionPool waits for the tasks that run.
  ~SessionPool() {
    {
      absl::MutexLock lock(&mutex_);
      closing_ = true;
    }
    for (std::thread& thread : threads_) thread.join();
    // Nobody adds to it any more.
    std::deque<Task> left;
    {
      absl::MutexLock lock(&mutex_);
      left.swap(queue_);
    }
    for (Task& task : left) std::move(task)(nullptr);
  }

  SessionPool(const SessionPool&) = delete;
  SessionPool& operator=(const SessionPool&) = delete;

  // busy is how many sessions have a task, and idle how many have none.
  size_t busy() const { return busy_.load(std::memory_order_relaxed); }
  size_t idle() const { return size_ - std::min(size_, busy()); }

  // Run may be called from a task.
  void Run(Task task) {
    {
      absl::MutexLock lock(&mutex_);
      if (!closing_) {
        queue_.push_back(std::move(task));
        return;
      }
    }
    std::move(task)(nullptr);
  }

 private:
  void Work(Session* session) {
    const auto ready = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return closing_ || !queue_.empty();
    };
    while (true) {
      Task task;
      {
        absl::MutexLock lock(&mutex_, absl::Condition(&ready));
        if (closing_) return;
        task = std::move(queue_.front());
        queue_.pop_front();
      }
      busy_.fetch_add(1, std::memory_order_relaxed);
      std::move(task)(session);
      busy_.fetch_sub(1, std::memory_order_relaxed);
    }
  }

  const size_t size_;
  std::atomic<size_t> busy_ = 0;
  absl::Mutex mutex_;
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  std::deque<Task> queue_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_SESSION_POOL_H_
