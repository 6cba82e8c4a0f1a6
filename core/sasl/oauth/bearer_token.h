#ifndef SALLYPORT_CORE_SASL_OAUTH_BEARER_TOKEN_H_
#define SALLYPORT_CORE_SASL_OAUTH_BEARER_TOKEN_H_

// Bearer tokens as they stand in a message (RFC 6750 section 2.1). What a token
// says, and whether it is to be believed, is its issuer's matter. Pure.

#include <cstddef>
#include <optional>
#include <string_view>

namespace sallyport {

// kMaxBearerTokenSize bounds a token, in bytes.
inline constexpr size_t kMaxBearerTokenSize = 16 * 1024;

// IsBearerToken tells whether `text` is a b64token, and not too long.
bool IsBearerToken(std::string_view text);

// ParseBearerCredentials is the token in "Bearer TOKEN", whose first word is
// matched without regard to case; nullopt for anything else. A view into
// `credentials`.
std::optional<std::string_view> ParseBearerCredentials(std::string_view credentials);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_OAUTH_BEARER_TOKEN_H_
