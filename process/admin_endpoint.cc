#include "process/admin_endpoint.h"

#include <cstdlib>

#include "absl/strings/str_cat.h"

namespace sallyport::process {
namespace {

// The first of a list; empty: there is none.
std::string DirectoryIn(const char* variable) {
  const char* const value = std::getenv(variable);
  const std::string list = value == nullptr ? "" : value;
  return list.substr(0, list.find(':'));
}

}  // namespace

std::string DefaultAdminSocket() {
  if (const std::string run = DirectoryIn("RUNTIME_DIRECTORY"); !run.empty()) {
    return absl::StrCat(run, "/admin.sock");
  }
  const char* const run = std::getenv("XDG_RUNTIME_DIR");
  return absl::StrCat(run == nullptr || *run == '\0' ? "/run" : run, "/sallyport/admin.sock");
}

}  // namespace sallyport::process
