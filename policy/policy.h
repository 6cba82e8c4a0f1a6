#ifndef SALLYPORT_POLICY_POLICY_H_
#define SALLYPORT_POLICY_POLICY_H_

// The policy, ready for logins: which tenant a login is of, and which rules hold for
// it. Immutable; shared between threads. Nothing here depends on how many tenants there
// are but memory and the time to load.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "core/sasl/failure_reason.h"
#include "policy/broker.h"
#include "policy/credential_rules.h"
#include "policy/login_policy.h"
#include "policy/name_index.h"
#include "policy/policy_document.h"
#include "policy/trace.h"

namespace sallyport::policy {

class TenantPolicy;

// LoginOrigin is where a login comes from, as its broker says.
struct LoginOrigin {
  std::string_view listener;
  // TLS server name; empty: none.
  std::string_view server_name;
  // Of Policy::FindBroker; null where the policy names no brokers.
  const BrokerPolicy* broker = nullptr;
};

// LoginScope is whose login it is, and what it must keep to.
struct LoginScope {
  // Null: only what the client says will tell.
  const TenantPolicy* tenant = nullptr;
  const LoginPolicy* login = nullptr;
};

// NotAllowed says why nobody gets in there.
struct NotAllowed {
  FailureReason reason = FailureReason::kNoPolicy;
  // A static sentence, or null.
  const char* what = nullptr;
};

class TenantPolicy {
 public:
  const std::string& name() const { return name_; }

  // Admits says whether `broker` may speak for the tenant.
  bool Admits(const BrokerPolicy* broker) const;

 private:
  friend class Policy;
  friend class PolicyCompiler;

  std::string name_;
  // Names; empty: all.
  std::vector<std::string> brokers_;
  // Which of the distinct rules of tenants it has.
  uint32_t rules_ = 0;
};

class Policy {
 public:
  // Compile judges the document. InvalidArgument names each thing that is wrong on a
  // line of its own, by file, line and column, and what was expected; or that
  // `surroundings` have no decoy key.
  static absl::StatusOr<std::shared_ptr<const Policy>> Compile(
      PolicyDocument document, const LoginSurroundings& surroundings);

  // document is what the policy was made from.
  const PolicyDocument& document() const { return document_; }
  const v1::Policy& policy() const { return document_.policy(); }
  const std::string& version() const { return policy().version(); }
  const std::string& hash() const { return document_.hash(); }

  // FindBroker is null where the policy names no brokers: then every one may ask. `trace`
  // may be null.
  std::variant<NotAllowed, const BrokerPolicy*> FindBroker(const BrokerIdentity& identity,
                                                           Trace* trace = nullptr) const;

  // FindBrokerNamed is null where the policy names none so.
  const BrokerPolicy* FindBrokerNamed(std::string_view name) const;

  // AtOpen says what holds until the client has named a host. `trace` may be null.
  std::variant<NotAllowed, LoginScope> AtOpen(const LoginOrigin& origin, Trace* trace) const;

  // AtInit says what holds once the client has named `hostname` (empty: none). The
  // scope has a tenant.
  std::variant<NotAllowed, LoginScope> AtInit(const LoginOrigin& origin, std::string_view hostname,
                                              Trace* trace) const;

  // FindTenant is null where there is none. It takes its time.
  const TenantPolicy* FindTenant(std::string_view name) const;

  const std::vector<TenantPolicy>& tenants() const { return tenants_; }

  // CredentialRulesOf is what new passwords of a tenant's users are made by: the tenant's
  // rules over the policy's own; the latter alone for a tenant that is unknown, or empty.
  // No listener's rules matter: a password is not made at one. It takes its time.
  const CredentialRules& CredentialRulesOf(std::string_view tenant) const;

 private:
  friend class PolicyCompiler;

  Policy(PolicyDocument document) : document_(std::move(document)) {}

  std::optional<uint32_t> ListenerOf(std::string_view listener) const;
  const TenantPolicy* TenantOf(const LoginOrigin& origin, std::string_view hostname,
                               Trace* trace) const;
  const LoginPolicy* LoginOf(uint32_t tenant_rules, uint32_t listener) const;
  std::variant<NotAllowed, uint32_t> CheckListener(const LoginOrigin& origin, Trace* trace) const;

  const PolicyDocument document_;
  std::vector<std::unique_ptr<BrokerPolicy>> brokers_;
  BrokerIndex broker_index_;
  NameIndex listeners_{NameIndex::Kind::kPrefix};
  uint32_t listener_count_ = 1;
  std::vector<TenantPolicy> tenants_;
  NameIndex hostnames_{NameIndex::Kind::kHost};
  NameIndex server_names_{NameIndex::Kind::kHost};
  NameIndex tenant_listeners_{NameIndex::Kind::kPrefix};
  std::optional<uint32_t> default_tenant_;
  // By tenant's rules.
  std::vector<CredentialRules> credential_rules_;
  // By tenant's rules and listener; many are the same.
  std::vector<const LoginPolicy*> logins_;
  std::vector<std::unique_ptr<const LoginPolicy>> distinct_logins_;
};

}  // namespace sallyport::policy

#endif  // SALLYPORT_POLICY_POLICY_H_
