#ifndef SALLYPORT_PROCESS_FILE_WATCHER_H_
#define SALLYPORT_PROCESS_FILE_WATCHER_H_

// Notices that a file was replaced or written to, also where a symbolic link on
// the way to it was swapped, as Kubernetes does for a mounted Secret.

#include <functional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace sallyport::process {

class FileWatcher {
 public:
  // FileWatcher looks at `path` every `period`, and calls `on_change` on a thread
  // of its own: once at the start, so that no change is missed between reading the
  // file and watching it, and whenever it is another file, or was written to. A
  // file that is not there is no change.
  FileWatcher(std::string path, absl::Duration period, std::function<void()> on_change);

  // Destroying the watcher waits for a call that runs.
  ~FileWatcher();
  FileWatcher(const FileWatcher&) = delete;
  FileWatcher& operator=(const FileWatcher&) = delete;

 private:
  void Watch();

  const std::string path_;
  const absl::Duration period_;
  const std::function<void()> on_change_;
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace sallyport::process

#endif  // SALLYPORT_PROCESS_FILE_WATCHER_H_
