#ifndef SALLYPORT_CORE_CREDENTIALS_CREDENTIAL_H_
#define SALLYPORT_CORE_CREDENTIALS_CREDENTIAL_H_

// The forms in which a store keeps a secret, and their text:
//
//   SCRAM-SHA-256$4096:<salt>$<StoredKey>:<ServerKey>   RFC 5803 (base64 parts)
//   {CLEARTEXT}<password>                               RFC 2307's form
//   {PBKDF2-SHA256}<iterations>$<salt>$<hash>           base64 parts
//   {ARGON2}$argon2id$v=19$m=..,t=..,p=..$<salt>$<hash> the PHC string
//
// Base64 is canonical (RFC 4648): padded, but for the PHC string, whose parts are
// unpadded. A parsed credential is immutable and may be shared between threads.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "absl/status/statusor.h"
#include "core/credentials/secret.h"
#include "core/crypto/hash.h"

namespace sallyport {

// ScramKeys are what RFC 5802 section 3 has a server store.
struct ScramKeys {
  HashFunction hash = HashFunction::kSha256;
  std::string salt;
  uint32_t iterations = 0;
  Secret stored_key;
  Secret server_key;
};

// Cleartext holds the password as SASLprep (RFC 4013) left it.
struct Cleartext {
  Secret password;
};

// Pbkdf2Hash is PBKDF2 (RFC 8018) with HMAC of `hash`.
struct Pbkdf2Hash {
  HashFunction hash = HashFunction::kSha256;
  std::string salt;
  uint32_t iterations = 0;
  Secret key;
};

// Argon2idHash is Argon2id (RFC 9106), version 0x13.
struct Argon2idHash {
  uint32_t memory_kib = 0;
  uint32_t passes = 0;
  uint32_t lanes = 0;
  std::string salt;
  Secret key;
};

using Credential = std::variant<Cleartext, ScramKeys, Pbkdf2Hash, Argon2idHash>;

// ParseCredential reads one of the text forms above; scheme names are matched
// without case. InvalidArgument names the position (in bytes, the first being 1)
// of what is wrong, and never a part of the text. Costs and sizes outside the
// limits below are refused, so that a stored value can neither stall the service
// nor match too easily, and so are an empty password and SCRAM keys of another
// size than the hash function's.
absl::StatusOr<Credential> ParseCredential(std::string_view text);

// FormatCredential writes the text form that ParseCredential reads. The result
// is as secret as the credential.
std::string FormatCredential(const Credential& credential);

// SchemeName is "SCRAM-SHA-256", "CLEARTEXT", "PBKDF2-SHA512", "ARGON2ID", ...
std::string_view SchemeName(const Credential& credential);

// FindCredentialScheme is the SchemeName that `name` is without case; empty where
// there is none. Valid for the life of the process.
std::string_view FindCredentialScheme(std::string_view name);

// CredentialIterations is the key derivation's count, 0 where there is none.
uint32_t CredentialIterations(const Credential& credential);

inline constexpr uint32_t kMaxIterations = 10'000'000;
inline constexpr uint32_t kMaxArgon2MemoryKib = 1 << 20;
inline constexpr uint32_t kMaxArgon2Passes = 64;
inline constexpr uint32_t kMaxArgon2Lanes = 16;
// Argon2 needs this much memory for each lane (RFC 9106 section 3.1).
inline constexpr uint32_t kMinArgon2MemoryKibPerLane = 8;

// Sizes in bytes, after base64. A SCRAM salt has to fit into a SASL frame of 512
// bytes together with the nonces; a key shorter than the minimum could be hit by
// chance.
inline constexpr size_t kMaxSaltSize = 64;
inline constexpr size_t kMinArgon2SaltSize = 8;
inline constexpr size_t kMinKeySize = 16;
inline constexpr size_t kMaxKeySize = kMaxDigestSize;

}  // namespace sallyport

#endif  // SALLYPORT_CORE_CREDENTIALS_CREDENTIAL_H_
