#ifndef SALLYPORT_SERVER_LOGIN_LIST_MECHANISMS_H_
#define SALLYPORT_SERVER_LOGIN_LIST_MECHANISMS_H_

// Which mechanisms a connection would be offered, for protocols that ask before they
// begin. Thread-safe.

#include <memory>
#include <string_view>
#include <variant>

#include "core/handshake/mechanism_offer.h"
#include "policy/policy.h"
#include "sallyport/v1/authenticator.pb.h"
#include "server/policy/active_policy.h"

namespace sallyport::server {

// OfferOf is null where such a connection is offered nothing. Empty `hostname`: the
// client has not named one yet.
std::variant<policy::NotAllowed, std::shared_ptr<const MechanismOffer>> OfferOf(
    const BrokerScope& broker, const v1::ConnectionContext& context, std::string_view hostname);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_LOGIN_LIST_MECHANISMS_H_
