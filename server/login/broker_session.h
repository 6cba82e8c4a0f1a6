#ifndef SALLYPORT_SERVER_LOGIN_BROKER_SESSION_H_
#define SALLYPORT_SERVER_LOGIN_BROKER_SESSION_H_

// The broker at the other end of a stream, as the active policy sees it, and its place
// among that broker's streams. Not thread-safe; movable.

#include <memory>
#include <string>
#include <variant>

#include "policy/broker.h"
#include "server/policy/active_policy.h"
#include "server/policy/broker_usage.h"
#include "server/policy/policy_source.h"

namespace sallyport::server {

class BrokerSession {
 public:
  // Begin counts a stream of whoever is `identity`. Where that broker may have no more,
  // it is the sentence that says so. `policies` must outlive the session.
  static std::variant<std::string, BrokerSession> Begin(const PolicySource& policies,
                                                        policy::BrokerIdentity identity);

  // Scope is what the broker gets of the policy that is active now. A stream that a new
  // policy makes another broker's is counted there, and goes on, whatever the quota.
  const std::shared_ptr<const BrokerScope>& Scope();

 private:
  BrokerSession(const PolicySource& policies, policy::BrokerIdentity identity);

  const PolicySource* policies_;
  policy::BrokerIdentity identity_;
  std::shared_ptr<const BrokerScope> scope_;
  BrokerUsage::Lease lease_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_LOGIN_BROKER_SESSION_H_
