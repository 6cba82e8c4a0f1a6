#include "server/stores/files/credential_file.h"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/credentials/secret.h"
#include "core/credentials/stored_form.h"
#include "process/file.h"

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

bool IsOpenToOthers(const struct stat& file) { return (file.st_mode & (S_IROTH | S_IWOTH)) != 0; }

void AddGroup(std::string_view group, Account& account) {
  if (std::find(account.groups.begin(), account.groups.end(), group) == account.groups.end()) {
    account.groups.emplace_back(group);
  }
}

absl::Status AddCredential(absl::StatusOr<Credential> credential, Account& account) {
  if (!credential.ok()) return credential.status();
  if (absl::Status status = PreparePassword(*credential); !status.ok()) return status;
  account.credentials.push_back({*std::move(credential), std::nullopt, std::nullopt});
  return absl::OkStatus();
}

}  // namespace sallyport::server
