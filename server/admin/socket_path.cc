#include "server/admin/socket_path.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>

#include "absl/cleanup/cleanup.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "process/system_error.h"

namespace sallyport::server {
namespace {

absl::Status PrepareDirectory(const std::string& directory) {
  if (mkdir(directory.c_str(), 0700) == 0) return absl::OkStatus();
  if (errno != EEXIST) return process::SystemError("create the directory", directory, errno);
  struct stat info {};
  // Not stat: a link could lead elsewhere by the time the socket is made.
  if (lstat(directory.c_str(), &info) != 0)
    return process::SystemError("examine", directory, errno);
  if (!S_ISDIR(info.st_mode) || info.st_uid != geteuid() ||
      (info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return absl::FailedPreconditionError(absl::StrCat(
        directory, " must be a directory of this user's own that nobody else can enter, to hold ",
        "the socket; run: chmod 700 ", directory, "; or name a socket in a directory that does ",
        "not exist yet"));
  }
  return absl::OkStatus();
}

// Whether a server accepts connections there.
absl::StatusOr<bool> IsListening(const std::string& path) {
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return process::SystemError("make a socket for", path, errno);
  absl::Cleanup close_fd = [fd] { close(fd); };
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) {
    return absl::InvalidArgumentError(absl::StrCat("the socket's path is too long: ", path));
  }
  memcpy(address.sun_path, path.data(), path.size());
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) return true;
  return errno != ECONNREFUSED;
}

}  // namespace

absl::Status PrepareSocketPath(const std::string& path) {
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  const std::string directory = parent.empty() ? "." : parent.string();
  if (absl::Status status = PrepareDirectory(directory); !status.ok()) return status;
  struct stat info {};
  if (lstat(path.c_str(), &info) != 0) {
    return errno == ENOENT ? absl::OkStatus() : process::SystemError("examine", path, errno);
  }
  if (!S_ISSOCK(info.st_mode)) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, " exists and is no socket; remove it, or name another path"));
  }
  const absl::StatusOr<bool> listening = IsListening(path);
  if (!listening.ok()) return listening.status();
  if (*listening) {
    return absl::UnavailableError(
        absl::StrCat("another server listens on ", path, "; stop it, or name another path"));
  }
  if (unlink(path.c_str()) != 0)
    return process::SystemError("remove the stale socket", path, errno);
  return absl::OkStatus();
}

}  // namespace sallyport::server
