#include "server/audit/audit_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace sallyport::server {
namespace {

constexpr char kStandardOutput[] = "-";

const char* WhatToDo(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return "; create the folder";
    case EACCES:
    case EPERM:
    case EROFS:
      return "; make it writable for the user that runs this program";
    case EISDIR:
      return "; name a file";
    case ENXIO:
      return "; start what reads this FIFO first";
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return "; make room";
    case EPIPE:
      return "; start what reads it again";
    default:
      return "";
  }
}

int MillisecondsUntil(absl::Time deadline) {
  if (deadline == absl::InfiniteFuture()) return -1;
  const absl::Duration left =
      std::clamp(deadline - absl::Now(), absl::ZeroDuration(), absl::Hours(1));
  return static_cast<int>(absl::ToInt64Milliseconds(absl::Ceil(left, absl::Milliseconds(1))));
}

}  // namespace

absl::Status AuditFile::Failed(const char* what, int error) const {
  return absl::UnavailableError(absl::StrCat("cannot ", what, " the audit log ", path_, ": ",
                                             std::generic_category().message(error),
                                             WhatToDo(error)));
}

absl::Status AuditFile::Open() {
  Close();
  if (path_ == kStandardOutput) {
    fd_ = STDOUT_FILENO;
  } else {
    // O_NONBLOCK: a FIFO without a reader is an error rather than a wait.
    fd_ = open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
               0640);
    if (fd_ < 0) return Failed("open", errno);
  }
  struct stat attributes = {};
  if (fstat(fd_, &attributes) != 0) return Failed("open", errno);
  regular_ = S_ISREG(attributes.st_mode);
  continued_ = attributes.st_dev == device_ && attributes.st_ino == inode_;
  device_ = attributes.st_dev;
  inode_ = attributes.st_ino;
  torn_ = regular_ && !continued_ && EndsWithinALine();
  return absl::OkStatus();
}

bool AuditFile::EndsWithinALine() const {
  // Whoever may write it need not be able to read it.
  const int fd = path_ == kStandardOutput ? -1 : open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const off_t size = lseek(fd, 0, SEEK_END);
  char last = '\n';
  const bool torn = size > 0 && pread(fd, &last, 1, size - 1) == 1 && last != '\n';
  close(fd);
  return torn;
}

void AuditFile::Close() {
  if (fd_ >= 0 && path_ != kStandardOutput) close(fd_);
  fd_ = -1;
}

size_t AuditFile::ChunkOf(std::string_view text) const {
  if (regular_ || text.size() <= PIPE_BUF) return text.size();
  // So many bytes are written to a pipe at once or not at all, and so not between what
  // others write to it.
  const size_t end = text.rfind('\n', PIPE_BUF - 1);
  return end == std::string_view::npos ? PIPE_BUF : end + 1;
}

absl::Status AuditFile::Write(std::string_view text, int interrupt, absl::Time deadline,
                              size_t* written) {
  while (!text.empty()) {
    pollfd events[] = {{.fd = fd_, .events = POLLOUT}, {.fd = interrupt, .events = POLLIN}};
    const int ready = poll(events, 2, MillisecondsUntil(deadline));
    if (ready < 0 && errno == EINTR) continue;
    if (ready < 0) return Failed("wait for", errno);
    if (events[0].revents == 0) return absl::CancelledError("the audit log is not read");
    const ssize_t count = torn_ ? write(fd_, "\n", 1) : write(fd_, text.data(), ChunkOf(text));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Failed("write", errno);
    if (std::exchange(torn_, false)) continue;
    *written += static_cast<size_t>(count);
    text.remove_prefix(static_cast<size_t>(count));
  }
  return absl::OkStatus();
}

}  // namespace sallyport::server
