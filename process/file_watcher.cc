#include "process/file_watcher.h"

#include <string>
#include <utility>

#include "process/file_stamp.h"

namespace sallyport::process {

FileWatcher::FileWatcher(std::string path, absl::Duration period, std::function<void()> on_change)
    : watcher_(
          "",
          [path = std::move(path), last = std::string()]() mutable {
            std::string stamp = FileStamp(path);
            if (!stamp.empty()) last = std::move(stamp);
            return last;
          },
          period,
          [on_change = std::move(on_change)] {
            on_change();
            return true;
          }) {}

}  // namespace sallyport::process
