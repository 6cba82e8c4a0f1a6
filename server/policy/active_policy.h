#ifndef SALLYPORT_SERVER_POLICY_ACTIVE_POLICY_H_
#define SALLYPORT_SERVER_POLICY_ACTIVE_POLICY_H_

// The policy that logins run under, with the stores and token issuers that it names,
// opened. Immutable; a login holds the one that it began under to its end.

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "audit/policy_stamp.h"
#include "policy/broker.h"
#include "policy/policy.h"
#include "server/policy/broker_usage.h"
#include "server/stores/credential_store.h"
#include "server/telemetry/login_counts.h"
#include "server/tokens/token_authority.h"

namespace sallyport::server {

struct ActivePolicy {
  std::shared_ptr<const policy::Policy> policy;
  // What the audit log calls it.
  std::shared_ptr<const audit::PolicyStamp> stamp;
  // In the order of the policy's.
  std::vector<std::shared_ptr<CredentialStore>> stores;
  // Of the logins of each of the policy's tenants.
  std::unique_ptr<TenantCountSlots> login_counts;
  // Null where nobody's tokens are accepted.
  std::shared_ptr<TokenAuthority> tokens;
  // Of each of the policy's brokers.
  absl::flat_hash_map<const policy::BrokerPolicy*, std::shared_ptr<BrokerUsage>> usages;
  absl::Time loaded_at;
  // Of this process: each policy that becomes active has a higher one.
  uint64_t serial = 0;
};

// BrokerScope is what one broker gets of the active policy. Immutable.
struct BrokerScope {
  BrokerScope(std::shared_ptr<const ActivePolicy> policy, const policy::BrokerIdentity& identity)
      : active(std::move(policy)) {
    const auto found = active->policy->FindBroker(identity);
    if (const auto* refused = std::get_if<policy::NotAllowed>(&found)) {
      not_allowed = *refused;
    } else {
      broker = std::get<const policy::BrokerPolicy*>(found);
      if (broker != nullptr) usage = active->usages.at(broker);
    }
  }

  const std::shared_ptr<const ActivePolicy> active;
  // Null where the policy names no brokers.
  const policy::BrokerPolicy* broker = nullptr;
  // Null where `broker` is.
  std::shared_ptr<BrokerUsage> usage;
  // Why it may ask for nothing.
  std::optional<policy::NotAllowed> not_allowed;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_POLICY_ACTIVE_POLICY_H_
