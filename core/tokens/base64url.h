#ifndef SALLYPORT_CORE_TOKENS_BASE64URL_H_
#define SALLYPORT_CORE_TOKENS_BASE64URL_H_

// base64url as JOSE writes it (RFC 7515 section 2): canonical or nothing, so that
// a signed token has one spelling only. Pure.

#include <optional>
#include <string_view>

#include "core/credentials/secret.h"

namespace sallyport {

// DecodeBase64Url accepts the URL-safe alphabet without padding, and with zero
// bits behind the last octet; nullopt otherwise.
std::optional<Secret> DecodeBase64Url(std::string_view text);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_TOKENS_BASE64URL_H_
