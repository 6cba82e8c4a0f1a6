#include "process/file_watcher.h"

#include <sys/stat.h>

#include <optional>
#include <tuple>
#include <utility>

namespace sallyport::process {
namespace {

// Device, inode, size, and the times of the last change of content and of
// attributes.
using Stamp = std::tuple<dev_t, ino_t, off_t, time_t, int64_t, time_t, int64_t>;

std::optional<Stamp> StampOf(const std::string& path) {
  struct stat file = {};
  if (stat(path.c_str(), &file) != 0) return std::nullopt;
  return Stamp(file.st_dev, file.st_ino, file.st_size, file.st_mtim.tv_sec, file.st_mtim.tv_nsec,
               file.st_ctim.tv_sec, file.st_ctim.tv_nsec);
}

}  // namespace

FileWatcher::FileWatcher(std::string path, absl::Duration period, std::function<void()> on_change)
    : path_(std::move(path)),
      period_(period),
      on_change_(std::move(on_change)),
      thread_([this] { Watch(); }) {}

FileWatcher::~FileWatcher() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

void FileWatcher::Watch() {
  std::optional<Stamp> seen;
  while (true) {
    const std::optional<Stamp> stamp = StampOf(path_);
    if (stamp.has_value() && stamp != seen) {
      seen = stamp;
      on_change_();
    }
    absl::MutexLock lock(&mutex_);
    if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_), period_)) return;
  }
}

}  // namespace sallyport::process
