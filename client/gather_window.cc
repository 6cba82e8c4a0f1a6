#include "client/gather_window.h"

#include <cmath>

namespace sallyport::client {
namespace {

// Over how long inputs are counted: long enough that a burst of one moment does
// not pass for load, short enough that the window closes soon after it.
constexpr std::chrono::duration<double> kMemory = std::chrono::milliseconds(20);

// The inputs to expect within a window for it to be worth its latency. With
// 200 us: a window from 7,500 inputs a second on, well over what 1,000
// handshakes a second send.
constexpr double kWorthwhileInputs = 1.5;

// With fewer handshakes on a stream, each mostly waits for its own answer, and
// gathering would hold up the very one that could bring the next input.
constexpr size_t kFewHandshakes = 4;

}  // namespace

double GatherWindow::RecentInputs(Clock::time_point now) const {
  if (now <= counted_at_) return recent_;
  const std::chrono::duration<double> elapsed = now - counted_at_;
  return recent_ * std::exp(-(elapsed / kMemory));
}

void GatherWindow::NoteInput(Clock::time_point now) {
  if (longest_ == Clock::duration::zero()) return;
  recent_ = RecentInputs(now) + 1;
  counted_at_ = now;
}

GatherWindow::Clock::time_point GatherWindow::WriteAt(Clock::time_point first_input,
                                                      Clock::time_point now, size_t gathered,
                                                      size_t live) const {
  // Once each live handshake has said something, only a new one could add to
  // the batch.
  if (live <= kFewHandshakes || gathered >= live || gathered >= kFullBatch) return first_input;
  const double expected = RecentInputs(now) * (longest_ / kMemory);
  if (expected < kWorthwhileInputs) return first_input;
  return first_input + longest_;
}

}  // namespace sallyport::client
