#include "policy/explain.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "core/sasl/mechanism_registry.h"
#include "policy/store_kind.h"

namespace sallyport::policy {
namespace {

using OfferPointer = std::shared_ptr<const MechanismOffer>;

std::vector<std::string> NamesOf(const MechanismOffer& offer) {
  std::vector<std::string> names;
  for (const MechanismDescriptor* mechanism : offer.mechanisms()) {
    names.emplace_back(mechanism->name);
  }
  return names;
}

// Follows a login, step by step, until something refuses it.
class Explainer {
 public:
  Explainer(const Policy& policy, const LoginQuestion& question)
      : policy_(policy), question_(question) {}

  Explanation Run() {
    if (FindBroker() && FindScope() && CompareOffers()) {
      Describe();
      if (ChooseMechanism() && MapIdentity() && ActAs()) told_.detail = WhatRemains();
    }
    told_.considered.insert(told_.considered.end(), trace_.considered().begin(),
                            trace_.considered().end());
    return std::move(told_);
  }

 private:
  bool Refuse(FailureReason reason, std::string detail = "") {
    told_.reason = reason;
    told_.detail = std::move(detail);
    return false;
  }
  bool Refuse(const NotAllowed& refused) {
    return Refuse(refused.reason, refused.what == nullptr ? "" : refused.what);
  }

  bool FindBroker() {
    if (question_.broker.empty() || policy_.policy().brokers_size() == 0) {
      const auto found = policy_.FindBroker(question_.broker_identity, &trace_);
      if (const auto* refused = std::get_if<NotAllowed>(&found)) return Refuse(*refused);
      origin_.broker = std::get<const BrokerPolicy*>(found);
    } else {
      origin_.broker = policy_.FindBrokerNamed(question_.broker);
      if (origin_.broker == nullptr) {
        trace_.Decided("brokers", absl::StrCat("none is called '", question_.broker, "'"));
        return Refuse(FailureReason::kBrokerNotAllowed, "the policy names no such broker");
      }
      trace_.Passed("brokers", absl::StrCat("it is '", question_.broker, "'"));
    }
    if (origin_.broker != nullptr) told_.broker = origin_.broker->name();
    return true;
  }

  bool FindScope() {
    origin_.listener = question_.listener;
    origin_.server_name = question_.server_name;
    const auto at_open = policy_.AtOpen(origin_, nullptr);
    if (const auto* refused = std::get_if<NotAllowed>(&at_open)) {
      policy_.AtOpen(origin_, &trace_);
      return Refuse(*refused);
    }
    shown_by_ = std::get<LoginScope>(at_open).login;
    const auto at_init = policy_.AtInit(origin_, question_.hostname, &trace_);
    if (const auto* refused = std::get_if<NotAllowed>(&at_init)) return Refuse(*refused);
    login_ = std::get<LoginScope>(at_init).login;
    told_.tenant = std::get<LoginScope>(at_init).tenant->name();
    return true;
  }

  ConnectionTraits TraitsFor(const LoginPolicy& login) const {
    return {.encrypted = question_.encrypted,
            .has_certificate = question_.has_certificate,
            .has_binding = !question_.binding.empty() && login.AcceptsBinding(question_.binding)};
  }

  // The client is shown what holds before it has named a host, and has to keep to what
  // holds then.
  bool CompareOffers() {
    if (!question_.binding.empty()) {
      trace_.Passed(absl::StrCat("channel binding ", question_.binding),
                    login_->AcceptsBinding(question_.binding) ? "accepted" : "not accepted");
    }
    Trace at_open;
    const auto& shown = shown_by_->OfferFor(TraitsFor(*shown_by_), &at_open);
    if (shown_by_ != login_) {
      for (const Consideration& c : at_open.considered()) {
        trace_.Passed(absl::StrCat("before the hostname is known, ", c.rule), c.result);
      }
    }
    if (const auto* none = std::get_if<FailureReason>(&shown)) {
      if (shown_by_ == login_) login_->OfferFor(TraitsFor(*login_), &trace_);
      trace_.Decided("mechanisms", "nothing can be offered");
      return Refuse(*none);
    }
    const auto& usable = login_->OfferFor(TraitsFor(*login_), &trace_);
    if (const auto* none = std::get_if<FailureReason>(&usable)) {
      trace_.Decided("mechanisms", "nothing that the client is shown can be used");
      return Refuse(*none);
    }
    shown_ = std::get<OfferPointer>(shown).get();
    usable_ = std::get<OfferPointer>(usable).get();
    told_.shown = NamesOf(*shown_);
    for (const std::string& name : told_.shown) {
      if (usable_->Find(name) != nullptr) told_.usable.push_back(name);
    }
    return true;
  }

