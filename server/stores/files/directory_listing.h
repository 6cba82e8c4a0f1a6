#ifndef SALLYPORT_SERVER_STORES_FILES_DIRECTORY_LISTING_H_
#define SALLYPORT_SERVER_STORES_FILES_DIRECTORY_LISTING_H_

// What is in a directory of users. Thread-safe.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace sallyport::server {

// ContentDirectory is where the files of `path` are: in "..data" where there is one, as
// Kubernetes leads there from the names of a mounted Secret and swaps it as a whole; else
// in `path` itself.
std::string ContentDirectory(const std::string& path);

// ListDirectory returns the entries of `path` in order of their names, without those that
// begin with '.' or end with '~'. It fails with NotFound, PermissionDenied,
// InvalidArgument (no directory, or more than kMaxUsersInFiles entries) or Unavailable;
// the message names the path, the cause and what to do.
absl::StatusOr<std::vector<std::string>> ListDirectory(const std::string& path);

// DecodeFileName replaces each "%41" by the byte; nullopt where a '%' is not followed by
// two hexadecimal digits.
std::optional<std::string> DecodeFileName(std::string_view name);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_FILES_DIRECTORY_LISTING_H_
