#ifndef SALLYPORT_CLIENT_GATHER_WINDOW_H_
#define SALLYPORT_CLIENT_GATHER_WINDOW_H_

// When a stream writes what it has gathered. A gRPC message costs both sides
// far more than what it carries, so a busy stream waits a moment for more; a
// quiet one writes at once, since waiting would only add latency. The window
// opens when the inputs of the last few milliseconds let one expect that more
// will come within it. Pure: the clock is handed in. Not thread-safe.

#include <chrono>
#include <cstddef>

namespace sallyport::client {

class GatherWindow {
 public:
  using Clock = std::chrono::steady_clock;

  // A batch of this many inputs is written without waiting for more: a larger
  // one saves next to nothing.
  static constexpr size_t kFullBatch = 256;

  // `longest` is the longest that an input waits for others; zero: never.
  explicit GatherWindow(Clock::duration longest) : longest_(longest) {}

  // NoteInput counts an input that came at `now`.
  void NoteInput(Clock::time_point now);

  // WriteAt is when to write a batch of `gathered` inputs, of which the first
  // came at `first_input`, on a stream with `live` handshakes: a time that is
  // not after `now` says at once.
  Clock::time_point WriteAt(Clock::time_point first_input, Clock::time_point now, size_t gathered,
                            size_t live) const;

 private:
  // Inputs of the recent past, those of long ago counting less.
  double RecentInputs(Clock::time_point now) const;

  const Clock::duration longest_;
  double recent_ = 0;
  Clock::time_point counted_at_{};
};

}  // namespace sallyport::client

#endif  // SALLYPORT_CLIENT_GATHER_WINDOW_H_
