#ifndef SALLYPORT_SERVER_ADMIN_SOCKET_PATH_H_
#define SALLYPORT_SERVER_ADMIN_SOCKET_PATH_H_

// Makes a place for a Unix socket that only its owner can open: the protection
// is the directory, which is there before the socket is.

#include <string>

#include "absl/status/status.h"

namespace sallyport::server {

// PrepareSocketPath makes the directory of `path` with mode 0700, or checks that
// it is this user's own and closed to all others, and removes a socket that
// nobody listens on. FailedPrecondition where the directory is open to others,
// or something that is no socket is in the way; Unavailable where a server
// listens there, or the system refuses.
absl::Status PrepareSocketPath(const std::string& path);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_ADMIN_SOCKET_PATH_H_
