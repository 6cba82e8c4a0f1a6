#include "server/rpc/authenticator_service.h"

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "server/login/connection_context.h"
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

HandshakeReactor* AuthenticatorService::Handshake(grpc::CallbackServerContext*) {
  if (streams_.size() >= host_.quotas.max_streams) {
    return new RefusedStream({grpc::StatusCode::RESOURCE_EXHAUSTED,
                              "too many Handshake streams; share one between connections"});
  }
  return HandshakeStream::Start(host_, streams_);
}

ExchangeReactor* AuthenticatorService::Exchange(grpc::CallbackServerContext*) {
  if (host_.unstarted_exchanges.load(std::memory_order_relaxed) >= host_.quotas.max_streams) {
    return new RefusedStream(
        {grpc::StatusCode::RESOURCE_EXHAUSTED, "too many Exchange calls that have not started"});
  }
  return ExchangeStream::Start(host_, exchanges_);
}

grpc::ServerUnaryReactor* AuthenticatorService::ListMechanisms(
    grpc::CallbackServerContext* context, const v1::ListMechanismsRequest* request,
    v1::ListMechanismsResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const std::string& listener = request->context().listener();
  const std::shared_ptr<const ListenerPolicy> policy = host_.policies->Find(listener);
  if (policy == nullptr) {
    reactor->Finish({grpc::StatusCode::FAILED_PRECONDITION,
                     "no policy for listener '" + listener + "': name it in the configuration"});
    return reactor;
  }
  const std::vector<ChannelBinding> bindings = AcceptedBindings(request->context(), *policy);
  const auto& offer = policy->OfferFor(TraitsOf(request->context(), bindings));
  if (const auto* offered = std::get_if<std::shared_ptr<const MechanismOffer>>(&offer)) {
    for (const MechanismDescriptor* mechanism : (*offered)->mechanisms()) {
      WriteMechanism(*mechanism, response->add_mechanisms());
    }
  }
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

}  // namespace sallyport::server
