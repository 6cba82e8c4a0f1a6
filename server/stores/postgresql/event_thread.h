#ifndef SALLYPORT_SERVER_STORES_POSTGRESQL_EVENT_THREAD_H_
#define SALLYPORT_SERVER_STORES_POSTGRESQL_EVENT_THREAD_H_

// One thread that waits for several descriptors, deadlines and tasks at once.

#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace sallyport::server {

class EventThread {
 public:
  using Task = absl::AnyInvocable<void() &&>;

  // Source is called on the thread only, once that runs.
  class Source {
   public:
    virtual ~Source() = default;
    // fd and events are what to poll for; a negative one is not polled.
    virtual int fd() const = 0;
    virtual short events() const = 0;
    // deadline is by MonotonicNow.
    virtual absl::Time deadline() const = 0;
    virtual void OnReady() = 0;
    virtual void OnDeadline() = 0;
    // BeforeWait is called when the tasks and events that had gathered are done with.
    virtual void BeforeWait() = 0;
  };

  EventThread();
  // ~EventThread needs a Stop before it, if it was started.
  ~EventThread();
  EventThread(const EventThread&) = delete;
  EventThread& operator=(const EventThread&) = delete;

  // Start is called once. `sources` must live until Stop has returned.
  void Start(std::vector<Source*> sources);

  // Stop ends the thread, waits for it, and runs what tasks are left here.
  void Stop();

  // Post has the thread run `task`, in order. Thread-safe; not after Stop.
  void Post(Task task);

  // ok is false where the system had no descriptor left.
  bool ok() const { return wake_ >= 0; }

 private:
  void Run();
  // False when the thread is to end.
  bool RunTasks();
  void Wait();

  const int wake_;
  std::vector<Source*> sources_;
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<Task> tasks_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_POSTGRESQL_EVENT_THREAD_H_
