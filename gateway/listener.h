#ifndef SALLYPORT_GATEWAY_LISTENER_H_
#define SALLYPORT_GATEWAY_LISTENER_H_

// Accepts clients on one address and deals them out to the event loops in turn.
// Where the connection limit is reached a client is closed at once; where the
// system cannot give a socket (EMFILE and its like) accepting pauses for a
// moment and goes on. Both are logged at most once a second. Lives on one loop.

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "asio/ip/tcp.hpp"
#include "asio/steady_timer.hpp"
#include "gateway/client_connection.h"
#include "gateway/connection_limits.h"
#include "gateway/event_loop.h"

namespace sallyport::gateway {

class Listener {
 public:
  // Open binds and listens; it does not accept yet. `context`, `limits` and the
  // loops must outlive the listener; it accepts on the first loop. Fails with
  // Unavailable where the address cannot be had.
  static absl::StatusOr<std::unique_ptr<Listener>> Open(
      const ClientContext& context, ConnectionLimits& limits,
      std::vector<std::unique_ptr<EventLoop>>& loops);

  // address is where it really listens: the port is never 0.
  Endpoint address() const { return address_; }
  const ClientContext& context() const { return context_; }

  // Accept begins. On the first loop's thread, or before that runs.
  void Accept();

  // Close stops accepting. On the first loop's thread.
  void Close();

 private:
  // RarelyLogged counts an event and says, at most once a second, that it is to be logged.
  class RarelyLogged {
   public:
    // Count is how often it happened since the last line, when a line is due.
    std::optional<uint64_t> Count();

   private:
    uint64_t unlogged_ = 0;
    absl::Time next_ = absl::InfinitePast();
  };

  Listener(const ClientContext& context, ConnectionLimits& limits,
           std::vector<std::unique_ptr<EventLoop>>& loops);

  void OnAccept(EventLoop& loop, const asio::error_code& error, asio::ip::tcp::socket socket);
  void Pause(const asio::error_code& error);

  const ClientContext& context_;
  ConnectionLimits& limits_;
  std::vector<std::unique_ptr<EventLoop>>& loops_;
  size_t next_loop_ = 0;
  Endpoint address_;
  asio::ip::tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  RarelyLogged refused_;
  RarelyLogged failed_;
};

}  // namespace sallyport::gateway

#endif  // SALLYPORT_GATEWAY_LISTENER_H_
