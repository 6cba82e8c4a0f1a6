#include "server/login/list_mechanisms.h"

#include <vector>

#include "server/login/connection_context.h"

namespace sallyport::server {

std::variant<policy::NotAllowed, std::shared_ptr<const MechanismOffer>> OfferOf(
    const BrokerScope& broker, const v1::ConnectionContext& context, std::string_view hostname) {
  if (broker.not_allowed) return *broker.not_allowed;
  const policy::LoginOrigin origin = {.listener = context.listener(),
                                      .server_name = context.tls().server_name(),
                                      .broker = broker.broker};
  const policy::Policy& policy = *broker.active->policy;
  const auto scope =
      hostname.empty() ? policy.AtOpen(origin, nullptr) : policy.AtInit(origin, hostname, nullptr);
  if (const auto* refused = std::get_if<policy::NotAllowed>(&scope)) return *refused;
  const policy::LoginPolicy& login = *std::get<policy::LoginScope>(scope).login;
  const std::vector<ChannelBinding> bindings = AcceptedBindings(context, login);
  const auto& offer = login.OfferFor(TraitsOf(context, bindings));
  if (std::holds_alternative<FailureReason>(offer)) return nullptr;
  return std::get<std::shared_ptr<const MechanismOffer>>(offer);
}

}  // namespace sallyport::server
