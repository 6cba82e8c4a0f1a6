#ifndef SALLYPORT_SERVER_STORES_LDAP_LDAP_SETTINGS_H_
#define SALLYPORT_SERVER_STORES_LDAP_LDAP_SETTINGS_H_

// The policy's settings of an LDAP store: read, checked, and with the defaults in place.
// Immutable.

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "sallyport/v1/policy.pb.h"
#include "server/stores/ldap/ldap_connection.h"
#include "server/stores/ldap/ldap_filter.h"
#include "server/stores/ldap/ldap_naming.h"
#include "server/stores/ldap/ldap_servers.h"

namespace sallyport::server {

struct LdapSettings {
  std::vector<LdapUrl> urls;
  LdapTls tls;
  // Of the connections that search.
  LdapLogin login;
  std::string base_dn;
  LdapScope scope = LdapScope::kSubtree;
  LdapFilter filter;
  LdapNaming naming;
  // Whether passwords are checked by binds; else stored ones are read.
  bool by_bind = true;
  std::vector<std::string> group_attributes;
  // Empty: groups are not searched for.
  std::string group_base_dn;
  LdapFilter group_filter;
  std::string group_name;
  // Our names by the directory's.
  std::map<std::string, std::string> attributes;
  size_t connections = 4;
  absl::Duration max_idle;
};

// ReadLdapSettings asks no server. InvalidArgument names the key that is wrong, and what to
// do.
absl::StatusOr<LdapSettings> ReadLdapSettings(const v1::LdapStore& store, bool per_tenant);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_LDAP_LDAP_SETTINGS_H_
