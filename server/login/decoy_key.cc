#include "server/login/decoy_key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "process/private_directory.h"
#include "process/system_error.h"

namespace sallyport::server {
namespace {

absl::Status CheckFile(const std::string& path, const struct stat& info) {
  if (!S_ISREG(info.st_mode)) {
    return absl::FailedPreconditionError(
        absl::StrCat("the decoy key ", path, " is not a regular file"));
  }
  if (info.st_uid != geteuid() && info.st_uid != 0) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the decoy key ", path, " belongs to another user; run: chown ", geteuid(), " ", path));
  }
  if ((info.st_mode & S_IRWXO) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("the decoy key ", path,
                     " can be opened by everybody, who could tell which users exist; run: chmod "
                     "600 ",
                     path));
  }
  if (info.st_size != static_cast<off_t>(kDecoyKeySize)) {
    return absl::DataLossError(absl::StrCat(
        "the decoy key ", path, " has ", info.st_size, " bytes, and not ", kDecoyKeySize,
        "; restore it, or delete it: a new one is made, and unknown users get other salts"));
  }
  return absl::OkStatus();
}

// NotFound where there is no such file.
absl::StatusOr<Secret> Load(const std::string& path) {
  // Not to be held up by a pipe.
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0 && errno == ENOENT) return absl::NotFoundError("");
  if (fd < 0) return process::SystemError("open the decoy key", path, errno);
  const absl::Cleanup close_fd = [fd] { close(fd); };
  struct stat info {};
  if (fstat(fd, &info) != 0) return process::SystemError("examine the decoy key", path, errno);
  if (absl::Status status = CheckFile(path, info); !status.ok()) return status;
  Secret key = Secret::Zeroed(kDecoyKeySize);
  const ssize_t size = read(fd, key.data(), key.size());
  if (size < 0) return process::SystemError("read the decoy key", path, errno);
  if (static_cast<size_t>(size) != key.size())
    return process::SystemError("read the decoy key", path, EIO);
  return key;
}

// Writes a file beside `path`, and links it there unless something is there by then.
absl::Status Create(const std::string& path, const Secret& key) {
  std::string temporary = path + ".XXXXXX";
  const int fd = mkostemp(temporary.data(), O_CLOEXEC);
  if (fd < 0) return process::SystemError("create the decoy key", path, errno);
  const absl::Cleanup remove = [&] {
    close(fd);
    unlink(temporary.c_str());
  };
  const ssize_t size = write(fd, key.view().data(), key.size());
  if (size < 0) return process::SystemError("write the decoy key", path, errno);
  if (static_cast<size_t>(size) != key.size())
    return process::SystemError("write the decoy key", path, ENOSPC);
  if (fsync(fd) != 0) return process::SystemError("write the decoy key", path, errno);
  if (link(temporary.c_str(), path.c_str()) != 0 && errno != EEXIST) {
    return process::SystemError("create the decoy key", path, errno);
  }
  // Only best effort: without it a crash may cost the name, and the next start makes another key.
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  const int directory = open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_CLOEXEC);
  if (directory >= 0) {
    fsync(directory);
    close(directory);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Secret> LoadOrCreateDecoyKey(const std::string& path, RandomSource& random) {
  absl::StatusOr<Secret> key = Load(path);
  if (!absl::IsNotFound(key.status())) return key;
  Secret fresh = Secret::Zeroed(kDecoyKeySize);
  if (!random.Fill({fresh.data(), fresh.size()})) {
    return absl::UnavailableError("the system has no random bytes for a decoy key");
  }
  if (absl::Status status = process::MakePrivateDirectory(path); !status.ok()) return status;
  if (absl::Status status = Create(path, fresh); !status.ok()) return status;
  key = Load(path);
  // Such as a link that leads nowhere.
  if (absl::IsNotFound(key.status()))
    return process::SystemError("open the decoy key", path, ENOENT);
  return key;
}

}  // namespace sallyport::server
