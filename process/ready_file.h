#ifndef SALLYPORT_PROCESS_READY_FILE_H_
#define SALLYPORT_PROCESS_READY_FILE_H_

// Tells a script that a program is ready, and on which addresses: a JSON object
// in a file that appears whole or not at all.

#include <map>
#include <string>

#include "absl/status/status.h"

namespace sallyport::process {

// WriteReadyFile writes `addresses` (name to address) to `path`, replacing what
// was there. Unavailable, with the path and the cause, where it cannot.
absl::Status WriteReadyFile(const std::string& path,
                            const std::map<std::string, std::string>& addresses);

}  // namespace sallyport::process

#endif  // SALLYPORT_PROCESS_READY_FILE_H_
