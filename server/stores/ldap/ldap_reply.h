#ifndef SALLYPORT_SERVER_STORES_LDAP_LDAP_REPLY_H_
#define SALLYPORT_SERVER_STORES_LDAP_LDAP_REPLY_H_

// What a server is asked, and what came of it. (libldap's own header stays out of ours: its
// macros are names of the policy's.)

#include <string>
#include <vector>

#include "server/stores/ldap/ldap_entry.h"

namespace sallyport::server {

enum class LdapScope { kBase, kOneLevel, kSubtree };

struct LdapSearch {
  std::string base;
  LdapScope scope = LdapScope::kSubtree;
  std::string filter;
  std::vector<std::string> attributes;
  // Entries that the server may return; 0: as many as it likes.
  int size_limit = 0;
};

// LdapResult are the results (RFC 4511 section 4.1.9) that are told apart here.
enum LdapResult : int {
  kLdapSuccess = 0,
  kLdapSizeLimitExceeded = 4,
  kLdapConstraintViolation = 19,
  kLdapNoSuchObject = 32,
  kLdapInvalidDnSyntax = 34,
  kLdapInappropriateAuthentication = 48,
  kLdapInvalidCredentials = 49,
  kLdapInsufficientAccessRights = 50,
  kLdapBusy = 51,
  kLdapUnavailable = 52,
  kLdapUnwillingToPerform = 53,
  kLdapOther = 80,
};

struct LdapReply {
  // The server's result; below zero where it gave none: the connection is of no use any
  // more.
  int code = kLdapOther;
  // The connection was closed by the other side, or never stood.
  bool lost = false;
  // A sentence, with what the server said.
  std::string message;
  // Of a search.
  std::vector<LdapEntry> entries;

  bool failed() const { return code < 0; }
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_LDAP_LDAP_REPLY_H_
