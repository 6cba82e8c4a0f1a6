#ifndef SALLYPORT_PROCESS_FILE_WATCHER_H_
#define SALLYPORT_PROCESS_FILE_WATCHER_H_

// Notices that a file was replaced or written to, also where a symbolic link on
// the way to it was swapped, as Kubernetes does for a mounted Secret.

#include <functional>
#include <string>

#include "absl/time/time.h"
#include "process/change_watcher.h"

namespace sallyport::process {

class FileWatcher {
 public:
  // FileWatcher looks at `path` every `period`, and calls `on_change` on a thread
  // of its own: once at the start, so that no change is missed between reading the
  // file and watching it, and whenever it is another file, or was written to. A
  // file that is not there is no change. Destroying the watcher waits for a call that
  // runs.
  FileWatcher(std::string path, absl::Duration period, std::function<void()> on_change);

 private:
  ChangeWatcher watcher_;
};

}  // namespace sallyport::process

#endif  // SALLYPORT_PROCESS_FILE_WATCHER_H_
