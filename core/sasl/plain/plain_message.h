#ifndef SALLYPORT_CORE_SASL_PLAIN_PLAIN_MESSAGE_H_
#define SALLYPORT_CORE_SASL_PLAIN_PLAIN_MESSAGE_H_

// PLAIN's one message (RFC 4616 section 2): [authzid] NUL authcid NUL passwd.
// Pure.

#include <optional>
#include <string>
#include <string_view>

namespace sallyport {

// PlainMessage views the bytes that it was parsed from.
struct PlainMessage {
  std::string_view authorization_id;
  std::string_view authentication_id;
  std::string_view password;
};

// ParsePlainMessage splits `bytes`: nullopt unless they hold exactly two NULs,
// and a name and a password that are not empty. It does not look at UTF-8.
std::optional<PlainMessage> ParsePlainMessage(std::string_view bytes);

// FormatPlainMessage joins what ParsePlainMessage splits. As secret as the
// password.
std::string FormatPlainMessage(const PlainMessage& message);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_PLAIN_PLAIN_MESSAGE_H_
