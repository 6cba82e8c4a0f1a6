#ifndef SALLYPORT_PROCESS_SYSTEM_ERROR_H_
#define SALLYPORT_PROCESS_SYSTEM_ERROR_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace sallyport::process {

// SystemError is Unavailable: "cannot WHAT PATH: what `error` means", an errno.
absl::Status SystemError(std::string_view what, std::string_view path, int error);

}  // namespace sallyport::process

#endif  // SALLYPORT_PROCESS_SYSTEM_ERROR_H_
