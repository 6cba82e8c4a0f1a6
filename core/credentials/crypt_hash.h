#ifndef SALLYPORT_CORE_CREDENTIALS_CRYPT_HASH_H_
#define SALLYPORT_CORE_CREDENTIALS_CRYPT_HASH_H_

// crypt(3) by libxcrypt. Thread-safe; its scratch memory, which holds what follows
// from the password, is wiped. Internal to core/credentials.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/credentials/credential.h"

namespace sallyport {

// CryptMatches tells whether `stored` is the hash of `password`. Slow on purpose.
// Nullopt where `stored` is not what ParseCredential would have read, or libxcrypt
// fails. What crypt(3) would not see of a password makes it no match, in no less time.
std::optional<bool> CryptMatches(std::string_view password, const CryptHash& stored);

// YescryptSetting is what a hash of that cost (see CredentialCosts) and salt begins
// with, up to the '$' before the hash. Nullopt where libxcrypt fails.
std::optional<std::string> YescryptSetting(uint32_t cost, std::string_view salt);

// MakeCryptHash hashes by yescrypt. Slow on purpose. Nullopt for a password over
// kMaxCryptPasswordSize or with a NUL, and where libxcrypt fails.
std::optional<CryptHash> MakeCryptHash(std::string_view password, uint32_t cost,
                                       std::string_view salt);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_CREDENTIALS_CRYPT_HASH_H_
