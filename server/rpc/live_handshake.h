#ifndef SALLYPORT_SERVER_RPC_LIVE_HANDSHAKE_H_
#define SALLYPORT_SERVER_RPC_LIVE_HANDSHAKE_H_

// One connection's handshake, with what it must keep of its connection while it
// runs. Not thread-safe; not movable, since the handshake views its neighbours.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/handshake/server_handshake.h"
#include "sallyport/v1/authenticator.pb.h"
#include "server/policy/listener_policy.h"

namespace sallyport::server {

class LiveHandshake {
 public:
  using Clock = std::chrono::steady_clock;

  LiveHandshake(uint64_t connection_id, uint64_t serial, std::string id,
                const v1::ConnectionContext& context, std::vector<ChannelBinding> bindings,
                std::shared_ptr<const ListenerPolicy> policy,
                std::shared_ptr<const MechanismOffer> offer, RandomSource& random)
      : connection_id(connection_id),
        serial(serial),
        id(std::move(id)),
        listener(context.listener()),
        remote_address(context.remote_address()),
        opened_at(Clock::now()),
        policy_(std::move(policy)),
        peer_certificate_(context.tls().peer_certificate()),
        bindings_(std::move(bindings)),
        handshake(std::move(offer), policy_->rules().limits,
                  {.settings = &policy_->mechanism_settings(),
                   .random = &random,
                   .channel_bindings = bindings_,
                   .peer_certificate = peer_certificate_}) {}
  LiveHandshake(const LiveHandshake&) = delete;
  LiveHandshake& operator=(const LiveHandshake&) = delete;

  const uint64_t connection_id;
  // Never used twice on a stream: an answer that comes late cannot reach another
  // handshake, whatever ids the broker gives.
  const uint64_t serial;
  const std::string id;
  const std::string listener;
  const std::string remote_address;
  const Clock::time_point opened_at;
  // Who the client says it is, in prepared form; empty until it has.
  std::string authentication_id;

 private:
  const std::shared_ptr<const ListenerPolicy> policy_;
  const std::string peer_certificate_;
  const std::vector<ChannelBinding> bindings_;

 public:
  // Views all of the above.
  ServerHandshake handshake;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_RPC_LIVE_HANDSHAKE_H_
