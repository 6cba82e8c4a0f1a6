#include "server/stores/ldap/ldap_credentials.h"

#include <optional>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "core/credentials/secret.h"
#include "core/sasl/saslprep/saslprep.h"

namespace sallyport::server {
namespace {

constexpr char kUserPassword[] = "userPassword";
constexpr char kAuthPassword[] = "authPassword";

// crypt(3)'s hashes begin with '$'; RFC 3112's values with the scheme before it.
bool LooksLikeAHash(std::string_view value) {
  const size_t dollar = value.find('$');
  if (dollar == std::string_view::npos) return false;
  if (dollar == 0) return value.find('$', 1) != std::string_view::npos;
  const absl::string_view scheme =
      absl::StripAsciiWhitespace(absl::string_view(value.data(), dollar));
  return !FindCredentialScheme({scheme.data(), scheme.size()}).empty() ||
         !FindCredentialScheme(absl::StrCat("AUTHPASSWORD-", scheme)).empty();
}

absl::StatusOr<Credential> CleartextOf(std::string_view value) {
  if (LooksLikeAHash(value)) {
    return absl::InvalidArgumentError(
        "it looks like a hash, and has no scheme: write {CRYPT} or the like before it, or "
        "{CLEARTEXT} where it is a password");
  }
  std::optional<std::string> prepared = SaslPrepStored(value);
  if (!prepared || prepared->empty()) {
    return absl::InvalidArgumentError("it has no scheme, and SASLprep does not take it");
  }
  Cleartext cleartext{Secret(*prepared)};
  Wipe(&*prepared);
  return cleartext;
}

}  // namespace

const std::vector<std::string>& LdapCredentialAttributes() {
  static const std::vector<std::string>* const names =
      new std::vector<std::string>{kAuthPassword, kUserPassword};
  return *names;
}

absl::StatusOr<Credential> ParseLdapCredential(std::string_view attribute, std::string_view value) {
  absl::StatusOr<Credential> credential = ParseCredential(value);
  if (credential.ok() || attribute != kUserPassword || value.starts_with('{')) return credential;
  return CleartextOf(value);
}

}  // namespace sallyport::server
