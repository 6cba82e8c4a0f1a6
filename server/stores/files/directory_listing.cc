#include "server/stores/files/directory_listing.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/stores/files/user_snapshot.h"

namespace sallyport::server {
namespace {

absl::Status ListError(const std::string& path, const std::error_code& error) {
  const std::string cause = absl::StrCat("cannot list ", path, ": ", error.message());
  if (error == std::errc::no_such_file_or_directory) {
    return absl::NotFoundError(absl::StrCat(cause, "; check the path"));
  }
  if (error == std::errc::not_a_directory) {
    return absl::InvalidArgumentError(absl::StrCat(cause, "; name a directory"));
  }
  if (error == std::errc::permission_denied) {
    return absl::PermissionDeniedError(
        absl::StrCat(cause, "; make it readable for the user that runs this program"));
  }
  return absl::UnavailableError(cause);
}

bool IsHexDigit(char c) { return absl::ascii_isxdigit(static_cast<unsigned char>(c)); }

}  // namespace

std::string ContentDirectory(const std::string& path) {
  std::string swapped = absl::StrCat(path, "/..data");
  std::error_code error;
  return std::filesystem::is_directory(swapped, error) ? swapped : path;
}

absl::StatusOr<std::vector<std::string>> ListDirectory(const std::string& path) {
  std::vector<std::string> entries;
  std::error_code error;
  std::filesystem::directory_iterator entry(path, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    std::string name = entry->path().filename().string();
    if (name.starts_with('.') || name.ends_with('~')) continue;
    if (entries.size() == kMaxUsersInFiles) {
      return absl::InvalidArgumentError(absl::StrCat("cannot use ", path, ": it has more than ",
                                                     kMaxUsersInFiles,
                                                     " entries; use another kind of store"));
    }
    entries.push_back(std::move(name));
  }
  if (error) return ListError(path, error);
  std::sort(entries.begin(), entries.end());
  return entries;
}

std::optional<std::string> DecodeFileName(std::string_view name) {
  std::string decoded;
  while (!name.empty()) {
    if (name[0] != '%') {
      decoded.push_back(name[0]);
      name.remove_prefix(1);
      continue;
    }
    if (name.size() < 3 || !IsHexDigit(name[1]) || !IsHexDigit(name[2])) return std::nullopt;
    decoded.append(absl::HexStringToBytes(absl::string_view(name.data() + 1, 2)));
    name.remove_prefix(3);
  }
  return decoded;
}

}  // namespace sallyport::server
