#include "core/credentials/stored_form.h"

#include "core/credentials/secret.h"
#include "core/sasl/saslprep/saslprep.h"

namespace sallyport {

std::optional<std::string> StoredName(std::string_view name) {
  std::optional<std::string> stored = SaslPrepStored(name);
  if (stored.has_value() && stored->empty()) return std::nullopt;
  return stored;
}

bool IsDisplayable(std::string_view text) {
  return !text.empty() && SaslPrepQuery(text).has_value();
}

absl::Status PreparePassword(Credential& credential) {
  auto* const cleartext = std::get_if<Cleartext>(&credential);
  if (cleartext == nullptr) return absl::OkStatus();
  std::optional<std::string> prepared = SaslPrepStored(cleartext->password.view());
  if (!prepared.has_value() || prepared->empty()) {
    return absl::InvalidArgumentError(
        "the password has characters that SASLprep (RFC 4013) does not take; set another");
  }
  cleartext->password = Secret(*prepared);
  Wipe(&*prepared);
  return absl::OkStatus();
}

}  // namespace sallyport