  // What holds whatever the mechanism.
  void Describe() {
    for (const StoreChoice& choice : login_->stores()) {
      const v1::Store& store = policy_.policy().stores(static_cast<int>(choice.store));
      told_.stores.push_back({.name = store.name(),
                              .kind = StoreKind(store),
                              .per_tenant = store.per_tenant(),
                              .next_on_outage = choice.next_on_outage});
    }
    told_.token_issuers = login_->token_issuers();
    told_.credentials = login_->credentials();
    told_.maps_identities = !login_->identity_mappings().empty();
    told_.user = question_.user;
    DescribeRelease();
  }

  void DescribeRelease() {
    ExplainedRelease& release = told_.release;
    if (origin_.broker != nullptr && !origin_.broker->releases_all()) {
      release.everything = false;
      for (const v1::Broker& broker : policy_.policy().brokers()) {
        if (broker.name() != origin_.broker->name()) continue;
        release.groups.assign(broker.release().groups().begin(), broker.release().groups().end());
        release.attributes.assign(broker.release().attributes().begin(),
                                  broker.release().attributes().end());
      }
    }
    if (!question_.groups) return;
    release.released_groups.emplace();
    for (const std::string& group : *question_.groups) {
      if (origin_.broker == nullptr || origin_.broker->ReleasesGroup(group)) {
        release.released_groups->push_back(group);
      }
    }
  }

  bool ChooseMechanism() {
    if (question_.mechanism.empty()) return true;
    const std::string rule = absl::StrCat("the client's choice of ", question_.mechanism);
    for (const MechanismOffer* offer : {shown_, usable_}) {
      mechanism_ = offer->Find(question_.mechanism);
      if (mechanism_ != nullptr) continue;
      const FailureReason reason = offer->ReasonAgainst(question_.mechanism);
      trace_.Decided(rule, std::string(sallyport::Describe(reason)));
      return Refuse(reason);
    }
    trace_.Passed(rule, "may be used");
    if (!AsksStores()) told_.stores.clear();
    if (!mechanism_->needs_token) told_.token_issuers.clear();
    return true;
  }

  bool AsksStores() const {
    return mechanism_ == nullptr || (!mechanism_->needs_token && mechanism_->name != "ANONYMOUS");
  }

  bool MapIdentity() {
    if (mechanism_ == nullptr || question_.user.empty()) return true;
    const v1::IdentitySource source = IdentitySourceOf(mechanism_->name);
    if (source == v1::IDENTITY_SOURCE_UNSPECIFIED) return true;
    const auto mapped = login_->identity_mappings().Map(source, question_.user, &trace_);
    if (!mapped) return Refuse(FailureReason::kIdentityRefused);
    told_.user = *mapped;
    return true;
  }

  bool ActAs() {
    const std::string& other = question_.authorization_id;
    if (other.empty() || told_.user.empty() || other == told_.user) return true;
    if (mechanism_ != nullptr && !mechanism_->supports_authzid) {
      trace_.Passed("act_as", absl::StrCat(question_.mechanism,
                                           " cannot ask for it: the user acts as themselves"));
      return true;
    }
    const std::vector<std::string> none;
    const std::vector<std::string>& groups = question_.groups ? *question_.groups : none;
    if (login_->act_as().Allows({.name = told_.user, .groups = groups}, other, &trace_)) {
      return true;
    }
    const std::vector<std::string> every = login_->act_as().GroupsNamed();
    if (!question_.groups &&
        login_->act_as().Allows({.name = told_.user, .groups = every}, other, nullptr)) {
      trace_.Passed("act_as", "depends on the user's groups, which are not given");
      told_.depends_on_groups = true;
      return true;
    }
    return Refuse(FailureReason::kAuthzidNotAllowed);
  }

  std::string WhatRemains() const {
    std::string remains = "Policy lets it through to the stores.";
    if (mechanism_ == nullptr) {
      remains = "Policy offers these mechanisms.";
    } else if (mechanism_->needs_token) {
      remains = "Policy lets it through to the token's issuer.";
    } else if (!AsksStores()) {
      remains = "Policy lets it in: no store is asked.";
    }
    if (told_.depends_on_groups) remains += " Whether the user may act so depends on their groups.";
    return remains;
  }

  const Policy& policy_;
  const LoginQuestion& question_;
  LoginOrigin origin_;
  Trace trace_;
  // Of what the client is shown, and of what holds for it.
  const LoginPolicy* shown_by_ = nullptr;
  const LoginPolicy* login_ = nullptr;
  const MechanismOffer* shown_ = nullptr;
  const MechanismOffer* usable_ = nullptr;
  const MechanismDescriptor* mechanism_ = nullptr;
  Explanation told_;
};

}  // namespace

Explanation Explain(const Policy& policy, const LoginQuestion& question) {
  return Explainer(policy, question).Run();
}

}  // namespace sallyport::policy
