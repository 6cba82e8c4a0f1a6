#ifndef SALLYPORT_CORE_SASL_MD5_HEX_H_
#define SALLYPORT_CORE_SASL_MD5_HEX_H_

// MD5 and HMAC-MD5 as CRAM-MD5 and DIGEST-MD5 carry them: 32 lower-case hexadecimal
// digits. Pure. nullopt only where the library fails: the caller must refuse.

#include <cstddef>
#include <optional>
#include <string_view>

#include "core/credentials/secret.h"

namespace sallyport {

inline constexpr size_t kMd5HexSize = 32;

// IsMd5Hex tells whether `text` is of that form.
bool IsMd5Hex(std::string_view text);

// Md5Hex is the digest of `data`.
std::optional<Secret> Md5Hex(std::string_view data);

// HmacMd5Hex is the HMAC of `data` (RFC 2104).
std::optional<Secret> HmacMd5Hex(std::string_view key, std::string_view data);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_MD5_HEX_H_
