#include "process/file_watcher.h"

#include <sys/stat.h>

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace sallyport::process {
namespace {

// Device, inode, size, and the times of the last change of content and of attributes.
// Empty where there is no file.
std::string StampOf(const std::string& path) {
  struct stat file = {};
  if (stat(path.c_str(), &file) != 0) return "";
  return absl::StrCat(file.st_dev, " ", file.st_ino, " ", file.st_size, " ", file.st_mtim.tv_sec,
                      ".", file.st_mtim.tv_nsec, " ", file.st_ctim.tv_sec, ".",
                      file.st_ctim.tv_nsec);
}

}  // namespace

FileWatcher::FileWatcher(std::string path, absl::Duration period, std::function<void()> on_change)
    : watcher_(
          "",
          [path = std::move(path), last = std::string()]() mutable {
            std::string stamp = StampOf(path);
            if (!stamp.empty()) last = std::move(stamp);
            return last;
          },
          period,
          [on_change = std::move(on_change)] {
            on_change();
            return true;
          }) {}

}  // namespace sallyport::process
