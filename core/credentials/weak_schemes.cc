#include "core/credentials/weak_schemes.h"

#include <algorithm>

#include "core/credentials/credential_scheme.h"
#include "core/crypto/hash.h"

namespace sallyport {
namespace {

bool IsWeakKind(CredentialKind kind) {
  switch (kind) {
    case CredentialKind::kDigest:
    case CredentialKind::kSaltedDigest:
    case CredentialKind::kAuthPasswordDigest:
    case CredentialKind::kRabbitMqDigest:
    case CredentialKind::kCryptMd5:
      return true;
    case CredentialKind::kCleartext:
    case CredentialKind::kScram:
    case CredentialKind::kPbkdf2:
    case CredentialKind::kArgon2id:
    case CredentialKind::kArgon2i:
    case CredentialKind::kArgon2d:
    case CredentialKind::kCrypt:
      return false;
  }
  return true;
}

}  // namespace

bool IsWeak(const Credential& credential) {
  // Whatever hash it names: the table knows those that are read.
  if (std::holds_alternative<DigestHash>(credential)) return true;
  return IsWeakKind(SchemeOf(credential).kind);
}

bool IsWeakScheme(std::string_view scheme) {
  const CredentialScheme* const found = FindScheme(scheme);
  return found != nullptr && IsWeakKind(found->kind);
}

bool MayVerify(const Credential& credential, std::span<const std::string> allowed_weak_schemes) {
  if (!IsWeak(credential)) return true;
  // Without its hash function it is of no use, and must not keep the others from theirs.
  const auto* digest = std::get_if<DigestHash>(&credential);
  if (digest != nullptr && !IsAvailable(digest->hash)) return false;
  const std::string_view scheme = SchemeName(credential);
  return std::any_of(
      allowed_weak_schemes.begin(), allowed_weak_schemes.end(),
      [scheme](const std::string& allowed) { return SameWithoutCase(allowed, scheme); });
}

}  // namespace sallyport
