#ifndef SALLYPORT_SERVER_STORES_LDAP_LDAP_ACCOUNT_READER_H_
#define SALLYPORT_SERVER_STORES_LDAP_LDAP_ACCOUNT_READER_H_

// Finds a user's entry and makes an account of it. Thread-safe; each call has a session of
// its own.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/credentials/password_verifier.h"
#include "server/stores/ldap/ldap_session.h"
#include "server/stores/ldap/ldap_settings.h"
#include "server/stores/store_backend.h"

namespace sallyport::server {

class LdapAccountReader {
 public:
  // Of the entry with that DN.
  using MakeVerifier =
      std::function<std::shared_ptr<const PasswordVerifier>(const std::string& dn)>;

  // `store` is how the log names the store. `make_verifier` is for settings that are
  // by_bind. `settings` must outlive the reader.
  LdapAccountReader(std::string store, const LdapSettings& settings, MakeVerifier make_verifier);

  // Read is the account, null where there is no such user, or Unavailable; and
  // FailedPrecondition where the directory answers, but not which one entry is the user's,
  // or not all of the groups.
  LookupResult Read(LdapSession& session, const UserKey& user, absl::Time deadline) const;

  // Check is OK where the entries under which is searched can be seen; InvalidArgument
  // where the server says that they are not there.
  absl::Status Check(LdapSession& session, absl::Time deadline) const;

 private:
  LookupResult ReadEntry(LdapSession& session, const UserKey& user, const LdapEntry& entry,
                         absl::Time deadline) const;
  void ReadCredentials(const LdapEntry& entry, Account* account) const;
  absl::Status SearchGroups(LdapSession& session, const LdapFilterValues& values,
                            absl::Time deadline, Account* account) const;
  absl::Status CheckBase(LdapSession& session, const char* key, const std::string& dn,
                         absl::Time deadline) const;

  const std::string store_;
  const LdapSettings& settings_;
  const MakeVerifier make_verifier_;
  std::vector<std::string> attributes_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_LDAP_LDAP_ACCOUNT_READER_H_
