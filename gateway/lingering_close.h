#ifndef SALLYPORT_GATEWAY_LINGERING_CLOSE_H_
#define SALLYPORT_GATEWAY_LINGERING_CLOSE_H_

// Closes a client's connection so that the client reads our last words: they
// are written, our side is ended, and what the client still sends is dropped,
// until it closes or a short time has passed. A close with unread bytes would
// reset the connection, and the reset could overtake the sasl-outcome. Lives on
// one loop; holds itself alive.

#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "asio/steady_timer.hpp"
#include "gateway/event_loop.h"
#include "gateway/transport.h"

namespace sallyport::gateway {

// kLingerLimit bounds how long a close may take.
inline constexpr absl::Duration kLingerLimit = absl::Seconds(2);

class LingeringClose : public Connection, public std::enable_shared_from_this<LingeringClose> {
 public:
  // Start writes `last_words`, if any. `on_closed` is called once the socket is closed.
  static void Start(EventLoop& loop, std::unique_ptr<Transport> transport, std::string last_words,
                    absl::AnyInvocable<void()> on_closed);

  void Abort() override;

 private:
  LingeringClose(EventLoop& loop, std::unique_ptr<Transport> transport, std::string last_words,
                 absl::AnyInvocable<void()> on_closed);

  void Advance();
  IoStatus Step();

  std::unique_ptr<Transport> transport_;
  std::string to_send_;
  size_t sent_ = 0;
  bool shut_down_ = false;
  bool closed_ = false;
  asio::steady_timer timer_;
  absl::AnyInvocable<void()> on_closed_;
};

}  // namespace sallyport::gateway

#endif  // SALLYPORT_GATEWAY_LINGERING_CLOSE_H_
