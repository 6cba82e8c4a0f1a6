#ifndef SALLYPORT_SERVER_STORES_LDAP_LDAP_BINDER_H_
#define SALLYPORT_SERVER_STORES_LDAP_LDAP_BINDER_H_

// Checks passwords by binds as their users, on connections of its own and within bounds.
// Accounts that were handed out may outlive the store, and so does this: once it is closed,
// it can tell nothing. Thread-safe.

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "core/credentials/password_verifier.h"
#include "server/stores/ldap/ldap_session.h"
#include "server/stores/outage_log.h"
#include "server/stores/session_pool.h"

namespace sallyport::server {

struct LdapBinderLimits {
  // For a check, from its call to its answer.
  absl::Duration timeout;
  // Checks under way at a time; more are not made.
  size_t max_waiting = 0;
};

class LdapBinder {
 public:
  // `store` is how the log names the store.
  LdapBinder(std::string store, std::vector<std::unique_ptr<LdapSession>> sessions,
             LdapBinderLimits limits);

  // Check asks whether `password` is that of the entry `dn`. `done` is called exactly
  // once, on any thread. Neither an empty password nor an empty DN is sent.
  // Of a decoy, whatever the server answers is kWrong.
  void Check(const std::string& dn, const Secret& password, bool decoy,
             PasswordVerifier::Done done);

  // AddSessions adds how many connections are at work, and how many are not.
  void AddSessions(size_t* busy, size_t* idle);

  // Close answers what waits, and what comes later, with kUnavailable, when what runs has
  // ended.
  void Close();

 private:
  using Pool = SessionPool<LdapSession>;

  PasswordAnswer Ask(LdapSession* session, const std::string& dn, const Secret& password,
                     bool decoy, absl::Time deadline);

  const std::string store_;
  const LdapBinderLimits limits_;
  OutageLog outages_;
  std::atomic<size_t> waiting_ = 0;
  absl::Mutex mutex_;
  // Null once closed.
  std::unique_ptr<Pool> pool_ ABSL_GUARDED_BY(mutex_);
};

// LdapPasswordVerifier is for the user whose entry has that DN.
class LdapPasswordVerifier : public PasswordVerifier {
 public:
  // With `decoy` no entry has that DN.
  LdapPasswordVerifier(std::shared_ptr<LdapBinder> binder, std::string dn, bool decoy = false)
      : binder_(std::move(binder)), dn_(std::move(dn)), decoy_(decoy) {}

  void Verify(const Secret& password, Done done) const override {
    binder_->Check(dn_, password, decoy_, std::move(done));
  }

 private:
  const std::shared_ptr<LdapBinder> binder_;
  const std::string dn_;
  const bool decoy_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_LDAP_LDAP_BINDER_H_
