#ifndef SALLYPORT_SERVER_STORES_LDAP_LDAP_BACKEND_H_
#define SALLYPORT_SERVER_STORES_LDAP_LDAP_BACKEND_H_

// Users in an LDAP directory. A lookup is a search; a password is checked by a bind as the
// user (PasswordVerifier), or the stored one is read. The directory is never written to.
// The program must ignore SIGPIPE. Thread-safe.

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "sallyport/v1/policy.pb.h"
#include "server/stores/ldap/ldap_account_reader.h"
#include "server/stores/ldap/ldap_binder.h"
#include "server/stores/ldap/ldap_session.h"
#include "server/stores/ldap/ldap_settings.h"
#include "server/stores/outage_log.h"
#include "server/stores/session_pool.h"
#include "server/stores/store_backend.h"

namespace sallyport::server {

// LdapBackendOptions are what the policy says of every kind of store.
struct LdapBackendOptions {
  // How the log names the store.
  std::string store;
  bool per_tenant = false;
  // For a lookup, and for the check of a password.
  absl::Duration timeout = absl::Seconds(5);
  // Checks of passwords under way at a time.
  size_t max_waiting = 4096;
};

class LdapBackend final : public StoreBackend {
 public:
  // Create connects. InvalidArgument names the key that is wrong, where the settings cannot
  // be right, or where a server says so; a directory that cannot be reached is logged, and
  // asked again later.
  static absl::StatusOr<std::unique_ptr<LdapBackend>> Create(const v1::LdapStore& settings,
                                                             LdapBackendOptions options);
  ~LdapBackend() override;

  void Read(const UserKey& user, LookupDone done) override;
  void Ping(absl::AnyInvocable<void(absl::Status) &&> done) override;
  std::vector<SessionCount> sessions() override;
  std::shared_ptr<const PasswordVerifier> decoy_verifier(const UserKey&) override {
    return decoy_verifier_;
  }

 private:
  LdapBackend(LdapSettings settings, LdapBackendOptions options);

  absl::Status StartSearching();
  absl::Status StartBinding();

  const LdapSettings settings_;
  const LdapBackendOptions options_;
  // Null where passwords are read.
  std::shared_ptr<LdapBinder> binder_;
  std::shared_ptr<const PasswordVerifier> decoy_verifier_;
  const LdapAccountReader reader_;
  OutageLog outages_;
  std::unique_ptr<SessionPool<LdapSession>> sessions_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_LDAP_LDAP_BACKEND_H_
