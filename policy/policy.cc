#include "policy/policy.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace sallyport::policy {
namespace {

// Tells what a link of the chain that finds the tenant gave.
void Tell(Trace* trace, std::string_view what, std::string_view name, const TenantPolicy* tenant) {
  if (trace == nullptr) return;
  std::string rule = absl::StrCat(std::string(what), " '", std::string(name), "'");
  if (tenant != nullptr) {
    trace->Passed(std::move(rule), absl::StrCat("tenant '", tenant->name(), "'"));
  } else {
    trace->Passed(std::move(rule), name.empty() ? "not given" : "no tenant has it");
  }
}

}  // namespace

bool TenantPolicy::Admits(const BrokerPolicy* broker) const {
  if (brokers_.empty()) return true;
  return broker != nullptr &&
         std::find(brokers_.begin(), brokers_.end(), broker->name()) != brokers_.end();
}

std::variant<NotAllowed, const BrokerPolicy*> Policy::FindBroker(const BrokerIdentity& identity,
                                                                 Trace* trace) const {
  if (brokers_.empty()) {
    if (trace != nullptr) trace->Passed("brokers", "the policy names none: every one may ask");
    return nullptr;
  }
  const auto found = broker_index_.Find(identity);
  if (found) {
    const BrokerPolicy* broker = brokers_[*found].get();
    if (trace != nullptr) trace->Passed("brokers", absl::StrCat("it is '", broker->name(), "'"));
    return broker;
  }
  if (trace != nullptr) {
    trace->Decided("brokers", identity.has_certificate ? "none has its certificate's names"
                                                       : "none may come without a certificate");
  }
  return NotAllowed{FailureReason::kBrokerNotAllowed,
                    identity.has_certificate ? "no broker of the policy has this certificate"
                                             : "the broker has shown no certificate"};
}

const BrokerPolicy* Policy::FindBrokerNamed(std::string_view name) const {
  const auto found = std::find_if(brokers_.begin(), brokers_.end(),
                                  [name](const auto& broker) { return broker->name() == name; });
  return found == brokers_.end() ? nullptr : found->get();
}

std::optional<uint32_t> Policy::ListenerOf(std::string_view listener) const {
  return listeners_.empty() ? std::optional<uint32_t>(0) : listeners_.Find(listener);
}

std::variant<NotAllowed, uint32_t> Policy::CheckListener(const LoginOrigin& origin,
                                                         Trace* trace) const {
  if (origin.broker == nullptr && !brokers_.empty()) {
    if (trace != nullptr) trace->Decided("brokers", "it is none of them");
    return NotAllowed{FailureReason::kBrokerNotAllowed, "the broker is not known"};
  }
  if (origin.broker != nullptr && !origin.broker->MaySpeakFor(origin.listener)) {
    if (trace != nullptr) {
      trace->Decided(
          absl::StrCat("broker '", origin.broker->name(), "'"),
          absl::StrCat("may not speak for listener '", std::string(origin.listener), "'"));
    }
    return NotAllowed{FailureReason::kBrokerNotAllowed,
                      "the broker may not speak for this listener"};
  }
  const auto listener = ListenerOf(origin.listener);
  if (trace != nullptr) {
    std::string rule = absl::StrCat("listener '", std::string(origin.listener), "'");
    if (!listener) {
      trace->Decided(std::move(rule), "no rules match it");
    } else {
      trace->Passed(
          std::move(rule),
          listeners_.empty()
              ? "the policy names no listeners"
              : absl::StrCat("has the rules of '",
                             policy().listeners(static_cast<int>(*listener)).name(), "'"));
    }
  }
  if (!listener) return NotAllowed{FailureReason::kNoPolicy};
  return *listener;
}

const LoginPolicy* Policy::LoginOf(uint32_t tenant_rules, uint32_t listener) const {
  return logins_[size_t{tenant_rules} * listener_count_ + listener];
}

const TenantPolicy* Policy::TenantOf(const LoginOrigin& origin, std::string_view hostname,
                                     Trace* trace) const {
  const auto find = [&](std::string_view what, const NameIndex& index, std::string_view name) {
    const auto found = name.empty() ? std::nullopt : index.Find(name);
    const TenantPolicy* tenant = found ? &tenants_[*found] : nullptr;
    Tell(trace, what, name, tenant);
    return tenant;
  };
  const TenantPolicy* named = find("hostname", hostnames_, hostname);
  if (named == nullptr) named = find("TLS server name", server_names_, origin.server_name);
  // A client says what host it likes: on a tenant's own listener, no other tenant's is heard.
  const TenantPolicy* owner = find("tenant's listener", tenant_listeners_, origin.listener);
  if (named != nullptr && owner != nullptr && named != owner) {
    if (trace != nullptr) {
      trace->Decided(absl::StrCat("tenant '", named->name(), "'"),
                     absl::StrCat("is not whose listener this is: that is '", owner->name(), "'"));
    }
    return nullptr;
  }
  if (named != nullptr) return named;
  if (owner != nullptr) return owner;
  const TenantPolicy* tenant = default_tenant_ ? &tenants_[*default_tenant_] : nullptr;
  Tell(trace, "default_tenant", tenant == nullptr ? "" : tenant->name(), tenant);
  return tenant;
}

std::variant<NotAllowed, LoginScope> Policy::AtOpen(const LoginOrigin& origin, Trace* trace) const {
  const auto listener = CheckListener(origin, trace);
  if (const auto* refused = std::get_if<NotAllowed>(&listener)) return *refused;
  const TenantPolicy* tenant = TenantOf(origin, "", trace);
  if (tenant != nullptr && !tenant->Admits(origin.broker)) tenant = nullptr;
  return LoginScope{tenant,
                    LoginOf(tenant == nullptr ? 0 : tenant->rules_, std::get<uint32_t>(listener))};
}

std::variant<NotAllowed, LoginScope> Policy::AtInit(const LoginOrigin& origin,
                                                    std::string_view hostname, Trace* trace) const {
  const auto listener = CheckListener(origin, trace);
  if (const auto* refused = std::get_if<NotAllowed>(&listener)) return *refused;
  const TenantPolicy* tenant = TenantOf(origin, hostname, trace);
  if (tenant == nullptr) return NotAllowed{FailureReason::kTenantUnknown};
  if (!tenant->Admits(origin.broker)) {
    if (trace != nullptr) {
      trace->Decided(absl::StrCat("tenant '", tenant->name(), "'"),
                     "does not let this broker speak for it");
    }
    return NotAllowed{FailureReason::kBrokerNotAllowed, "the broker may not speak for this tenant"};
  }
  return LoginScope{tenant, LoginOf(tenant->rules_, std::get<uint32_t>(listener))};
}

const TenantPolicy* Policy::FindTenant(std::string_view name) const {
  const auto found = std::find_if(tenants_.begin(), tenants_.end(),
                                  [name](const TenantPolicy& t) { return t.name() == name; });
  return found == tenants_.end() ? nullptr : &*found;
}

const CredentialRules& Policy::CredentialRulesOf(std::string_view tenant) const {
  const TenantPolicy* found = FindTenant(tenant);
  return credential_rules_[found == nullptr ? 0 : found->rules_];
}

}  // namespace sallyport::policy
