#include "process/system_error.h"

#include <system_error>

#include "absl/strings/str_cat.h"

namespace sallyport::process {

absl::Status SystemError(std::string_view what, std::string_view path, int error) {
  return absl::UnavailableError(absl::StrCat("cannot ", std::string(what), " ", std::string(path),
                                             ": ", std::generic_category().message(error)));
}

}  // namespace sallyport::process
