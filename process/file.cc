#include "process/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>
#include <system_error>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace sallyport::process {
namespace {

constexpr size_t kReadSize = 64 << 10;

absl::Status ReadError(const std::string& path, int error) {
  const std::string cause =
      absl::StrCat("cannot read ", path, ": ", std::generic_category().message(error));
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return absl::NotFoundError(absl::StrCat(cause, "; check the path"));
    case EACCES:
    case EPERM:
      return absl::PermissionDeniedError(
          absl::StrCat(cause, "; make it readable for the user that runs this program"));
    case EISDIR:
      return absl::InvalidArgumentError(absl::StrCat(cause, "; name a file"));
    default:
      return absl::UnavailableError(cause);
  }
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path, size_t max_bytes) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) return ReadError(path, errno);
  absl::Cleanup close_fd = [fd] { close(fd); };

  // The file may hold a key: a buffer that grows would leave copies of it behind.
  std::string content;
  content.reserve(max_bytes + 1);
  size_t size = 0;
  while (size <= max_bytes) {
    content.resize(size + std::min(kReadSize, max_bytes + 1 - size));
    const ssize_t got = read(fd, content.data() + size, content.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return ReadError(path, errno);
    if (got == 0) {
      content.resize(size);
      return content;
    }
    size += static_cast<size_t>(got);
  }
  return absl::InvalidArgumentError(absl::StrCat("cannot read ", path, ": it has more than ",
                                                 max_bytes, " bytes; is it the right file?"));
}

absl::StatusOr<std::string> ReadLine(const std::string& path, size_t max_bytes) {
  absl::StatusOr<std::string> content = ReadFile(path, max_bytes);
  if (!content.ok()) return content;
  if (content->ends_with('\n')) content->pop_back();
  if (content->ends_with('\r')) content->pop_back();
  if (!content->empty() &&
      content->find_first_of(std::string_view("\n\0", 2)) == std::string::npos) {
    return content;
  }
  explicit_bzero(content->data(), content->size());
  return absl::InvalidArgumentError(
      absl::StrCat("cannot use ", path, ": expected one line, and not an empty one"));
}

}  // namespace sallyport::process
