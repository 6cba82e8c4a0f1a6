#ifndef SALLYPORT_PROCESS_UNIX_SOCKET_H_
#define SALLYPORT_PROCESS_UNIX_SOCKET_H_

// How gRPC names a Unix socket. Thread-safe.

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace sallyport::process {

// UnixSocketTarget is gRPC's name ("unix:/run/...") of the socket at `path`,
// for a server and for a channel. InvalidArgument where the path is empty or
// longer than the 107 bytes that the system takes.
absl::StatusOr<std::string> UnixSocketTarget(std::string_view path);

}  // namespace sallyport::process

#endif  // SALLYPORT_PROCESS_UNIX_SOCKET_H_
