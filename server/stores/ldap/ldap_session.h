#ifndef SALLYPORT_SERVER_STORES_LDAP_LDAP_SESSION_H_
#define SALLYPORT_SERVER_STORES_LDAP_LDAP_SESSION_H_

// A connection that is opened when it is first needed, and anew when it was idle for too
// long or the other side closed it. One thread at a time.

#include <memory>
#include <optional>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/stores/ldap/ldap_connection.h"
#include "server/stores/ldap/ldap_servers.h"

namespace sallyport::server {

class LdapSession {
 public:
  LdapSession(std::shared_ptr<LdapServers> servers, LdapLogin login, absl::Duration max_idle)
      : servers_(std::move(servers)), login_(std::move(login)), max_idle_(max_idle) {}

  // Run makes a request: once more, on a new connection, where an old one turns out to be
  // closed. The reply is a server's; where none came, the status says why, as
  // LdapServers::Connect does.
  absl::StatusOr<LdapReply> Run(absl::FunctionRef<LdapReply(LdapConnection&)> request,
                                absl::Time deadline);

 private:
  const std::shared_ptr<LdapServers> servers_;
  const LdapLogin login_;
  const absl::Duration max_idle_;
  std::optional<LdapConnection> connection_;
  absl::Time last_used_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_LDAP_LDAP_SESSION_H_
