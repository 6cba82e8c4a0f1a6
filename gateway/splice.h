#ifndef SALLYPORT_GATEWAY_SPLICE_H_
#define SALLYPORT_GATEWAY_SPLICE_H_

// Carries bytes between a client and the broker, both ways, until both are done.
// Bytes are read into the loop's scratch buffer and written from there: only
// what a slow receiver does not take is copied and kept, at most
// EventLoop::kScratchSize for each direction, and its sender is not read from
// until it is gone. An idle splice holds no buffer: 1.1 KiB of heap, sockets included, and
// for each side with TLS 14 KiB more, which are OpenSSL's. The end of one direction is
// passed on, and the other may go on for kHalfClosedLimit. Lives on one loop;
// holds itself alive while it waits.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "asio/steady_timer.hpp"
#include "gateway/event_loop.h"
#include "gateway/transport.h"

namespace sallyport::gateway {

// kHalfClosedLimit is how long one direction may outlive the other: a peer that
// was told of the end and does not close is not kept for ever.
inline constexpr absl::Duration kHalfClosedLimit = absl::Minutes(2);

// SpliceSide is one end, and bytes that are already there to be sent to it.
struct SpliceSide {
  std::unique_ptr<Transport> transport;
  std::string to_send;
};

// SpliceEnd tells how it went.
struct SpliceEnd {
  uint64_t bytes_from_client = 0;
  uint64_t bytes_from_broker = 0;
  // Empty where both sides ended in good order; else a sentence for the log.
  std::string error;
};

class Splice : public Connection, public std::enable_shared_from_this<Splice> {
 public:
  using OnEnd = absl::AnyInvocable<void(const SpliceEnd&)>;

  // Start begins at once. `on_end` is called once, on the loop; the transports
  // are closed by then.
  static std::shared_ptr<Splice> Start(EventLoop& loop, SpliceSide client, SpliceSide broker,
                                       OnEnd on_end);

  void Abort() override;

  // buffered is how many bytes were read and not yet written, both ways.
  size_t buffered() const;

 private:
  struct Direction {
    const char* reader = "";
    const char* writer = "";
    Transport* from = nullptr;
    Transport* to = nullptr;
    std::string pending;
    size_t pending_at = 0;
    uint64_t bytes = 0;
    bool source_ended = false;
    bool finished = false;
  };

  Splice(EventLoop& loop, SpliceSide client, SpliceSide broker, OnEnd on_end);

  void Pump(Direction& direction);
  bool Flush(Direction& direction);
  bool ReadAndForward(Direction& direction);
  bool Forward(Direction& direction, std::string_view bytes);
  bool Finish(Direction& direction);
  bool WaitFor(Direction& direction, Transport& transport, IoStatus status);
  bool Fail(const char* who, const Transport& transport);
  void LimitHalfClosed();
  void End(std::string error);

  std::unique_ptr<Transport> client_;
  std::unique_ptr<Transport> broker_;
  Direction from_client_;
  Direction from_broker_;
  std::optional<asio::steady_timer> half_closed_timer_;
  OnEnd on_end_;
  bool ended_ = false;
};

}  // namespace sallyport::gateway

#endif  // SALLYPORT_GATEWAY_SPLICE_H_
