#ifndef SALLYPORT_SERVER_LOGIN_HANDSHAKE_LOG_H_
#define SALLYPORT_SERVER_LOGIN_HANDSHAKE_LOG_H_

// One log line for each handshake that ends: who, from where, by which mechanism
// and, where it failed, why. Never a secret, never raw bytes of the client's.

#include <chrono>
#include <string_view>

#include "core/handshake/server_handshake.h"

namespace sallyport::server {

struct HandshakeRecord {
  std::string_view id;
  std::string_view listener;
  std::string_view remote_address;
  // Empty where the client chose none.
  std::string_view mechanism;
  // Who the client said it is; empty where it did not come to that.
  std::string_view authentication_id;
  // What the client named in sasl-init.
  std::string_view hostname;
  std::chrono::steady_clock::duration duration = {};
  const HandshakeOutcome& outcome;
};

// LogHandshake writes the line: an info where the client or nobody is at fault,
// a warning where the code says that something of ours is. Thread-safe.
void LogHandshake(const HandshakeRecord& record);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_LOGIN_HANDSHAKE_LOG_H_
