#ifndef SALLYPORT_SERVER_RPC_LIVE_HANDSHAKE_H_
#define SALLYPORT_SERVER_RPC_LIVE_HANDSHAKE_H_

// One connection's handshake, with what it must keep of its connection while it
// runs. Not thread-safe; not movable, since the handshake views its neighbours.

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include "core/handshake/server_handshake.h"
#include "server/login/admission.h"

namespace sallyport::server {

class LiveHandshake {
 public:
  using Clock = std::chrono::steady_clock;

  LiveHandshake(uint64_t connection_id, Clock::time_point opened_at, AdmittedConnection connection,
                HandshakePlace place, RandomSource& random)
      : connection_id(connection_id),
        opened_at(opened_at),
        connection(std::move(connection)),
        place(std::move(place)),
        judge(this->connection),
        handshake(this->connection.offer, this->connection.party.scope.login->limits(),
                  this->connection.MechanismContext(random), &judge) {}
  LiveHandshake(const LiveHandshake&) = delete;
  LiveHandshake& operator=(const LiveHandshake&) = delete;

  const uint64_t connection_id;
  const Clock::time_point opened_at;
  AdmittedConnection connection;
  // As far as it has come at the last token.
  HandshakePlace place;
  // Who the client says it is, in prepared form; empty until it has.
  std::string authentication_id;
  // What is sent with the next output: a resumable handshake says nothing while it
  // waits for the host, since it could not go on from there elsewhere.
  std::string held;
  // Whether a lookup or a derivation is under way for it.
  bool awaits_host = false;
  // Whether that is of a store.
  bool awaits_store = false;
  // View the connection.
  ConnectionJudge judge;
  ServerHandshake handshake;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_RPC_LIVE_HANDSHAKE_H_
