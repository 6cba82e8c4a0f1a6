#include "server/stores/files/file_stamp.h"

#include <errno.h>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace sallyport::server {
namespace {

constexpr absl::Duration kCoarsestClock = absl::Milliseconds(100);

}  // namespace

std::string FileStamp(const std::string& path) {
  struct stat file = {};
  if (stat(path.c_str(), &file) != 0) return absl::StrCat("error ", errno);
  const bool fresh = absl::Now() - absl::TimeFromTimespec(file.st_ctim) < kCoarsestClock;
  return absl::StrCat(file.st_dev, " ", file.st_ino, " ", file.st_mode, " ", file.st_size, " ",
                      file.st_mtim.tv_sec, ".", file.st_mtim.tv_nsec, " ", file.st_ctim.tv_sec, ".",
                      file.st_ctim.tv_nsec, fresh ? " fresh" : "");
}

bool IsOpenToOthers(const struct stat& file) { return (file.st_mode & (S_IROTH | S_IWOTH)) != 0; }

}  // namespace sallyport::server
