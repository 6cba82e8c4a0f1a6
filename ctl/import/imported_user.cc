#include "ctl/import/imported_user.h"

#include <algorithm>

#include "core/credentials/stored_form.h"

namespace sallyport::ctl {

absl::Status ImportedUser::AddCredential(absl::StatusOr<Credential> credential) {
  if (!credential.ok()) return credential.status();
  if (absl::Status status = PreparePassword(*credential); !status.ok()) return status;
  std::string text = FormatCredential(*credential);
  credentials.emplace_back(text);
  Wipe(&text);
  return absl::OkStatus();
}

absl::Status ImportedUser::AddGroup(std::string_view group) {
  if (!IsDisplayable(group)) {
    return absl::InvalidArgumentError(
        "a group has no name, or one with control characters; it is left out");
  }
  if (std::find(groups.begin(), groups.end(), group) == groups.end()) groups.emplace_back(group);
  return absl::OkStatus();
}

}  // namespace sallyport::ctl
