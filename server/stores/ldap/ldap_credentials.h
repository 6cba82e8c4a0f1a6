#ifndef SALLYPORT_SERVER_STORES_LDAP_LDAP_CREDENTIALS_H_
#define SALLYPORT_SERVER_STORES_LDAP_LDAP_CREDENTIALS_H_

// The stored passwords of an entry: the values of userPassword (RFC 2307 section 5.3, and
// in the clear, RFC 4519 section 2.41) and of authPassword (RFC 3112, RFC 5803). Pure.

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/credentials/credential.h"

namespace sallyport::server {

// LdapCredentialAttributes are those that hold stored passwords.
const std::vector<std::string>& LdapCredentialAttributes();

// ParseLdapCredential reads a value of one of them. Without a scheme it is the password
// itself, which SASLprep prepares; but never where it looks like a hash whose scheme is
// not said or is malformed: that would make the hash a password. InvalidArgument says what
// is wrong, and nothing of the value.
absl::StatusOr<Credential> ParseLdapCredential(std::string_view attribute, std::string_view value);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_LDAP_LDAP_CREDENTIALS_H_
