#ifndef SALLYPORT_SERVER_STORES_LDAP_LDAP_CONNECTION_H_
#define SALLYPORT_SERVER_STORES_LDAP_LDAP_CONNECTION_H_

// A connection to an LDAP server (RFC 4511), over libldap. Calls block until the server
// has answered or their deadline is over. A connection that failed a call must not be used
// again. Nothing that ldap.conf says weakens it. The program must ignore SIGPIPE. One thread at a
// time.

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/credentials/secret.h"
#include "server/stores/ldap/ldap_reply.h"
#include "server/stores/ldap/ldap_url.h"

struct ldap;

namespace sallyport::server {

// LdapTls says how the server is recognised.
struct LdapTls {
  std::string ca_file;
  // Both empty, or neither.
  std::string cert_file;
  std::string key_file;
  bool verify = true;
};

class LdapConnection {
 public:
  // Open connects to `url`, with TLS where that asks for it. Unavailable where that does
  // not work; FailedPrecondition where the server refuses StartTLS; InvalidArgument where
  // the files of `tls` are of no use.
  static absl::StatusOr<LdapConnection> Open(const LdapUrl& url, const LdapTls& tls,
                                             absl::Time deadline);

  // Bind says who we are, by a name and a password. Neither may be empty: to a server
  // such a bind succeeds without proving anything (RFC 4513 section 5.1.2), so it is
  // not sent, and fails.
  LdapReply Bind(const std::string& dn, const Secret& password, absl::Time deadline);

  // Search follows neither referrals nor aliases.
  LdapReply Search(const LdapSearch& search, absl::Time deadline);

 private:
  struct Unbind {
    void operator()(ldap* handle) const;
  };
  using Handle = std::unique_ptr<ldap, Unbind>;

  explicit LdapConnection(Handle handle) : handle_(std::move(handle)) {}

  // The reply, of that `type`, to the request that `result` and `message_id` are of.
  LdapReply Await(int result, int message_id, int type, absl::Time deadline);

  Handle handle_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_LDAP_LDAP_CONNECTION_H_
