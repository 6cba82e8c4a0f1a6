#include "server/stores/sqlite/sqlite_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "process/private_directory.h"
#include "process/system_error.h"

namespace sallyport::server {
namespace {

absl::Status CheckExisting(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return process::SystemError("examine", path, errno);
  if (!S_ISREG(info.st_mode)) {
    return absl::FailedPreconditionError(absl::StrCat(path, " is not a regular file"));
  }
  if (info.st_uid != geteuid()) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, " belongs to another user, who decides what is in it; run: chown ",
                     geteuid(), " ", path));
  }
  if ((info.st_mode & S_IRWXO) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, " holds secrets and can be opened by everybody; run: chmod 600 ", path));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status PrepareSqliteFile(const std::string& path) {
  if (absl::Status status = process::MakePrivateDirectory(path); !status.ok()) return status;
  // Opened only where it is new: closing a descriptor of a file drops every lock that this process
  // has on it, those of another connection included.
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd >= 0) {
    close(fd);
    return absl::OkStatus();
  }
  if (errno != EEXIST) return process::SystemError("create", path, errno);
  return CheckExisting(path);
}

}  // namespace sallyport::server
