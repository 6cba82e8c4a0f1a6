#include "server/stores/secret_reference.h"

#include <cstdlib>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "process/file.h"

namespace sallyport::server {
namespace {

constexpr size_t kMaxSecretSize = 64 << 10;

absl::StatusOr<Secret> ReadSecretFile(const std::string& path) {
  absl::StatusOr<std::string> content = process::ReadFile(path, kMaxSecretSize);
  if (!content.ok()) return content.status();
  std::string_view text = *content;
  if (text.ends_with('\n')) text.remove_suffix(1);
  Secret secret(text);
  Wipe(&*content);
  if (secret.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(path, " is empty: write the secret into it"));
  }
  return secret;
}

}  // namespace

absl::StatusOr<Secret> ReadSecret(const v1::SecretReference& reference) {
  if (reference.file().empty() == reference.env().empty()) {
    return absl::InvalidArgumentError(
        "a secret is either in a 'file' or in an environment variable, 'env': set one of them");
  }
  if (!reference.file().empty()) return ReadSecretFile(reference.file());
  const char* const value = std::getenv(reference.env().c_str());
  if (value == nullptr || *value == '\0') {
    return absl::NotFoundError(absl::StrCat("the environment variable ", reference.env(),
                                            " is not set: set it to the secret"));
  }
  return Secret(value);
}

}  // namespace sallyport::server
