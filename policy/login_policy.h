#ifndef SALLYPORT_POLICY_LOGIN_POLICY_H_
#define SALLYPORT_POLICY_LOGIN_POLICY_H_

// What the logins of one tenant through one listener must keep to: which mechanisms
// they are offered, within which limits, which stores are asked, what a stored secret
// must be, and who may act as whom. Every answer that a login needs is worked out when
// the policy is made. Immutable; shared between threads.

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/credentials/new_credential.h"
#include "core/handshake/mechanism_offer.h"
#include "core/handshake/server_handshake.h"
#include "core/sasl/server_mechanism.h"
#include "policy/authorization.h"
#include "policy/credential_rules.h"
#include "policy/policy_path.h"
#include "policy/problems.h"
#include "policy/trace.h"
#include "sallyport/v1/policy.pb.h"

namespace sallyport::policy {

// ConnectionTraits are what decides what a connection can be offered.
struct ConnectionTraits {
  bool encrypted = false;
  bool has_certificate = false;
  // Whether it has a channel binding of a type that the listener accepts.
  bool has_binding = false;
};

// StoreChoice is one store that a login asks.
struct StoreChoice {
  // In Policy::policy().stores().
  size_t store = 0;
  // Whether the next one is asked where this one could not be.
  bool next_on_outage = false;
};

// LoginSurroundings are what does not come from the policy.
struct LoginSurroundings {
  // Keys the salts of decoys; the same on every replica. Must not be empty.
  Secret decoy_key;
  KerberosSettings kerberos;
};

class LoginPolicy {
 public:
  using Offer = std::variant<FailureReason, std::shared_ptr<const MechanismOffer>>;

  // Offers are shared by the policies that offer the same.
  using Offers = absl::flat_hash_map<std::string, std::shared_ptr<const MechanismOffer>>;

  // LoginPolicy is made of rules that were merged, and checked one by one; it reports to
  // `problems` what is wrong with them together. `narrow` is a list of mechanisms that
  // must be kept to besides, in no order; null: none. `stores` are the names of the
  // policy's stores.
  LoginPolicy(const v1::LoginRules& rules, const std::vector<std::string>* narrow,
              const std::vector<std::string>& stores, const std::vector<std::string>& token_issuers,
              const LoginSurroundings& surroundings, const PolicyPath& path, Offers* offers,
              Problems* problems);

  const HandshakeLimits& limits() const { return limits_; }
  // handshake_timeout is infinite where the policy says nothing.
  absl::Duration handshake_timeout() const { return handshake_timeout_; }
  const ServerMechanismSettings& mechanism_settings() const { return settings_; }
  const std::vector<StoreChoice>& stores() const { return stores_; }
  const CredentialRules& credentials() const { return credentials_; }
  const IdentityMappings& identity_mappings() const { return identity_mappings_; }
  const ActAsRules& act_as() const { return act_as_; }

  // AcceptsIssuer says whether tokens of `name` (the issuer's, as the policy has it)
  // vouch for a login.
  bool AcceptsIssuer(std::string_view name) const;

  // AcceptsBinding says whether a -PLUS mechanism may use a binding of `type`.
  bool AcceptsBinding(std::string_view type) const;

  // OfferFor is what such a connection is offered, or why it is offered nothing. `trace` may
  // be null.
  const Offer& OfferFor(const ConnectionTraits& traits, Trace* trace = nullptr) const;

  // token_issuers are the names of those whose tokens are accepted.
  const std::vector<std::string>& token_issuers() const { return token_issuers_; }

  // MechanismNames are all that are offered to whoever has what they need, in order.
  std::vector<std::string_view> MechanismNames() const;

 private:
  void SetMechanisms(const v1::LoginRules& rules, const std::vector<std::string>* narrow,
                     const PolicyPath& path, Problems* problems);
  enum class Withheld { kNot, kForCertificate, kForBinding, kForTls };
  Withheld WhyWithheld(const MechanismDescriptor& mechanism, const ConnectionTraits& traits) const;
  absl::StatusOr<Offer> MakeOffer(const ConnectionTraits& traits, Offers* offers) const;

  std::vector<const MechanismDescriptor*> mechanisms_;
  // Of the tenant's, those that the listener lacks.
  std::vector<std::string> narrowed_;
  std::vector<std::string> channel_bindings_;
  bool require_tls_ = false;
  bool allow_password_without_tls_ = false;
  HandshakeLimits limits_;
  absl::Duration handshake_timeout_;
  std::vector<StoreChoice> stores_;
  std::vector<std::string> token_issuers_;
  CredentialRules credentials_;
  IdentityMappings identity_mappings_;
  ActAsRules act_as_;
  ServerMechanismSettings settings_;
  std::array<Offer, 8> offers_;
};

}  // namespace sallyport::policy

#endif  // SALLYPORT_POLICY_LOGIN_POLICY_H_
