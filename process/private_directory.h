#ifndef SALLYPORT_PROCESS_PRIVATE_DIRECTORY_H_
#define SALLYPORT_PROCESS_PRIVATE_DIRECTORY_H_

// Directories for files that are nobody else's to see or to replace. Thread-safe.

#include <string>

#include "absl/status/status.h"

namespace sallyport::process {

// MakePrivateDirectory makes the directory that `file` lies in, of mode 0700, and those
// above it. One that is there stays as it is; FailedPrecondition where everybody could
// replace what is in it. Unavailable where the system refuses.
absl::Status MakePrivateDirectory(const std::string& file);

}  // namespace sallyport::process

#endif  // SALLYPORT_PROCESS_PRIVATE_DIRECTORY_H_
