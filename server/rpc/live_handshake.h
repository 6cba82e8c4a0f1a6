#ifndef SALLYPORT_SERVER_RPC_LIVE_HANDSHAKE_H_
#define SALLYPORT_SERVER_RPC_LIVE_HANDSHAKE_H_

// One connection's handshake, with what it must keep of its connection while it
// runs. Not thread-safe; not movable, since the handshake views its neighbours.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/handshake/server_handshake.h"
#include "sallyport/v1/authenticator.pb.h"
#include "server/policy/listener_policy.h"
#include "server/resume/resume_tokens.h"

namespace sallyport::server {

class LiveHandshake {
 public:
  // Connection is what a handshake keeps of its connection.
  struct Connection {
    uint64_t id = 0;
    std::string listener;
    std::string remote_address;
    std::string peer_certificate;
    std::vector<ChannelBinding> bindings;
    std::shared_ptr<const ListenerPolicy> policy;
    // What resume tokens are bound to. Empty: it has none.
    std::string token_binding;
    // Whether outputs that wait for the client carry a token.
    bool resumable = false;
  };

  LiveHandshake(Connection connection, HandshakePlace place,
                std::shared_ptr<const MechanismOffer> offer, RandomSource& random)
      : connection(std::move(connection)),
        place(std::move(place)),
        handshake(std::move(offer), this->connection.policy->rules().limits,
                  {.settings = &this->connection.policy->mechanism_settings(),
                   .random = &random,
                   .channel_bindings = this->connection.bindings,
                   .peer_certificate = this->connection.peer_certificate}) {}
  LiveHandshake(const LiveHandshake&) = delete;
  LiveHandshake& operator=(const LiveHandshake&) = delete;

  const Connection connection;
  // As far as it has come at the last token.
  HandshakePlace place;
  // Who the client says it is, in prepared form; empty until it has.
  std::string authentication_id;
  // What is sent with the next output: a resumable handshake says nothing while it
  // waits for the host, since it could not go on from there elsewhere.
  std::string held;
  // Whether a lookup or a derivation is under way for it.
  bool awaits_host = false;
  // Views the connection.
  ServerHandshake handshake;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_RPC_LIVE_HANDSHAKE_H_
