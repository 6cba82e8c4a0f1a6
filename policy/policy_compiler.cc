// Makes a Policy of a document: the checks, the indexes, and the merging of rules.

#include <set>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "policy/check_rules.h"
#include "policy/check_stores.h"
#include "policy/overlay.h"
#include "policy/policy.h"

namespace sallyport::policy {
namespace {

constexpr size_t kMaxNameSize = 255;

}  // namespace

class PolicyCompiler {
 public:
  PolicyCompiler(Policy* policy, const LoginSurroundings& surroundings)
      : policy_(policy),
        from_(policy->policy()),
        surroundings_(surroundings),
        problems_(policy->document()) {}

  absl::Status Run() {
    NameStores();
    CheckRules(from_.rules(), stores_, issuers_, PolicyPath().Key("rules"), &problems_);
    AddBrokers();
    AddListeners();
    AddTenants();
    // What is merged of broken parts would only be reported again.
    if (problems_.none()) MakeLogins();
    if (problems_.none()) MakeCredentialRules();
    return problems_.ToStatus();
  }

 private:
  // Rules that one or more tenants have, and the first of those; none: no tenant's.
  struct TenantRules {
    const v1::LoginRules* rules;
    std::optional<size_t> tenant;
  };

  // The name of an item, which must be its own.
  void CheckName(const std::string& name, std::set<std::string>* seen, const PolicyPath& path) {
    if (name.empty()) {
      problems_.Refuse(path, "expected a 'name'");
    } else if (name.size() > kMaxNameSize) {
      problems_.Refuse(path.Key("name"), absl::StrCat("expected up to ", kMaxNameSize, " bytes"));
    } else if (!seen->insert(name).second) {
      problems_.Refuse(path.Key("name"), absl::StrCat("'", name, "' is named twice"));
    }
  }

  void NameStores() {
    const PolicyPath root;
    std::set<std::string> seen, issuing;
    for (int i = 0; i < from_.stores_size(); ++i) {
      const PolicyPath at = root.Item("stores", static_cast<size_t>(i));
      CheckName(from_.stores(i).name(), &seen, at);
      CheckStore(from_.stores(i), at, &problems_);
      stores_.push_back(from_.stores(i).name());
    }
    for (int i = 0; i < from_.token_issuers_size(); ++i) {
      const v1::TokenIssuer& issuer = from_.token_issuers(i);
      // A token names no more than its issuer.
      if (!issuer.issuer().empty() && !issuing.insert(issuer.issuer()).second) {
        problems_.Refuse(root.Item("token_issuers", static_cast<size_t>(i)).Key("issuer"),
                         absl::StrCat("'", issuer.issuer(), "' is another's already"));
      }
      const PolicyPath at = root.Item("token_issuers", static_cast<size_t>(i));
      issuers_.push_back(issuer.name().empty() ? issuer.issuer() : issuer.name());
      // Nobody could tell whom a store and an issuer of one name vouch for.
      CheckName(issuers_.back(), &seen, at);
      CheckTokenIssuer(issuer, at, &problems_);
    }
  }

  void AddBrokers() {
    const PolicyPath root;
    std::set<std::string> seen;
    for (int i = 0; i < from_.brokers_size(); ++i) {
      const PolicyPath at = root.Item("brokers", static_cast<size_t>(i));
      CheckName(from_.brokers(i).name(), &seen, at);
      policy_->broker_index_.Add(from_.brokers(i), static_cast<uint32_t>(i), at, &problems_);
      policy_->brokers_.push_back(std::make_unique<BrokerPolicy>(from_.brokers(i), at, &problems_));
    }
    broker_names_ = std::move(seen);
  }

  void AddListeners() {
    const PolicyPath root;
    for (int i = 0; i < from_.listeners_size(); ++i) {
      const PolicyPath at = root.Item("listeners", static_cast<size_t>(i));
      const v1::Listener& listener = from_.listeners(i);
      Assign(listener.name(), static_cast<uint32_t>(i), at.Key("name"), "listener",
             &policy_->listeners_);
      CheckRules(listener.rules(), stores_, issuers_, at.Key("rules"), &problems_);
    }
    policy_->listener_count_ = static_cast<uint32_t>(std::max(1, from_.listeners_size()));
  }

  // Enters a pattern into an index of its own kind.
  void Assign(const std::string& pattern, uint32_t value, const PolicyPath& path,
              std::string_view whose, NameIndex* index) {
    if (const char* problem = index->Problem(pattern)) return problems_.Refuse(path, problem);
    const auto owner = index->Add(pattern, value);
    if (!owner) return;
    problems_.Refuse(path, *owner == value ? absl::StrCat("'", pattern, "' is named twice")
                                           : absl::StrCat("'", pattern, "' is another ",
                                                          std::string(whose), "'s already"));
  }

  void AddTenants() {
    if (from_.tenants_size() == 0) {
      policy_->tenants_.resize(1);
      policy_->tenants_[0].name_ = "default";
      policy_->default_tenant_ = 0;
    }
    // The rules of the tenants that have none are the first.
    tenant_rules_.push_back({&v1::LoginRules::default_instance(), std::nullopt});
    rules_ids_.emplace("", 0);
    const PolicyPath root;
    std::set<std::string> seen;
    for (int i = 0; i < from_.tenants_size(); ++i) {
      const PolicyPath at = root.Item("tenants", static_cast<size_t>(i));
      const v1::Tenant& tenant = from_.tenants(i);
      CheckName(tenant.name(), &seen, at);
      // It may be a directory's name, too.
      if (tenant.name() == "." || tenant.name() == ".." ||
          tenant.name().find('/') != std::string::npos) {
        problems_.Refuse(at.Key("name"), "expected a name without '/', other than '.' and '..'");
      }
      AddTenant(tenant, static_cast<uint32_t>(i), at);
      if (tenant.name() == from_.default_tenant()) {
        policy_->default_tenant_ = static_cast<uint32_t>(i);
      }
    }
    const bool exists =
        policy_->default_tenant_ &&
        policy_->tenants_[*policy_->default_tenant_].name_ == from_.default_tenant();
    if (!from_.default_tenant().empty() && !exists) {
      problems_.Refuse(root.Key("default_tenant"),
                       absl::StrCat("there is no tenant '", from_.default_tenant(), "'"));
    }
  }

