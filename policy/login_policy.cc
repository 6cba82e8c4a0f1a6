#include "policy/login_policy.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "policy/values.h"

namespace sallyport::policy {
namespace {

constexpr std::string_view kDefaultMechanisms[] = {"SCRAM-SHA-512-PLUS", "SCRAM-SHA-256-PLUS",
                                                   "SCRAM-SHA-512",      "SCRAM-SHA-256",
                                                   "EXTERNAL",           "PLAIN"};

// By LoginPolicy::Withheld.
constexpr const char* kWhy[] = {"offered", "not offered: it takes a client certificate",
                                "not offered: it takes a channel binding of an accepted type",
                                "not offered: it takes TLS"};

size_t IndexOf(const ConnectionTraits& traits) {
  return (traits.encrypted ? 1u : 0u) | (traits.has_certificate ? 2u : 0u) |
         (traits.has_binding ? 4u : 0u);
}

ConnectionTraits TraitsAt(size_t index) {
  return {.encrypted = (index & 1) != 0,
          .has_certificate = (index & 2) != 0,
          .has_binding = (index & 4) != 0};
}

CertificateIdentity ToCertificateIdentity(v1::CertificateIdentity identity) {
  switch (identity) {
    case v1::CERTIFICATE_IDENTITY_DNS_NAME:
      return CertificateIdentity::kDnsName;
    case v1::CERTIFICATE_IDENTITY_EMAIL:
      return CertificateIdentity::kEmailAddress;
    case v1::CERTIFICATE_IDENTITY_URI:
      return CertificateIdentity::kUri;
    case v1::CERTIFICATE_IDENTITY_SPIFFE_ID:
      return CertificateIdentity::kSpiffeId;
    default:
      return CertificateIdentity::kCommonName;
  }
}

HandshakeLimits ToLimits(const v1::LoginRules& rules) {
  HandshakeLimits limits;
  const v1::Limits& given = rules.limits();
  if (given.max_frame_size() != 0) limits.max_frame_size = given.max_frame_size();
  if (given.max_handshake_bytes() != 0) limits.max_bytes = given.max_handshake_bytes();
  if (given.max_steps() != 0) limits.max_steps = given.max_steps();
  limits.skip_empty_frames = rules.quirks().skip_empty_frames();
  limits.final_data_as_challenge = rules.quirks().final_data_as_challenge();
  return limits;
}

size_t IndexOf(const std::vector<std::string>& names, const std::string& name) {
  return static_cast<size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

}  // namespace

LoginPolicy::LoginPolicy(const v1::LoginRules& rules, const std::vector<std::string>* narrow,
                         const std::vector<std::string>& stores,
                         const std::vector<std::string>& token_issuers,
                         const LoginSurroundings& surroundings, const PolicyPath& path,
                         Offers* offers, Problems* problems)
    : channel_bindings_(rules.channel_bindings().begin(), rules.channel_bindings().end()),
      require_tls_(rules.require_tls()),
      allow_password_without_tls_(rules.allow_password_without_tls()),
      limits_(ToLimits(rules)),
      handshake_timeout_(rules.limits().has_handshake_timeout()
                             ? ToDuration(rules.limits().handshake_timeout())
                             : absl::InfiniteDuration()),
      token_issuers_(rules.token_issuers().begin(), rules.token_issuers().end()),
      credentials_(rules.credentials(), path.Key("credentials"), problems),
      identity_mappings_(rules.identity_mappings(), path, problems),
      act_as_(rules.act_as(), path, problems) {
  if (channel_bindings_.empty()) channel_bindings_ = {"tls-exporter", "tls-server-end-point"};
  if (token_issuers_.empty()) token_issuers_ = token_issuers;
  for (const v1::StoreStep& step : rules.stores()) {
    const size_t store = IndexOf(stores, step.store());
    // What is unknown was reported where it stands.
    if (store == stores.size()) continue;
    stores_.push_back({.store = store, .next_on_outage = step.on_outage() == v1::ON_OUTAGE_NEXT});
  }
  settings_ = {.decoy_key = surroundings.decoy_key,
               .costs = credentials_.costs(),
               .decoy_schemes = credentials_.store_as(),
               .certificate_identity = ToCertificateIdentity(rules.certificate_identity()),
               .weak_schemes = credentials_.weak_schemes(),
               .min_scram_iterations = credentials_.min_scram_iterations(),
               .digest_realm = rules.digest_realm().empty() ? "sallyport" : rules.digest_realm(),
               .hands_over_password = credentials_.upgrade_on_login(),
               .takes_tokens = !token_issuers_.empty(),
               .kerberos = surroundings.kerberos};
  if (rules.quirks().has_token_error_as_challenge()) {
    settings_.token_error_as_challenge = rules.quirks().token_error_as_challenge();
  }
  SetMechanisms(rules, narrow, path, problems);
  for (size_t i = 0; i < offers_.size(); ++i) {
    auto offer = MakeOffer(TraitsAt(i), offers);
    if (offer.ok()) {
      offers_[i] = *std::move(offer);
    } else {
      problems->Refuse(path.Key("mechanisms"), std::string(offer.status().message()));
      return;
    }
  }
}

void LoginPolicy::SetMechanisms(const v1::LoginRules& rules, const std::vector<std::string>* narrow,
                                const PolicyPath& path, Problems* problems) {
  std::vector<std::string> names(rules.mechanisms().begin(), rules.mechanisms().end());
  if (names.empty()) names.assign(std::begin(kDefaultMechanisms), std::end(kDefaultMechanisms));
  bool asks_a_store = false;
  for (const std::string& name : names) {
    if (narrow != nullptr && std::find(narrow->begin(), narrow->end(), name) == narrow->end()) {
      narrowed_.push_back(name);
      continue;
    }
    const MechanismDescriptor* mechanism = FindMechanism(name);
    if (mechanism == nullptr) continue;
    if (!mechanism->available()) {
      problems->Refuse(path.Key("mechanisms"),
                       absl::StrCat(name, " cannot work: OpenSSL has its digest switched off"));
      continue;
    }
    if (mechanism->needs_token && token_issuers_.empty()) {
      problems->Refuse(path.Key("mechanisms"),
                       absl::StrCat(name, " cannot work: 'token_issuers' names nobody"));
      continue;
    }
    asks_a_store |= !mechanism->needs_token && name != "ANONYMOUS";
    mechanisms_.push_back(mechanism);
  }
  if (asks_a_store && stores_.empty()) {
    problems->Refuse(path.Key("stores"), "no store is asked: name one, as in '- store: main'");
  }
}

LoginPolicy::Withheld LoginPolicy::WhyWithheld(const MechanismDescriptor& mechanism,
                                               const ConnectionTraits& traits) const {
  if (mechanism.needs_certificate && !traits.has_certificate) return Withheld::kForCertificate;
  if (mechanism.channel_binding && !traits.has_binding) return Withheld::kForBinding;
  const bool exposed = !traits.encrypted &&
                       (require_tls_ || (mechanism.exposes_secret && !allow_password_without_tls_));
  return exposed ? Withheld::kForTls : Withheld::kNot;
}

absl::StatusOr<LoginPolicy::Offer> LoginPolicy::MakeOffer(const ConnectionTraits& traits,
                                                          Offers* offers) const {
  std::vector<const MechanismDescriptor*> offered, withheld_for_tls;
  for (const MechanismDescriptor* mechanism : mechanisms_) {
    const Withheld withheld = WhyWithheld(*mechanism, traits);
    if (withheld == Withheld::kNot) offered.push_back(mechanism);
    if (withheld == Withheld::kForTls) withheld_for_tls.push_back(mechanism);
  }
  if (offered.empty()) {
    return Offer(traits.encrypted ? FailureReason::kMechanismNotOffered
                                  : FailureReason::kTlsRequired);
  }
  std::string key;
  for (const auto* list : {&offered, &withheld_for_tls}) {
    for (const MechanismDescriptor* mechanism : *list) key.append(mechanism->name).push_back(' ');
    key.push_back('/');
  }
  std::shared_ptr<const MechanismOffer>& shared = (*offers)[key];
  if (shared == nullptr) {
    auto offer = MechanismOffer::Create(std::move(offered), std::move(withheld_for_tls));
    if (!offer.ok()) return offer.status();
    shared = *std::move(offer);
  }
  return Offer(shared);
}

bool LoginPolicy::AcceptsIssuer(std::string_view name) const {
  return std::find(token_issuers_.begin(), token_issuers_.end(), name) != token_issuers_.end();
}

bool LoginPolicy::AcceptsBinding(std::string_view type) const {
  return std::find(channel_bindings_.begin(), channel_bindings_.end(), type) !=
         channel_bindings_.end();
}

const LoginPolicy::Offer& LoginPolicy::OfferFor(const ConnectionTraits& traits,
                                                Trace* trace) const {
  if (trace != nullptr) {
    for (const MechanismDescriptor* mechanism : mechanisms_) {
      const auto withheld = static_cast<size_t>(WhyWithheld(*mechanism, traits));
      trace->Passed(absl::StrCat("mechanism ", std::string(mechanism->name)), kWhy[withheld]);
    }
    for (const std::string& name : narrowed_) {
      trace->Passed(absl::StrCat("mechanism ", name), "not offered: the listener's list lacks it");
    }
  }
  return offers_[IndexOf(traits)];
}

std::vector<std::string_view> LoginPolicy::MechanismNames() const {
  std::vector<std::string_view> names;
  for (const MechanismDescriptor* mechanism : mechanisms_) names.push_back(mechanism->name);
  return names;
}

}  // namespace sallyport::policy
