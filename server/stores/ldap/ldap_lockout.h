#ifndef SALLYPORT_SERVER_STORES_LDAP_LDAP_LOCKOUT_H_
#define SALLYPORT_SERVER_STORES_LDAP_LDAP_LOCKOUT_H_

// What an entry says about whether its user may log in at all. Pure.

#include <string>
#include <vector>

#include "core/credentials/account.h"
#include "server/stores/ldap/ldap_entry.h"

namespace sallyport::server {

// LdapLockoutAttributes are those that say so: pwdAccountLockedTime (password policies),
// nsAccountLock (389 and its kin), shadowExpire (RFC 2307).
const std::vector<std::string>& LdapLockoutAttributes();

// ReadLdapLockout marks `account`. A lock that passes with time counts only if `by_bind`
// is false: the server, which knows when it ends, keeps to it at a bind.
void ReadLdapLockout(const LdapEntry& entry, bool by_bind, Account* account);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_LDAP_LDAP_LOCKOUT_H_
