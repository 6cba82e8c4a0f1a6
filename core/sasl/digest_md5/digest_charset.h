#ifndef SALLYPORT_CORE_SASL_DIGEST_MD5_DIGEST_CHARSET_H_
#define SALLYPORT_CORE_SASL_DIGEST_MD5_DIGEST_CHARSET_H_

// DIGEST-MD5's two charsets (RFC 2831 section 2.1.1, "charset"): UTF-8 in messages that
// say so, ISO 8859-1 in others, and in what is hashed. Pure. As secret as the text.

#include <optional>
#include <string>
#include <string_view>

namespace sallyport {

// Latin1IfPossible is UTF-8 text in ISO 8859-1; as it is where a character of it is in
// UTF-8 only, or where it is no UTF-8.
std::string Latin1IfPossible(std::string_view text);

// Utf8FromLatin1 is ISO 8859-1 text in UTF-8.
std::string Utf8FromLatin1(std::string_view text);

// DecodeDigestText is the value of a message in UTF-8: nullopt where the message says
// that it is UTF-8, and the value is not. Of a message that says nothing it is ISO
// 8859-1, unless it is UTF-8: Cyrus SASL's client sends that, and says nothing.
std::optional<std::string> DecodeDigestText(std::string_view text, bool says_utf8);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_DIGEST_MD5_DIGEST_CHARSET_H_
