#ifndef SALLYPORT_SERVER_STORES_LDAP_LDAP_ATTRIBUTE_H_
#define SALLYPORT_SERVER_STORES_LDAP_LDAP_ATTRIBUTE_H_

// Attribute descriptions (RFC 4512 section 2.5).

#include <algorithm>
#include <string_view>

#include "absl/strings/ascii.h"

namespace sallyport::server {

// IsLdapAttribute says whether `text` looks like one: "uid", "cn;lang-en", "2.5.4.3".
inline bool IsLdapAttribute(std::string_view text) {
  if (text.empty() || !absl::ascii_isalnum(static_cast<unsigned char>(text.front()))) return false;
  return std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == ';' || c == '.' || c == '_';
  });
}

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_LDAP_LDAP_ATTRIBUTE_H_
