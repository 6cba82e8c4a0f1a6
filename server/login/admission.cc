#include "server/login/admission.h"

#include <utility>

#include "core/handshake/server_handshake.h"
#include "server/login/connection_context.h"

namespace sallyport::server {

ServerMechanismContext AdmittedConnection::MechanismContext(RandomSource& random) const {
  return {.settings = &policy->mechanism_settings(),
          .random = &random,
          .channel_bindings = bindings,
          .peer_certificate = peer_certificate};
}

std::variant<Refusal, Admission> Admit(HandshakeHost& host, ResumableRpc rpc,
                                       const v1::ConnectionContext& context,
                                       std::string_view hostname, std::string_view resume_token) {
  if (host.draining.load(std::memory_order_relaxed)) return Refusal{FailureReason::kDraining};
  if (host.live_handshakes.load(std::memory_order_relaxed) >= host.quotas.max_handshakes) {
    return Refusal{FailureReason::kOverloaded};
  }
  if (!IsBounded(context)) return Refusal{FailureReason::kBrokerFault};
  if (hostname.size() > kMaxHostnameSize) {
    return Refusal{FailureReason::kMalformedMessage, "the hostname is too long"};
  }

  Admission admission = {.connection = {.listener = context.listener(),
                                        .remote_address = context.remote_address(),
                                        .peer_certificate = context.tls().peer_certificate(),
                                        .resumable = context.resumable()}};
  AdmittedConnection& connection = admission.connection;
  if (context.resumable() || !resume_token.empty()) {
    connection.token_binding = BindingOf(rpc, context, hostname);
  }
  if (!resume_token.empty()) {
    auto opened = host.resume.Open(connection.token_binding, resume_token);
    if (const auto* what = std::get_if<const char*>(&opened)) {
      return Refusal{FailureReason::kResumeRefused, *what};
    }
    admission.token = std::get<OpenedToken>(std::move(opened));
  }
  connection.policy = host.policies->Find(context.listener());
  if (connection.policy == nullptr) return Refusal{FailureReason::kNoPolicy};
  connection.bindings = AcceptedBindings(context, *connection.policy);
  const auto& offer = connection.policy->OfferFor(TraitsOf(context, connection.bindings));
  if (const auto* reason = std::get_if<FailureReason>(&offer)) return Refusal{*reason};
  connection.offer = std::get<std::shared_ptr<const MechanismOffer>>(offer);
  return admission;
}

}  // namespace sallyport::server
