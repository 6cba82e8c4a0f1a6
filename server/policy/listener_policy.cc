#include "server/policy/listener_policy.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace sallyport::server {
namespace {

constexpr std::string_view kAnyListener = "*";

size_t IndexOf(const ConnectionTraits& traits) {
  return (traits.encrypted ? 1u : 0u) | (traits.has_certificate ? 2u : 0u) |
         (traits.has_binding ? 4u : 0u);
}

ConnectionTraits TraitsAt(size_t index) {
  return {.encrypted = (index & 1) != 0,
          .has_certificate = (index & 2) != 0,
          .has_binding = (index & 4) != 0};
}

absl::StatusOr<std::vector<const MechanismDescriptor*>> FindAll(
    const std::vector<std::string>& names, const ServerMechanismSettings& base) {
  std::vector<const MechanismDescriptor*> found;
  for (const std::string& name : names) {
    const MechanismDescriptor* mechanism = FindMechanism(name);
    if (mechanism == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat("unknown mechanism '", name, "'"));
    }
    if (!mechanism->available()) {
      return absl::InvalidArgumentError(
          absl::StrCat("mechanism ", name, " cannot work: OpenSSL has its digest switched off"));
    }
    if (mechanism->needs_token && !base.takes_tokens) {
      return absl::InvalidArgumentError(
          absl::StrCat("mechanism ", name, " cannot work: 'tokens' names nobody who issues them"));
    }
    found.push_back(mechanism);
  }
  return found;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const ListenerPolicy>> ListenerPolicy::Create(
    ListenerRules rules, const ServerMechanismSettings& base) {
  if (base.decoy_key.empty()) return absl::InvalidArgumentError("the decoy key is empty");
  auto mechanisms = FindAll(rules.mechanisms, base);
  if (!mechanisms.ok()) return mechanisms.status();

  std::shared_ptr<ListenerPolicy> policy(new ListenerPolicy);
  policy->settings_ = base;
  policy->settings_.certificate_identity = rules.certificate_identity;
  policy->settings_.digest_realm = rules.digest_realm;
  policy->settings_.token_error_as_challenge = rules.token_error_as_challenge;
  policy->rules_ = std::move(rules);
  for (size_t i = 0; i < policy->offers_.size(); ++i) {
    auto offer = policy->MakeOffer(*mechanisms, TraitsAt(i));
    if (!offer.ok()) return offer.status();
    policy->offers_[i] = *std::move(offer);
  }
  return policy;
}

absl::StatusOr<ListenerPolicy::Offer> ListenerPolicy::MakeOffer(
    const std::vector<const MechanismDescriptor*>& mechanisms,
    const ConnectionTraits& traits) const {
  std::vector<const MechanismDescriptor*> offered, withheld_for_tls;
  for (const MechanismDescriptor* mechanism : mechanisms) {
    if (mechanism->needs_certificate && !traits.has_certificate) continue;
    if (mechanism->channel_binding && !traits.has_binding) continue;
    const bool exposed =
        mechanism->exposes_secret && !traits.encrypted && !rules_.allow_password_without_tls;
    (exposed ? withheld_for_tls : offered).push_back(mechanism);
  }
  if (offered.empty()) {
    return Offer(traits.encrypted ? FailureReason::kMechanismNotOffered
                                  : FailureReason::kTlsRequired);
  }
  auto offer = MechanismOffer::Create(std::move(offered), std::move(withheld_for_tls));
  if (!offer.ok()) return offer.status();
  return Offer(*std::move(offer));
}

bool ListenerPolicy::AcceptsBinding(std::string_view type) const {
  return std::find(rules_.channel_bindings.begin(), rules_.channel_bindings.end(), type) !=
         rules_.channel_bindings.end();
}

const std::variant<FailureReason, std::shared_ptr<const MechanismOffer>>& ListenerPolicy::OfferFor(
    const ConnectionTraits& traits) const {
  return offers_[IndexOf(traits)];
}

absl::StatusOr<std::shared_ptr<const ListenerPolicies>> ListenerPolicies::Create(
    std::vector<ListenerRules> rules, const ServerMechanismSettings& base) {
  std::shared_ptr<ListenerPolicies> policies(new ListenerPolicies);
  for (ListenerRules& rule : rules) {
    const std::string name = rule.name;
    auto policy = ListenerPolicy::Create(std::move(rule), base);
    if (!policy.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("listener '", name, "': ", policy.status().message()));
    }
    if (!policies->by_name_.emplace(name, *std::move(policy)).second) {
      return absl::InvalidArgumentError(absl::StrCat("listener '", name, "' is named twice"));
    }
  }
  return policies;
}

std::shared_ptr<const ListenerPolicy> ListenerPolicies::Find(std::string_view listener) const {
  auto found = by_name_.find(absl::string_view(listener.data(), listener.size()));
  if (found == by_name_.end()) {
    found = by_name_.find(absl::string_view(kAnyListener.data(), kAnyListener.size()));
  }
  return found == by_name_.end() ? nullptr : found->second;
}

}  // namespace sallyport::server
