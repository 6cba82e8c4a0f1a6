#ifndef SALLYPORT_CTL_IMPORT_LDAP_NAME_H_
#define SALLYPORT_CTL_IMPORT_LDAP_NAME_H_

// Distinguished names (RFC 4514), by libldap. Thread-safe.

#include <optional>
#include <string>

namespace sallyport::ctl {

// ComparableDn is the same text for each way to write a name, but for what follows from
// the matching rules of the attributes in it: letters of ASCII are compared without case.
// Nullopt where `dn` is no name.
std::optional<std::string> ComparableDn(const std::string& dn);

// FirstValueOfDn is "admins" for "cn=admins,dc=example"; nullopt where `dn` is no name, or
// its first component has more than one value.
std::optional<std::string> FirstValueOfDn(const std::string& dn);

}  // namespace sallyport::ctl

#endif  // SALLYPORT_CTL_IMPORT_LDAP_NAME_H_