  void AddTenant(const v1::Tenant& tenant, uint32_t index, const PolicyPath& at) {
    const auto assign = [&](std::string_view key, const auto& patterns, NameIndex* names) {
      for (int i = 0; i < patterns.size(); ++i) {
        Assign(patterns[i], index, at.Item(key, static_cast<size_t>(i)), "tenant", names);
      }
    };
    assign("hostnames", tenant.hostnames(), &policy_->hostnames_);
    assign("server_names", tenant.server_names(), &policy_->server_names_);
    assign("listeners", tenant.listeners(), &policy_->tenant_listeners_);
    for (int i = 0; i < tenant.listeners_size(); ++i) {
      if (tenant.listeners(i) != "*") continue;
      problems_.Refuse(at.Item("listeners", static_cast<size_t>(i)),
                       "every listener would be this tenant's alone; whose a login is that nothing "
                       "assigns is 'default_tenant'");
    }
    for (int i = 0; i < tenant.brokers_size(); ++i) {
      if (!broker_names_.contains(tenant.brokers(i))) {
        problems_.Refuse(at.Item("brokers", static_cast<size_t>(i)),
                         absl::StrCat("there is no broker '", tenant.brokers(i), "'"));
      }
    }
    TenantPolicy compiled;
    compiled.name_ = tenant.name();
    compiled.brokers_.assign(tenant.brokers().begin(), tenant.brokers().end());
    const auto [id, fresh] = rules_ids_.emplace(tenant.rules().SerializeAsString(),
                                                static_cast<uint32_t>(tenant_rules_.size()));
    compiled.rules_ = id->second;
    if (fresh) {
      CheckRules(tenant.rules(), stores_, issuers_, at.Key("rules"), &problems_);
      tenant_rules_.push_back({&tenant.rules(), index});
    }
    policy_->tenants_.push_back(std::move(compiled));
  }

  void MakeLogins() {
    for (const TenantRules& tenant : tenant_rules_) {
      for (uint32_t i = 0; i < policy_->listener_count_; ++i) MakeLogin(tenant, i);
      if (!problems_.none()) return;
    }
  }

  // What holds for a tenant with such rules at the listener `index`.
  void MakeLogin(const TenantRules& tenant, uint32_t index) {
    v1::LoginRules merged = from_.rules();
    std::vector<std::string> narrow;
    if (from_.listeners_size() > 0) {
      const v1::LoginRules& listener = from_.listeners(static_cast<int>(index)).rules();
      Overlay(listener, &merged);
      if (tenant.rules->mechanisms_size() > 0) {
        narrow.assign(listener.mechanisms().begin(), listener.mechanisms().end());
      }
    }
    Overlay(*tenant.rules, &merged);
    std::string key = merged.SerializeAsString();
    for (const std::string& mechanism : narrow) absl::StrAppend(&key, "/", mechanism);
    const LoginPolicy*& login = logins_[key];
    if (login == nullptr) {
      // What is wrong with the whole is told where its last word stands.
      const PolicyPath root;
      const PolicyPath listener = root.Item("listeners", index);
      const PolicyPath whose = tenant.tenant                ? root.Item("tenants", *tenant.tenant)
                               : from_.listeners_size() > 0 ? listener
                                                            : root;
      policy_->distinct_logins_.push_back(std::make_unique<const LoginPolicy>(
          merged, narrow.empty() ? nullptr : &narrow, stores_, issuers_, surroundings_,
          whose.Key("rules"), &offers_, &problems_));
      login = policy_->distinct_logins_.back().get();
    }
    policy_->logins_.push_back(login);
  }

  // Where there are listeners, no login may have the same rules.
  void MakeCredentialRules() {
    for (const TenantRules& tenant : tenant_rules_) {
      v1::LoginRules merged = from_.rules();
      Overlay(*tenant.rules, &merged);
      const PolicyPath root;
      const PolicyPath whose = tenant.tenant ? root.Item("tenants", *tenant.tenant) : root;
      policy_->credential_rules_.emplace_back(merged.credentials(),
                                              whose.Key("rules").Key("credentials"), &problems_);
    }
  }

  Policy* const policy_;
  const v1::Policy& from_;
  const LoginSurroundings& surroundings_;
  Problems problems_;
  std::vector<std::string> stores_;
  std::vector<std::string> issuers_;
  std::set<std::string> broker_names_;
  std::vector<TenantRules> tenant_rules_;
  absl::flat_hash_map<std::string, uint32_t> rules_ids_;
  absl::flat_hash_map<std::string, const LoginPolicy*> logins_;
  LoginPolicy::Offers offers_;
};

absl::StatusOr<std::shared_ptr<const Policy>> Policy::Compile(
    PolicyDocument document, const LoginSurroundings& surroundings) {
  if (surroundings.decoy_key.empty()) {
    return absl::InvalidArgumentError("the decoy key is empty: who exists could be found out");
  }
  std::shared_ptr<Policy> policy(new Policy(std::move(document)));
  const absl::Status status = PolicyCompiler(policy.get(), surroundings).Run();
  if (!status.ok()) return status;
  return policy;
}

}  // namespace sallyport::policy
