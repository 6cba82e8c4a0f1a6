#ifndef SALLYPORT_CORE_SASL_DIGEST_MD5_DIGEST_RESPONSE_H_
#define SALLYPORT_CORE_SASL_DIGEST_MD5_DIGEST_RESPONSE_H_

// What a DIGEST-MD5 client sends: digest-response (RFC 2831 section 2.1.2). Pure.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/sasl/digest_md5/digest_directives.h"

namespace sallyport {

// kMaxDigestValueSize bounds a nonce and a digest-uri, in bytes: either side remembers
// them.
inline constexpr size_t kMaxDigestValueSize = 512;

// DigestResponse is one of qop "auth".
struct DigestResponse {
  // In UTF-8, as it was sent: not prepared.
  std::string username;
  // In UTF-8; absent where the server offers none.
  std::optional<std::string> realm;
  std::string nonce;
  std::string cnonce;
  uint32_t nonce_count = 0;
  std::string digest_uri;
  // As IsMd5Hex has it.
  std::string response;
  // Of any charset; never empty.
  std::optional<std::string> authorization_id;
  // Whether the message says that it is in UTF-8.
  bool utf8 = false;
};

// IsDigestUri tells whether `uri` is a service, which is a token, a slash and a host,
// in printable ASCII, of kMaxDigestValueSize at most.
bool IsDigestUri(std::string_view uri);

// NonceCountText is the eight hexadecimal digits of a nonce-count.
std::string NonceCountText(uint32_t nonce_count);

// ParseDigestResponse reads a response. An error where a directive is missing, there
// twice, too long, or not of its form, and where a layer is asked for that encrypts or
// signs.
std::variant<DigestSyntaxError, DigestResponse> ParseDigestResponse(std::string_view message);

// FormatDigestResponse writes one. Where it is not to be UTF-8, the name and the realm
// are written in ISO 8859-1 if they can be.
std::string FormatDigestResponse(const DigestResponse& response);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_DIGEST_MD5_DIGEST_RESPONSE_H_
