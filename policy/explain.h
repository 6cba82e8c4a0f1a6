#ifndef SALLYPORT_POLICY_EXPLAIN_H_
#define SALLYPORT_POLICY_EXPLAIN_H_

// What a policy would say of a login, and why: for an operator who asks. It is asked by
// the very functions that a login goes through. What only stores, issuers and the
// client can tell (whether the user exists, whether the password is right) it leaves
// open. Thread-safe.

#include <optional>
#include <string>
#include <vector>

#include "core/sasl/failure_reason.h"
#include "policy/credential_rules.h"
#include "policy/policy.h"
#include "policy/trace.h"

namespace sallyport::policy {

// LoginQuestion is a login that did or might happen. What is empty is not given.
struct LoginQuestion {
  std::string listener;
  // What the client names in sasl-init.
  std::string hostname;
  std::string server_name;
  // Empty: what is offered is all that is asked.
  std::string mechanism;
  // As the certificate, token or ticket has it, where that proves it.
  std::string user;
  // Whom the user asks to act as.
  std::string authorization_id;
  // The user's; absent: not known.
  std::optional<std::vector<std::string>> groups;
  // Who asks, by the policy's name for it; empty: by `broker_identity`.
  std::string broker;
  BrokerIdentity broker_identity;
  bool encrypted = false;
  bool has_certificate = false;
  // The type of the connection's channel binding, such as "tls-exporter".
  std::string binding;
};

// ExplainedStore is a store that would be asked.
struct ExplainedStore {
  std::string name;
  // The key of its kind, such as "ldap".
  std::string kind;
  bool per_tenant = false;
  // Whether the next one is asked where it could not be; else the login ends with
  // sys-temp.
  bool next_on_outage = false;
};

// ExplainedRelease is what the broker would be told of the user.
struct ExplainedRelease {
  bool everything = true;
  // Patterns, where not everything.
  std::vector<std::string> groups;
  std::vector<std::string> attributes;
  // Of the question's groups; absent where it has none.
  std::optional<std::vector<std::string>> released_groups;
};

struct Explanation {
  // Everything that was looked at, in order.
  std::vector<Consideration> considered;
  // The policy's name for who asks; empty where it names no brokers, or did not get so far.
  std::string broker;
  std::string tenant;
  // What the client is shown, and what of that it may choose once it has named its host.
  std::vector<std::string> shown;
  std::vector<std::string> usable;
  // In the order in which they are asked.
  std::vector<ExplainedStore> stores;
  std::vector<std::string> token_issuers;
  // Those in force; absent where nobody gets in there.
  std::optional<CredentialRules> credentials;
  // The name that the login goes on with, as mapped.
  std::string user;
  ExplainedRelease release;
  // Why policy refuses the login; absent: it does not.
  std::optional<FailureReason> reason;
  // What more the broker hears, or what it depends on whether the login gets in.
  std::string detail;
  // Whether names that a certificate, a token or Kerberos proves may be mapped.
  bool maps_identities = false;
  // Whether it depends on the user's groups, which the question does not tell.
  bool depends_on_groups = false;
};

// Explain answers for one login.
Explanation Explain(const Policy& policy, const LoginQuestion& question);

}  // namespace sallyport::policy

#endif  // SALLYPORT_POLICY_EXPLAIN_H_
