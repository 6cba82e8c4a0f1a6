#include "server/stores/files/credential_file.h"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/credentials/secret.h"
#include "core/sasl/saslprep/saslprep.h"
#include "process/file.h"
#include "server/stores/files/file_stamp.h"

namespace sallyport::server {

absl::Status ReadCredentialFile(const std::string& path, size_t max_bytes, UserSnapshot& snapshot,
                                const std::function<void(std::string_view content)>& read) {
  struct stat file = {};
  // A pipe would be waited for.
  if (stat(path.c_str(), &file) == 0 && !S_ISREG(file.st_mode)) {
    return absl::InvalidArgumentError(
        absl::StrCat("cannot use ", path, ": it is not a regular file; name one"));
  }
  absl::StatusOr<std::string> content = process::ReadFile(path, max_bytes);
  if (!content.ok()) return content.status();
  if (IsOpenToOthers(file) && snapshot.open_files++ == 0) snapshot.open_file = path;
  read(*content);
  Wipe(&*content);
  return absl::OkStatus();
}

void ForEachLine(std::string_view content, const std::function<void(const FileLine&)>& line) {
  for (size_t number = 1; !content.empty(); ++number) {
    const size_t end = content.find('\n');
    const bool ended = end != std::string_view::npos;
    std::string_view text = content.substr(0, end);
    if (text.ends_with('\r')) text.remove_suffix(1);
    line({text, number, ended});
    content.remove_prefix(ended ? end + 1 : content.size());
  }
}

std::optional<std::string> StoredName(std::string_view name) {
  std::optional<std::string> stored = SaslPrepStored(name);
  if (stored.has_value() && stored->empty()) return std::nullopt;
  return stored;
}

bool IsGroupName(std::string_view group) {
  return !group.empty() && SaslPrepQuery(group).has_value();
}

void AddGroup(std::string_view group, Account& account) {
  if (std::find(account.groups.begin(), account.groups.end(), group) == account.groups.end()) {
    account.groups.emplace_back(group);
  }
}

absl::Status AddCredential(absl::StatusOr<Credential> credential, Account& account) {
  if (!credential.ok()) return credential.status();
  if (auto* const cleartext = std::get_if<Cleartext>(&*credential)) {
    std::optional<std::string> prepared = SaslPrepStored(cleartext->password.view());
    if (!prepared.has_value() || prepared->empty()) {
      return absl::InvalidArgumentError(
          "the password has characters that SASLprep (RFC 4013) does not take; set another");
    }
    cleartext->password = Secret(*prepared);
    Wipe(&*prepared);
  }
  account.credentials.push_back({*std::move(credential), std::nullopt, std::nullopt});
  return absl::OkStatus();
}

}  // namespace sallyport::server
