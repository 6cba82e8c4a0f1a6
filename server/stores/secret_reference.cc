#include "server/stores/secret_reference.h"

#include <stdlib.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "process/file.h"

namespace sallyport::server {
namespace {

constexpr size_t kMaxSecretSize = 64 << 10;

absl::StatusOr<Secret> Checked(Secret secret, const std::string& where) {
  if (!secret.empty() && secret.view().find('\0') == std::string_view::npos) return secret;
  return absl::InvalidArgumentError(
      absl::StrCat("the secret in ", where, " is empty or has a NUL in it: put a secret there"));
}

absl::StatusOr<Secret> ReadSecretFile(const std::string& path) {
  absl::StatusOr<std::string> content = process::ReadFile(path, kMaxSecretSize);
  if (!content.ok()) return content.status();
  std::string_view text = *content;
  if (text.ends_with('\n')) text.remove_suffix(1);
  Secret secret(text);
  Wipe(&*content);
  return Checked(std::move(secret), absl::StrCat("the file ", path));
}

}  // namespace

absl::StatusOr<Secret> ReadSecret(const v1::SecretReference& reference) {
  if (reference.file().empty() == reference.env().empty()) {
    return absl::InvalidArgumentError("a secret is named by either file or env");
  }
  if (!reference.file().empty()) return ReadSecretFile(reference.file());
  const char* value = getenv(reference.env().c_str());
  return Checked(Secret(value == nullptr ? "" : value),
                 absl::StrCat("the environment variable ", reference.env()));
}

}  // namespace sallyport::server
