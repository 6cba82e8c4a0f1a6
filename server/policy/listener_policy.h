#ifndef SALLYPORT_SERVER_POLICY_LISTENER_POLICY_H_
#define SALLYPORT_SERVER_POLICY_LISTENER_POLICY_H_

// What a broker's listener may do: which mechanisms its connections are offered
// and within which limits. Every answer that a login needs is worked out when
// the policy is made. Immutable; shared between threads.

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "core/handshake/mechanism_offer.h"
#include "core/handshake/server_handshake.h"
#include "core/sasl/server_mechanism.h"

namespace sallyport::server {

// ListenerRules are what the configuration says of a listener.
struct ListenerRules {
  // The name that brokers give, or "*" for every listener that has no rules of
  // its own.
  std::string name = "*";
  // In order of preference.
  std::vector<std::string> mechanisms = {"SCRAM-SHA-512-PLUS", "SCRAM-SHA-256-PLUS",
                                         "SCRAM-SHA-512",      "SCRAM-SHA-256",
                                         "EXTERNAL",           "PLAIN"};
  // Offer PLAIN also to connections that are not encrypted.
  bool allow_password_without_tls = false;
  // Types that a -PLUS mechanism may bind to.
  std::vector<std::string> channel_bindings = {"tls-exporter", "tls-server-end-point"};
  HandshakeLimits limits;
  CertificateIdentity certificate_identity = CertificateIdentity::kCommonName;
  // Of DIGEST-MD5; not empty.
  std::string digest_realm = "sallyport";
  // Answer a refused token with a challenge that says so, before the outcome.
  bool token_error_as_challenge = true;
};

// ConnectionTraits are what decides what a connection can be offered.
struct ConnectionTraits {
  bool encrypted = false;
  bool has_certificate = false;
  // Whether it has a channel binding of a type that the listener accepts.
  bool has_binding = false;
};

class ListenerPolicy {
 public:
  // Create adds what the rules say to `base`. InvalidArgument for a mechanism that
  // is unknown, named twice, or cannot work here, a list that does not fit a frame,
  // or a base without a decoy key.
  static absl::StatusOr<std::shared_ptr<const ListenerPolicy>> Create(
      ListenerRules rules, const ServerMechanismSettings& base);

  const ListenerRules& rules() const { return rules_; }
  const ServerMechanismSettings& mechanism_settings() const { return settings_; }

  // Accepts says whether a -PLUS mechanism may use a binding of `type`.
  bool AcceptsBinding(std::string_view type) const;

  // OfferFor is what such a connection is offered, or why it is offered nothing.
  const std::variant<FailureReason, std::shared_ptr<const MechanismOffer>>& OfferFor(
      const ConnectionTraits& traits) const;

 private:
  using Offer = std::variant<FailureReason, std::shared_ptr<const MechanismOffer>>;

  ListenerPolicy() = default;
  absl::StatusOr<Offer> MakeOffer(const std::vector<const MechanismDescriptor*>& mechanisms,
                                  const ConnectionTraits& traits) const;

  ListenerRules rules_;
  ServerMechanismSettings settings_;
  std::array<Offer, 8> offers_;
};

// ListenerPolicies finds the policy of a listener.
class ListenerPolicies {
 public:
  // Create fails as ListenerPolicy::Create does, and where two rules share a
  // name.
  static absl::StatusOr<std::shared_ptr<const ListenerPolicies>> Create(
      std::vector<ListenerRules> rules, const ServerMechanismSettings& base);

  // Find is null where no rules match: nobody gets in there.
  std::shared_ptr<const ListenerPolicy> Find(std::string_view listener) const;

 private:
  ListenerPolicies() = default;

  absl::flat_hash_map<std::string, std::shared_ptr<const ListenerPolicy>> by_name_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_POLICY_LISTENER_POLICY_H_
