#include "server/rpc/authenticator_service.h"

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "server/login/broker_session.h"
#include "server/login/list_mechanisms.h"
#include "server/rpc/peer_identity.h"
#include "server/rpc/wire_conversion.h"

namespace sallyport::server {
namespace {

// A call of either RPC that is refused before anything was read.
class RefusedStream final : public HandshakeReactor {
 public:
  explicit RefusedStream(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};

}  // namespace

HandshakeReactor* AuthenticatorService::Handshake(grpc::CallbackServerContext* context) {
  if (streams_.size() >= host_.quotas.max_streams) {
    return new RefusedStream({grpc::StatusCode::RESOURCE_EXHAUSTED,
                              "too many Handshake streams; share one between connections"});
  }
  auto broker = BrokerSession::Begin(host_.policies, BrokerOf(*context));
  if (const auto* refused = std::get_if<std::string>(&broker)) {
    return new RefusedStream({grpc::StatusCode::RESOURCE_EXHAUSTED, *refused});
  }
  return HandshakeStream::Start(host_, std::get<BrokerSession>(std::move(broker)), streams_);
}

ExchangeReactor* AuthenticatorService::Exchange(grpc::CallbackServerContext* context) {
  if (host_.unstarted_exchanges.load(std::memory_order_relaxed) >= host_.quotas.max_streams) {
    return new RefusedStream(
        {grpc::StatusCode::RESOURCE_EXHAUSTED, "too many Exchange calls that have not started"});
  }
  policy::BrokerIdentity identity = BrokerOf(*context);
  const BrokerScope broker(host_.policies.Current(), identity);
  std::optional<BrokerUsage::Lease> place = BrokerUsage::Lease();
  if (broker.usage != nullptr) {
    place = BrokerUsage::TryHold(broker.usage, BrokerUsage::Kind::kUnstartedExchange,
                                 broker.broker->quotas().max_handshakes);
  }
  if (!place) {
    return new RefusedStream(
        {grpc::StatusCode::RESOURCE_EXHAUSTED,
         "as many of the broker's Exchange calls have not started as its quota 'max_handshakes'"});
  }
  return ExchangeStream::Start(host_, std::move(identity), *std::move(place), exchanges_);
}

grpc::ServerUnaryReactor* AuthenticatorService::ListMechanisms(
    grpc::CallbackServerContext* context, const v1::ListMechanismsRequest* request,
    v1::ListMechanismsResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const BrokerScope broker(host_.policies.Current(), BrokerOf(*context));
  const auto offer = OfferOf(broker, request->context(), request->hostname());
  if (const auto* refused = std::get_if<policy::NotAllowed>(&offer)) {
    std::string why(Describe(refused->reason));
    if (refused->what != nullptr) why.append(" ").append(refused->what);
    reactor->Finish({grpc::StatusCode::FAILED_PRECONDITION, why});
    return reactor;
  }
  const auto& offered = std::get<std::shared_ptr<const MechanismOffer>>(offer);
  if (offered != nullptr) {
    for (const MechanismDescriptor* mechanism : offered->mechanisms()) {
      WriteMechanism(*mechanism, response->add_mechanisms());
    }
  }
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

}  // namespace sallyport::server
