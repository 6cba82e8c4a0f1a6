#ifndef SALLYPORT_CORE_SASL_OAUTH_OAUTHBEARER_MESSAGE_H_
#define SALLYPORT_CORE_SASL_OAUTH_OAUTHBEARER_MESSAGE_H_

// OAUTHBEARER's one message (RFC 7628 section 3.1): a GS2 header, and pairs of
// key and value with ^A (0x01) behind each. Strict. Pure; views what it is given.

#include <string>
#include <string_view>
#include <variant>

namespace sallyport {

// kControlA is what separates OAuth's pairs.
inline constexpr char kControlA = '\x01';

// OauthSyntaxError says, for the log, what a message has wrong.
struct OauthSyntaxError {
  const char* what = nullptr;
};

// OauthBearerMessage is the client's message.
struct OauthBearerMessage {
  // Unescaped, not prepared; empty where there is none.
  std::string authorization_id;
  // Where the client believes to have connected to; each empty where it does not
  // say.
  std::string_view host;
  std::string_view port;
  // Empty: the client has none, and asks what it would need (section 4.3).
  std::string_view token;
};

// IsOauthHost tells whether `host` is of 1 to 255 printable ASCII characters.
bool IsOauthHost(std::string_view host);

// IsOauthPort tells whether `port` is a number from 1 to 65535, without leading
// zeros.
bool IsOauthPort(std::string_view port);

// ParseOauthBearerMessage reads `bytes`. Pairs with other keys are passed over, if
// they are well formed.
std::variant<OauthSyntaxError, OauthBearerMessage> ParseOauthBearerMessage(std::string_view bytes);

// FormatOauthBearerMessage writes what ParseOauthBearerMessage reads. As secret as
// the token.
std::string FormatOauthBearerMessage(const OauthBearerMessage& message);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_OAUTH_OAUTHBEARER_MESSAGE_H_
