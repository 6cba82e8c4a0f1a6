#ifndef SALLYPORT_CORE_CREDENTIALS_CREDENTIAL_H_
#define SALLYPORT_CORE_CREDENTIALS_CREDENTIAL_H_

// The forms in which a store keeps a secret, and their text. As a userPassword value
// (RFC 2307):
//
//   {CLEARTEXT}<password>
//   {SSHA256}<digest and salt>        base64; also SMD5, SSHA, SSHA384 and SSHA512,
//                                     and MD5, SHA, ... of the digest alone
//   {CRYPT}<hash>                     crypt(3): $6$ $5$ $2a$ $2b$ $2y$ $y$, and $1$
//   {RABBITMQ-SHA256}<salt and digest>
//                                     base64, as RabbitMQ keeps a password_hash: a salt
//                                     of 4 bytes; also RABBITMQ-SHA512 and RABBITMQ-MD5
//   {PBKDF2-SHA256}<iterations>$<salt>$<hash>
//                                     base64 with '.' for '+', without padding;
//                                     {PBKDF2} is read as {PBKDF2-SHA1}
//   {ARGON2}$argon2id$v=19$m=..,t=..,p=..$<salt>$<hash>
//                                     the PHC string (base64 without padding), also of
//                                     argon2i and argon2d
//
// and as an authPassword value (RFC 3112), with spaces around each '$' when read:
//
//   SHA1$<salt>$<digest>                                base64; also MD5
//   SCRAM-SHA-256$4096:<salt>$<StoredKey>:<ServerKey>   RFC 5803 (base64)
//
// Base64 is canonical (RFC 4648), and padded where nothing else is said. A parsed
// credential is immutable and may be shared between threads.

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

// DigestForm is how a DigestHash is made and written: RabbitMQ has the salt before the
// password and before the digest, the others behind them.
enum class DigestForm : uint8_t { kUserPassword, kAuthPassword, kRabbitMq };

// DigestHash is the plain digest of the password and the salt. As a userPassword value
// it may be without a salt.
struct DigestHash {
  DigestForm form = DigestForm::kUserPassword;
  HashFunction hash = HashFunction::kSha256;
  std::string salt;
  Secret digest;
};

// CryptHash is what crypt(3) gave, from its first '$' on.
struct CryptHash {
  Secret text;
};

// Pbkdf2Hash is PBKDF2 (RFC 8018) with HMAC of `hash`, whose digest's size the key
// has.
struct Pbkdf2Hash {
  HashFunction hash = HashFunction::kSha256;
  std::string salt;
  uint32_t iterations = 0;
  Secret key;
};

enum class Argon2Function : uint8_t { kArgon2id, kArgon2i, kArgon2d };

// Argon2Hash is Argon2 (RFC 9106), version 0x13.
struct Argon2Hash {
  Argon2Function function = Argon2Function::kArgon2id;
  uint32_t memory_kib = 0;
  uint32_t passes = 0;
  uint32_t lanes = 0;
  std::string salt;
  Secret key;
};

using Credential =
    std::variant<Cleartext, ScramKeys, Pbkdf2Hash, Argon2Hash, DigestHash, CryptHash>;

// ParseCredential reads one of the text forms above; scheme names are matched
// without case. InvalidArgument names the position (in bytes, the first being 1)
// of what is wrong, and never a part of the text. Costs and sizes outside the
// limits below are refused, so that a stored value can neither stall the service
// nor match too easily, and so are an empty password, and a key or digest of another
// size than the hash function's. Of crypt(3)'s hashes, traditional DES is refused (it
// ignores what follows a password's first 8 bytes), and so is what the list above
// lacks.
absl::StatusOr<Credential> ParseCredential(std::string_view text);

// FormatCredential writes the text form that ParseCredential reads. The result
// is as secret as the credential.
std::string FormatCredential(const Credential& credential);

// SchemeName is "SCRAM-SHA-256", "CLEARTEXT", "SSHA512", "PBKDF2-SHA512", "ARGON2ID",
// "CRYPT", "RABBITMQ-SHA256", ...; for $1$ it is "CRYPT-MD5", and for RFC 3112's own schemes
// "AUTHPASSWORD-MD5" and "AUTHPASSWORD-SHA1".
std::string_view SchemeName(const Credential& credential);

// FindCredentialScheme is the SchemeName that `name` is without case; empty where
// there is none. Valid for the life of the process.
std::string_view FindCredentialScheme(std::string_view name);

// CredentialIterations is the key derivation's count, 0 where there is none and for
// CRYPT.
uint32_t CredentialIterations(const Credential& credential);

inline constexpr uint32_t kMaxIterations = 10'000'000;
inline constexpr uint32_t kMaxArgon2MemoryKib = 1 << 20;
inline constexpr uint32_t kMaxArgon2Passes = 64;
inline constexpr uint32_t kMaxArgon2Lanes = 16;
// Argon2 needs this much memory for each lane (RFC 9106 section 3.1).
inline constexpr uint32_t kMinArgon2MemoryKibPerLane = 8;
// crypt(3)'s costs: each upper bound makes about a second's work, of $6$ and the longest
// password three. Those of $6$ and $5$ are rounds, bcrypt's is the exponent of 2.
inline constexpr uint32_t kMinCryptRounds = 1000;
inline constexpr uint32_t kMaxCryptRounds = 1'000'000;
inline constexpr uint32_t kMaxBcryptCost = 14;
// Yescrypt's N and r together.
inline constexpr uint32_t kMaxYescryptMemoryKib = 1 << 18;

// Passwords beyond these sizes in bytes, and passwords with a NUL, match no crypt(3)
// hash. Bcrypt sees 72 bytes, so that of a longer password it could not tell the rest.
inline constexpr size_t kMaxCryptPasswordSize = 511;
inline constexpr size_t kMaxBcryptPasswordSize = 71;

// Sizes in bytes, after base64. A SCRAM salt has to fit into a SASL frame of 512
// bytes together with the nonces; a key shorter than the minimum could be hit by
// chance.
inline constexpr size_t kMaxSaltSize = 64;
inline constexpr size_t kMinArgon2SaltSize = 8;
inline constexpr size_t kRabbitMqSaltSize = 4;
inline constexpr size_t kMinKeySize = 16;
inline constexpr size_t kMaxKeySize = kMaxDigestSize;

}  // namespace sallyport

#endif  // SALLYPORT_CORE_CREDENTIALS_CREDENTIAL_H_
