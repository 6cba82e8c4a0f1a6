#include "process/file_stamp.h"

#include <errno.h>
#include <sys/stat.h>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace sallyport::process {
namespace {

constexpr char kError[] = "error ";

}  // namespace

std::string FileStamp(const std::string& path, absl::Duration fresh_for) {
  struct stat file = {};
  if (stat(path.c_str(), &file) != 0) return absl::StrCat(kError, errno);
  const bool fresh = fresh_for > absl::ZeroDuration() &&
                     absl::Now() - absl::TimeFromTimespec(file.st_ctim) < fresh_for;
  return absl::StrCat(file.st_dev, " ", file.st_ino, " ", file.st_mode, " ", file.st_size, " ",
                      file.st_mtim.tv_sec, ".", file.st_mtim.tv_nsec, " ", file.st_ctim.tv_sec, ".",
                      file.st_ctim.tv_nsec, fresh ? " fresh" : "");
}

bool IsOfNoFile(std::string_view stamp) { return stamp.starts_with(kError); }

}  // namespace sallyport::process
