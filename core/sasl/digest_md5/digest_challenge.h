#ifndef SALLYPORT_CORE_SASL_DIGEST_MD5_DIGEST_CHALLENGE_H_
#define SALLYPORT_CORE_SASL_DIGEST_MD5_DIGEST_CHALLENGE_H_

// What a DIGEST-MD5 server sends: digest-challenge (RFC 2831 section 2.1.1) and
// response-auth (section 2.1.3). Pure.

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/sasl/digest_md5/digest_directives.h"

namespace sallyport {

// kMaxDigestRealmSize bounds a realm that we offer, in bytes with its escapes: the
// challenge has to fit an AMQP frame of 512 bytes.
inline constexpr size_t kMaxDigestRealmSize = 255;

// DigestChallenge is one that offers qop "auth".
struct DigestChallenge {
  // As they were sent.
  std::vector<std::string> realms;
  // Not empty.
  std::string nonce;
  // Whether the client's last response was right, but to a nonce that is too old.
  bool stale = false;
  // Whether the client may answer in UTF-8.
  bool utf8 = false;
};

// IsDigestRealm tells whether a server can offer `realm`: UTF-8 without control
// characters, not empty, of kMaxDigestRealmSize at most.
bool IsDigestRealm(std::string_view realm);

// ParseDigestChallenge reads a challenge. An error where it is of another algorithm
// than md5-sess, or does not offer "auth".
std::variant<DigestSyntaxError, DigestChallenge> ParseDigestChallenge(std::string_view message);

// FormatDigestChallenge writes one.
std::string FormatDigestChallenge(const DigestChallenge& challenge);

// DigestVerifier is the proof of the server, as IsMd5Hex has it.
struct DigestVerifier {
  std::string rspauth;
};

// ParseDigestVerifier reads response-auth.
std::variant<DigestSyntaxError, DigestVerifier> ParseDigestVerifier(std::string_view message);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_DIGEST_MD5_DIGEST_CHALLENGE_H_
