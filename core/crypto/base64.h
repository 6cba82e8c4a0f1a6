#ifndef SALLYPORT_CORE_CRYPTO_BASE64_H_
#define SALLYPORT_CORE_CRYPTO_BASE64_H_

// Base64 (RFC 4648 section 4), as SCRAM needs it: canonical or nothing.

#include <optional>
#include <string>
#include <string_view>

namespace sallyport {

// AppendBase64 appends the padded encoding of `bytes`.
void AppendBase64(std::string_view bytes, std::string* out);

// DecodeBase64 accepts only what AppendBase64 writes: full padding, no white
// space, and zero bits behind the last octet; nullopt otherwise, and for a text
// over 2 GiB.
std::optional<std::string> DecodeBase64(std::string_view text);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_CRYPTO_BASE64_H_
