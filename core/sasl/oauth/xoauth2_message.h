#ifndef SALLYPORT_CORE_SASL_OAUTH_XOAUTH2_MESSAGE_H_
#define SALLYPORT_CORE_SASL_OAUTH_XOAUTH2_MESSAGE_H_

// XOAUTH2's one message, as Google documents it for Gmail ("OAuth 2.0 Mechanism"):
// "user=" name ^A "auth=Bearer " token ^A ^A. Pure; views what it is given.

#include <optional>
#include <string>
#include <string_view>

namespace sallyport {

// Xoauth2Message is the client's message.
struct Xoauth2Message {
  // Not prepared; may be empty.
  std::string_view user;
  std::string_view token;
};

// ParseXoauth2Message reads `bytes`: nullopt unless they are just that. It does
// not look at the name's characters.
std::optional<Xoauth2Message> ParseXoauth2Message(std::string_view bytes);

// FormatXoauth2Message writes what ParseXoauth2Message reads. As secret as the
// token.
std::string FormatXoauth2Message(const Xoauth2Message& message);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_OAUTH_XOAUTH2_MESSAGE_H_
