#ifndef SALLYPORT_PROCESS_CHANGE_WATCHER_H_
#define SALLYPORT_PROCESS_CHANGE_WATCHER_H_

// Looks at something again and again, and tells when it looks different.

#include <functional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace sallyport::process {

class ChangeWatcher {
 public:
  // ChangeWatcher calls `look` every `period`, or less often where that takes long, and
  // `on_change` where it gave another text than the time before; at first, than `seen`.
  // Where `on_change` returns false the change is left to be taken in: it is called again
  // after the next look, whatever that gives. Both are called on a thread of the
  // watcher's own.
  ChangeWatcher(std::string seen, std::function<std::string()> look, absl::Duration period,
                std::function<bool()> on_change);

  // Destroying the watcher waits for a call that runs.
  ~ChangeWatcher();
  ChangeWatcher(const ChangeWatcher&) = delete;
  ChangeWatcher& operator=(const ChangeWatcher&) = delete;

 private:
  void Watch(std::string seen);

  const std::function<std::string()> look_;
  const absl::Duration period_;
  const std::function<bool()> on_change_;
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace sallyport::process

#endif  // SALLYPORT_PROCESS_CHANGE_WATCHER_H_
