#ifndef SALLYPORT_CORE_SASL_DIGEST_MD5_DIGEST_SESSION_H_
#define SALLYPORT_CORE_SASL_DIGEST_MD5_DIGEST_SESSION_H_

// What either side remembers of a login, so that the next one takes no challenge (RFC
// 2831 section 2.2). It holds nothing that a password could be guessed from. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/credentials/secret.h"
#include "core/sasl/digest_md5/digest_response.h"

namespace sallyport {

struct DigestSession {
  // As SASLprep left it.
  std::string authentication_id;
  // In UTF-8; absent where the server offered none.
  std::optional<std::string> realm;
  // Those of the first login: every later one repeats them.
  std::string nonce;
  std::string cnonce;
  // Of the last login.
  uint32_t nonce_count = 0;
  std::string digest_uri;
  // Whether the server takes UTF-8.
  bool utf8 = false;

  // ContinuedBy tells whether `response` is the next login of this session, if its
  // digest is right.
  bool ContinuedBy(const DigestResponse& response) const;
};

// SessionOf is what is remembered of a login by `response`, which succeeded.
DigestSession SessionOf(const DigestResponse& response, std::string_view authentication_id);

// FormatDigestSession writes what ParseDigestSession reads.
Secret FormatDigestSession(const DigestSession& session);

// ParseDigestSession is nullopt for anything else.
std::optional<DigestSession> ParseDigestSession(std::string_view bytes);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_DIGEST_MD5_DIGEST_SESSION_H_
