#include "server/login/admission.h"

#include <algorithm>
#include <utility>

#include "core/handshake/server_handshake.h"
#include "server/login/connection_context.h"

namespace sallyport::server {
namespace {

std::variant<policy::NotAllowed, policy::LoginScope> ScopeOf(
    const AdmittedConnection& connection, std::optional<std::string_view> hostname) {
  const BrokerScope& broker = *connection.party.broker;
  if (broker.not_allowed) return *broker.not_allowed;
  const policy::Policy& policy = *broker.active->policy;
  return hostname ? policy.AtInit(connection.Origin(), *hostname, nullptr)
                  : policy.AtOpen(connection.Origin(), nullptr);
}

// Takes the place of one more handshake among the broker's. One that goes on has begun
// already: the rate is not for it, so that those of a lost replica may come all at once.
std::variant<Refusal, BrokerUsage::Lease> PlaceOf(const BrokerScope& broker, bool begins) {
  if (broker.usage == nullptr) return BrokerUsage::Lease();
  const policy::BrokerQuotas& quotas = broker.broker->quotas();
  auto lease =
      BrokerUsage::TryHold(broker.usage, BrokerUsage::Kind::kHandshake, quotas.max_handshakes);
  if (!lease) {
    return Refusal{FailureReason::kOverloaded, "the broker is over its quota 'max_handshakes'"};
  }
  if (begins && !broker.usage->MayBegin(quotas, BrokerUsage::Clock::now())) {
    return Refusal{FailureReason::kOverloaded,
                   "the broker is over its quota 'handshakes_per_second'"};
  }
  return *std::move(lease);
}

}  // namespace

std::string_view AdmittedConnection::DecoyRealm() const {
  const auto& choices = party.scope.login->stores();
  const bool apart =
      std::any_of(choices.begin(), choices.end(), [this](const policy::StoreChoice& choice) {
        return party.broker->active->stores[choice.store]->per_tenant();
      });
  return apart && party.scope.tenant != nullptr ? std::string_view(party.scope.tenant->name())
                                                : std::string_view();
}

ServerMechanismContext AdmittedConnection::MechanismContext(RandomSource& random) const {
  return {.settings = &party.scope.login->mechanism_settings(),
          .random = &random,
          .channel_bindings = bindings,
          .peer_certificate = peer_certificate,
          .decoy_realm = DecoyRealm()};
}

std::variant<Failure, LoginTerms> ConnectionJudge::Judge(std::string_view hostname) {
  connection_.stages.Lap(LoginStage::kDecode);
  auto judged = JudgeHost(hostname);
  connection_.stages.Lap(LoginStage::kPolicy);
  return judged;
}

std::variant<Failure, LoginTerms> ConnectionJudge::JudgeHost(std::string_view hostname) {
  auto scope = ScopeOf(connection_, hostname);
  if (const auto* refused = std::get_if<policy::NotAllowed>(&scope)) {
    return Failure{refused->reason, refused->what};
  }
  connection_.party.scope = std::get<policy::LoginScope>(scope);
  const policy::LoginPolicy& login = *connection_.party.scope.login;
  std::erase_if(connection_.bindings, [&login](const ChannelBinding& binding) {
    return !login.AcceptsBinding(binding.type);
  });
  connection_.traits.has_binding = !connection_.bindings.empty();
  const auto& offer = login.OfferFor(connection_.traits);
  if (const auto* reason = std::get_if<FailureReason>(&offer)) return Failure{*reason};
  return LoginTerms{.settings = &login.mechanism_settings(),
                    .channel_bindings = connection_.bindings,
                    .decoy_realm = connection_.DecoyRealm(),
                    .offer = std::get<std::shared_ptr<const MechanismOffer>>(offer).get(),
                    .limits = &login.limits()};
}

std::variant<Refusal, Admission> Admit(HandshakeHost& host, ResumableRpc rpc,
                                       const v1::ConnectionContext& context,
                                       std::shared_ptr<const BrokerScope> broker,
                                       std::optional<std::string_view> hostname,
                                       std::string_view resume_token) {
  LoginStages stages;
  stages.Start();
  if (host.draining.load(std::memory_order_relaxed)) return Refusal{FailureReason::kDraining};
  if (host.live_handshakes.load(std::memory_order_relaxed) >= host.quotas.max_handshakes) {
    return Refusal{FailureReason::kOverloaded};
  }
  auto place = PlaceOf(*broker, /*begins=*/resume_token.empty());
  if (const auto* refusal = std::get_if<Refusal>(&place)) return *refusal;
  std::optional<AuditSlot> audit = host.audit.Reserve();
  if (!audit) return Refusal{FailureReason::kOverloaded, "the audit log takes no more"};
  if (!IsBounded(context)) return Refusal{FailureReason::kBrokerFault};
  if (hostname && hostname->size() > kMaxHostnameSize) {
    return Refusal{FailureReason::kMalformedMessage, "the hostname is too long"};
  }

  Admission admission = {
      .connection = {.listener = context.listener(),
                     .remote_address = context.remote_address(),
                     .server_name = context.tls().server_name(),
                     .peer_certificate = context.tls().peer_certificate(),
                     .party = {.broker = std::move(broker), .scope = {}},
                     .resumable = context.resumable(),
                     .resumed = !resume_token.empty(),
                     .audit = std::move(audit),
                     .place_of_broker = std::get<BrokerUsage::Lease>(std::move(place))}};
  AdmittedConnection& connection = admission.connection;
  if (context.resumable() || !resume_token.empty()) {
    connection.token_binding = BindingOf(rpc, context, hostname.value_or(""));
  }
  if (!resume_token.empty()) {
    auto opened = host.resume.Open(connection.token_binding, resume_token);
    if (const auto* what = std::get_if<const char*>(&opened)) {
      return Refusal{FailureReason::kResumeRefused, *what};
    }
    admission.token = std::get<OpenedToken>(std::move(opened));
  }
  const auto scope = ScopeOf(connection, hostname);
  if (const auto* refused = std::get_if<policy::NotAllowed>(&scope)) {
    return Refusal{refused->reason, refused->what};
  }
  const policy::LoginPolicy& login = *std::get<policy::LoginScope>(scope).login;
  connection.party.scope = std::get<policy::LoginScope>(scope);
  connection.bindings = AcceptedBindings(context, login);
  connection.traits = TraitsOf(context, connection.bindings);
  const auto& offer = login.OfferFor(connection.traits);
  if (const auto* reason = std::get_if<FailureReason>(&offer)) return Refusal{*reason};
  connection.offer = std::get<std::shared_ptr<const MechanismOffer>>(offer);
  stages.Lap(LoginStage::kPolicy);
  connection.stages = stages;
  return admission;
}

}  // namespace sallyport::server
