#ifndef SALLYPORT_SERVER_STORES_LDAP_LDAP_SOCKET_H_
#define SALLYPORT_SERVER_STORES_LDAP_LDAP_SOCKET_H_

// The socket under a connection to an LDAP server.

#include <thread>

#include "absl/status/statusor.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "server/stores/ldap/ldap_url.h"

namespace sallyport::server {

// ConnectLdapSocket is a connected socket, which the caller closes. Each address of the
// host is tried. Unavailable where none answers until `deadline`; how long names are
// looked up is the system's matter. Thread-safe.
absl::StatusOr<int> ConnectLdapSocket(const LdapUrl& url, absl::Time deadline);

// LdapTimeLimit ends whatever is read from or written to a socket, once its time is over:
// libldap does not bound the handshake of TLS. One thread at a time.
class LdapTimeLimit {
 public:
  // `socket` must stay open as long as the limit stands.
  LdapTimeLimit(int socket, absl::Time deadline);
  ~LdapTimeLimit();
  LdapTimeLimit(const LdapTimeLimit&) = delete;
  LdapTimeLimit& operator=(const LdapTimeLimit&) = delete;

 private:
  absl::Notification done_;
  std::thread thread_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_LDAP_LDAP_SOCKET_H_
