#ifndef SALLYPORT_CORE_CREDENTIALS_DERIVED_KEYS_H_
#define SALLYPORT_CORE_CREDENTIALS_DERIVED_KEYS_H_

// The keys that a password gives under a stored credential's salt and costs. Slow
// on purpose (DeriveDigest is not), thread-safe. Each returns nullopt when the costs
// are outside of credential.h's limits or the library fails. Internal to
// core/credentials.

#include <optional>
#include <string_view>

#include "core/credentials/credential.h"
#include "core/credentials/scram_keys.h"
#include "core/credentials/secret.h"

namespace sallyport {

// DeriveSaltedPassword is Hi(password, salt, iterations).
std::optional<Secret> DeriveSaltedPassword(HashFunction hash, std::string_view password,
                                           std::string_view salt, uint32_t iterations);

// DeriveScramKeys uses the hash function, salt and iteration count of `keys`.
std::optional<ScramDerivedKeys> DeriveScramKeys(std::string_view password, const ScramKeys& keys);

// DerivePbkdf2 gives `size` bytes; `stored.key` is not looked at.
std::optional<Secret> DerivePbkdf2(std::string_view password, const Pbkdf2Hash& stored,
                                   size_t size);

// DeriveArgon2 gives `size` bytes; `stored.key` is not looked at.
std::optional<Secret> DeriveArgon2(std::string_view password, const Argon2Hash& stored,
                                   size_t size);

// DeriveDigest gives the digest; `stored.digest` is not looked at.
std::optional<Secret> DeriveDigest(std::string_view password, const DigestHash& stored);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_CREDENTIALS_DERIVED_KEYS_H_
