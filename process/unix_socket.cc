#include "process/unix_socket.h"

#include <sys/un.h>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace sallyport::process {

absl::StatusOr<std::string> UnixSocketTarget(std::string_view path) {
  constexpr size_t kLongest = sizeof(sockaddr_un::sun_path) - 1;
  if (path.empty() || path.size() > kLongest) {
    return absl::InvalidArgumentError(absl::StrCat("the socket's path '", std::string(path),
                                                   "' must have from 1 to ", kLongest, " bytes"));
  }
  // gRPC reads it as a URI.
  std::string target = "unix:";
  for (const char c : path) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
        std::string_view("/-_.~").find(c) != std::string_view::npos) {
      target.push_back(c);
    } else {
      absl::StrAppend(&target, "%", absl::Hex(static_cast<unsigned char>(c), absl::kZeroPad2));
    }
  }
  return target;
}

}  // namespace sallyport::process
