#ifndef SALLYPORT_SERVER_STORES_LDAP_LDAP_TEXT_H_
#define SALLYPORT_SERVER_STORES_LDAP_LDAP_TEXT_H_

// Text out of an entry's values. Pure.

#include <optional>
#include <string>

#include "core/credentials/secret.h"

namespace sallyport::server {

// IsLdapDn says whether `text` is a DN (RFC 4514), and not the empty one.
bool IsLdapDn(const std::string& text);

// LdapText is the value as text; nullopt where it is empty, not UTF-8, or has a NUL.
std::optional<std::string> LdapText(const Secret& value);

// LdapGroupName is what a value of an attribute of groups calls the group: of a DN the
// value of its first component ("admins" of "cn=admins,ou=groups,dc=x"), else the value
// itself; nullopt where that is no text.
std::optional<std::string> LdapGroupName(const Secret& value);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_LDAP_LDAP_TEXT_H_
