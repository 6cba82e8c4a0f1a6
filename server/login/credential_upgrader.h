#ifndef SALLYPORT_SERVER_LOGIN_CREDENTIAL_UPGRADER_H_
#define SALLYPORT_SERVER_LOGIN_CREDENTIAL_UPGRADER_H_

// Stores a password anew, in the formats that policy wants, when a login has shown it
// and its user has none of those yet. Never more than one such change of a user is under
// way, and none holds a login up: where the pool is full, the next login tries again, and
// where the change failed, a later one (UpgradeBackOff).
// Thread-safe.

#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/synchronization/mutex.h"
#include "core/handshake/sasl_exchange.h"
#include "server/audit/audit_log.h"
#include "server/login/credential_lookup.h"
#include "server/login/derivation_pool.h"
#include "server/login/upgrade_back_off.h"

namespace sallyport::server {

class CredentialUpgrader {
 public:
  // `pool` and `audit` must outlive the upgrader.
  CredentialUpgrader(DerivationPool& pool, AuditLog& audit) : pool_(pool), audit_(audit) {}

  // Consider takes the password out of `outcome`, which a login of `party` ended with,
  // and stores it anew where policy wants that.
  void Consider(const LoginParty& party, HandshakeOutcome* outcome);

 private:
  class Upgrade;

  bool Begin(const std::string& user);
  void End(const std::string& user);

  DerivationPool& pool_;
  AuditLog& audit_;
  UpgradeBackOff back_off_;
  absl::Mutex mutex_;
  // Users that are being changed, by store, tenant and name.
  absl::flat_hash_set<std::string> under_way_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_LOGIN_CREDENTIAL_UPGRADER_H_
