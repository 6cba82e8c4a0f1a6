#ifndef SALLYPORT_CORE_CREDENTIALS_CRYPT_TEXT_H_
#define SALLYPORT_CORE_CREDENTIALS_CRYPT_TEXT_H_

// The text of crypt(3)'s hashes, as crypt(5) describes it. Internal to
// core/credentials.

#include <cstdint>
#include <string_view>

#include "core/credentials/credential_text.h"

namespace sallyport {

enum class CryptMethod : uint8_t { kSha512, kSha256, kBcrypt, kYescrypt, kMd5 };

inline constexpr std::string_view kMd5CryptPrefix = "$1$";
inline constexpr std::string_view kYescryptPrefix = "$y$";

// kYescryptHashSize is the length in characters of what follows the last '$'.
inline constexpr size_t kYescryptHashSize = 43;

// ReadCrypt reads a hash that ends where the text does, and leaves a mistake in
// `text` if it is malformed, of a method that CryptMethod lacks, or beyond the limits
// of credential.h. Of yescrypt's parameters, only those that crypt_gensalt writes are
// known: N and r of one character each.
CryptMethod ReadCrypt(CredentialText& text);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_CREDENTIALS_CRYPT_TEXT_H_
