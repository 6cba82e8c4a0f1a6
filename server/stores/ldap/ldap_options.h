#ifndef SALLYPORT_SERVER_STORES_LDAP_LDAP_OPTIONS_H_
#define SALLYPORT_SERVER_STORES_LDAP_LDAP_OPTIONS_H_

// The options of a libldap handle: what ldap.conf and the environment could weaken is set.
// Thread-safe.

#include <ldap.h>
#include <sys/time.h>

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/stores/ldap/ldap_connection.h"

namespace sallyport::server {

// SetLdapOptions prepares `handle`, whose calls end within `limit` where they have no
// limit of their own.
absl::Status SetLdapOptions(LDAP* handle, absl::Duration limit);

// SetLdapTls prepares it for TLS. InvalidArgument where the files of `tls` cannot be used.
absl::Status SetLdapTls(LDAP* handle, const LdapTls& tls);

// BoundLdap keeps the connected `handle` from ever connecting again by itself, which would
// be without TLS; any single read or write on its `socket` from taking longer than
// `limit`; and any message from being larger than some MiB. False where it cannot.
[[nodiscard]] bool BoundLdap(LDAP* handle, int socket, absl::Duration limit);

// LdapTimeLeft is what is left until `deadline`, and never nothing: to libldap that means
// for ever.
timeval LdapTimeLeft(absl::Time deadline);

// DescribeLdap is a sentence about `code`, with what the server said last.
std::string DescribeLdap(LDAP* handle, int code);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_LDAP_LDAP_OPTIONS_H_
