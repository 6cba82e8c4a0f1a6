#include "process/private_directory.h"

#include <errno.h>
#include <sys/stat.h>

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "process/system_error.h"

namespace sallyport::process {
namespace {}  // namespace

absl::Status MakePrivateDirectory(const std::string& file) {
  const std::filesystem::path parent = std::filesystem::path(file).parent_path();
  const std::string directory = parent.empty() ? "." : parent.string();
  std::error_code failed;
  std::filesystem::create_directories(std::filesystem::path(directory).parent_path(), failed);
  if (mkdir(directory.c_str(), 0700) == 0) return absl::OkStatus();
  if (errno != EEXIST) return SystemError("create the directory", directory, errno);
  struct stat info {};
  if (stat(directory.c_str(), &info) != 0) return SystemError("examine", directory, errno);
  if ((info.st_mode & S_IWOTH) != 0 && (info.st_mode & S_ISVTX) == 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("the directory ", directory,
                     " can be written by everybody, who could replace what is in it; run: chmod "
                     "o-w ",
                     directory));
  }
  return absl::OkStatus();
}

}  // namespace sallyport::process
