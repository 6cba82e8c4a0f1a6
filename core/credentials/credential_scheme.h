#ifndef SALLYPORT_CORE_CREDENTIALS_CREDENTIAL_SCHEME_H_
#define SALLYPORT_CORE_CREDENTIALS_CREDENTIAL_SCHEME_H_

// The schemes of stored secrets as a table: what each is called, and what its
// text begins with. Internal to core/credentials.

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "core/credentials/credential.h"
#include "core/crypto/hash.h"

namespace sallyport {

enum class CredentialKind : uint8_t {
  kCleartext,
  kScram,
  kPbkdf2,
  kArgon2id,
  kArgon2i,
  kArgon2d,
  kCrypt,
  kCryptMd5,
  kDigest,
  kSaltedDigest,
  kAuthPasswordDigest,
  kRabbitMqDigest,
};

struct CredentialScheme {
  std::string_view name;
  // With the delimiter, so that no prefix begins another. Schemes that share one
  // follow one another: their text says further on which it is.
  std::string_view prefix;
  CredentialKind kind;
  // Of SCRAM, PBKDF2 and digests only.
  HashFunction hash;
  // Read as if it were the prefix.
  std::string_view alias = {};

  // An authPassword value is of two parts, a userPassword value of one.
  constexpr bool IsAuthPassword() const { return prefix.back() == '$'; }
};

inline constexpr CredentialScheme kCredentialSchemes[] = {
    {"SCRAM-SHA-256", "SCRAM-SHA-256$", CredentialKind::kScram, HashFunction::kSha256},
    {"SCRAM-SHA-512", "SCRAM-SHA-512$", CredentialKind::kScram, HashFunction::kSha512},
    {"SCRAM-SHA-1", "SCRAM-SHA-1$", CredentialKind::kScram, HashFunction::kSha1},
    {"ARGON2ID", "{ARGON2}", CredentialKind::kArgon2id, HashFunction::kSha256},
    {"ARGON2I", "{ARGON2}", CredentialKind::kArgon2i, HashFunction::kSha256},
    {"ARGON2D", "{ARGON2}", CredentialKind::kArgon2d, HashFunction::kSha256},
    {"CRYPT", "{CRYPT}", CredentialKind::kCrypt, HashFunction::kSha256},
    {"CRYPT-MD5", "{CRYPT}", CredentialKind::kCryptMd5, HashFunction::kMd5},
    {"PBKDF2-SHA256", "{PBKDF2-SHA256}", CredentialKind::kPbkdf2, HashFunction::kSha256},
    {"PBKDF2-SHA512", "{PBKDF2-SHA512}", CredentialKind::kPbkdf2, HashFunction::kSha512},
    {"PBKDF2-SHA1", "{PBKDF2-SHA1}", CredentialKind::kPbkdf2, HashFunction::kSha1, "{PBKDF2}"},
    {"CLEARTEXT", "{CLEARTEXT}", CredentialKind::kCleartext, HashFunction::kSha256},
    {"SSHA512", "{SSHA512}", CredentialKind::kSaltedDigest, HashFunction::kSha512},
    {"SSHA384", "{SSHA384}", CredentialKind::kSaltedDigest, HashFunction::kSha384},
    {"SSHA256", "{SSHA256}", CredentialKind::kSaltedDigest, HashFunction::kSha256},
    {"SSHA", "{SSHA}", CredentialKind::kSaltedDigest, HashFunction::kSha1},
    {"SMD5", "{SMD5}", CredentialKind::kSaltedDigest, HashFunction::kMd5},
    {"SHA512", "{SHA512}", CredentialKind::kDigest, HashFunction::kSha512},
    {"SHA384", "{SHA384}", CredentialKind::kDigest, HashFunction::kSha384},
    {"SHA256", "{SHA256}", CredentialKind::kDigest, HashFunction::kSha256},
    {"SHA", "{SHA}", CredentialKind::kDigest, HashFunction::kSha1},
    {"MD5", "{MD5}", CredentialKind::kDigest, HashFunction::kMd5},
    {"RABBITMQ-SHA512", "{RABBITMQ-SHA512}", CredentialKind::kRabbitMqDigest,
     HashFunction::kSha512},
    {"RABBITMQ-SHA256", "{RABBITMQ-SHA256}", CredentialKind::kRabbitMqDigest,
     HashFunction::kSha256},
    {"RABBITMQ-MD5", "{RABBITMQ-MD5}", CredentialKind::kRabbitMqDigest, HashFunction::kMd5},
    {"AUTHPASSWORD-SHA1", "SHA1$", CredentialKind::kAuthPasswordDigest, HashFunction::kSha1},
    {"AUTHPASSWORD-MD5", "MD5$", CredentialKind::kAuthPasswordDigest, HashFunction::kMd5},
};

// SameWithoutCase compares ASCII letters without case.
constexpr bool SameWithoutCase(std::string_view a, std::string_view b) {
  constexpr auto upper = [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return upper(x) == upper(y); });
}

// FindScheme is the scheme that `name` names without case, or null.
constexpr const CredentialScheme* FindScheme(std::string_view name) {
  for (const CredentialScheme& scheme : kCredentialSchemes) {
    if (SameWithoutCase(scheme.name, name)) return &scheme;
  }
  return nullptr;
}

// FindSchemeByPrefix is the first scheme whose prefix or alias is `prefix` without
// case, or null.
constexpr const CredentialScheme* FindSchemeByPrefix(std::string_view prefix) {
  if (prefix.empty()) return nullptr;
  for (const CredentialScheme& scheme : kCredentialSchemes) {
    if (SameWithoutCase(scheme.prefix, prefix) || SameWithoutCase(scheme.alias, prefix)) {
      return &scheme;
    }
  }
  return nullptr;
}

// SchemeOf is the row of the table that tells of `credential`.
const CredentialScheme& SchemeOf(const Credential& credential);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_CREDENTIALS_CREDENTIAL_SCHEME_H_
