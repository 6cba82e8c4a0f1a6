#ifndef SALLYPORT_PROCESS_FILE_H_
#define SALLYPORT_PROCESS_FILE_H_

// Reads the files that a configuration or a command line names: whole, and within
// a limit.
// Thread-safe.

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"

namespace sallyport::process {

// ReadFile returns what is in the file at `path`, which need not be a regular
// one. It fails with NotFound, PermissionDenied, InvalidArgument (a directory,
// or more than `max_bytes` bytes) or Unavailable (a failed read); the message
// names the path, the cause and what to do. No copy of the content is left in
// memory that was given back.
absl::StatusOr<std::string> ReadFile(const std::string& path, size_t max_bytes);

// ReadLine returns the one line that is in the file, without its end: a password, a
// token. It fails as ReadFile does, and with InvalidArgument where the line is
// empty, or where there is a NUL or another line.
absl::StatusOr<std::string> ReadLine(const std::string& path, size_t max_bytes);

}  // namespace sallyport::process

#endif  // SALLYPORT_PROCESS_FILE_H_
