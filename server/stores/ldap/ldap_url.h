#ifndef SALLYPORT_SERVER_STORES_LDAP_LDAP_URL_H_
#define SALLYPORT_SERVER_STORES_LDAP_LDAP_URL_H_

// A server of the directory, by its URL (RFC 4516).

#include <string>

#include "absl/status/statusor.h"

namespace sallyport::server {

struct LdapUrl {
  // "ldap://host:port", "ldaps://..." or "ldapi://...".
  std::string url;
  // TLS before anything else is sent.
  bool start_tls = false;
  // TLS at all.
  bool uses_tls = false;
  // Of a network's; else `host` is the path of a Unix socket.
  int port = 0;
  std::string host;
};

// ParseLdapUrl reads a URL that names a server and nothing else. `start_tls` is for an
// ldap:// one; without, that must be of this machine: passwords would cross a network
// unencrypted. InvalidArgument says what is wrong.
absl::StatusOr<LdapUrl> ParseLdapUrl(const std::string& text, bool start_tls);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_LDAP_LDAP_URL_H_
