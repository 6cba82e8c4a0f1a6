#ifndef SALLYPORT_CORE_CREDENTIALS_CREDENTIAL_SCHEME_H_
#define SALLYPORT_CORE_CREDENTIALS_CREDENTIAL_SCHEME_H_

// The schemes of stored secrets as a table: what each is called, and what its
// text begins with. Internal to core/credentials.

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "core/crypto/hash.h"

namespace sallyport {

enum class CredentialKind : uint8_t { kCleartext, kScram, kPbkdf2, kArgon2id };

struct CredentialScheme {
  std::string_view name;
  // With the delimiter, so that no prefix begins another.
  std::string_view prefix;
  CredentialKind kind;
  // Of SCRAM and PBKDF2 only.
  HashFunction hash;
};

inline constexpr CredentialScheme kCredentialSchemes[] = {
    {"SCRAM-SHA-256", "SCRAM-SHA-256$", CredentialKind::kScram, HashFunction::kSha256},
    {"SCRAM-SHA-512", "SCRAM-SHA-512$", CredentialKind::kScram, HashFunction::kSha512},
    {"SCRAM-SHA-1", "SCRAM-SHA-1$", CredentialKind::kScram, HashFunction::kSha1},
    {"ARGON2ID", "{ARGON2}", CredentialKind::kArgon2id, HashFunction::kSha256},
    {"PBKDF2-SHA256", "{PBKDF2-SHA256}", CredentialKind::kPbkdf2, HashFunction::kSha256},
    {"PBKDF2-SHA512", "{PBKDF2-SHA512}", CredentialKind::kPbkdf2, HashFunction::kSha512},
    {"PBKDF2-SHA1", "{PBKDF2-SHA1}", CredentialKind::kPbkdf2, HashFunction::kSha1},
    {"CLEARTEXT", "{CLEARTEXT}", CredentialKind::kCleartext, HashFunction::kSha256},
};

// SameWithoutCase compares ASCII letters without case.
constexpr bool SameWithoutCase(std::string_view a, std::string_view b) {
  constexpr auto upper = [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return upper(x) == upper(y); });
}

}  // namespace sallyport

#endif  // SALLYPORT_CORE_CREDENTIALS_CREDENTIAL_SCHEME_H_
