#include "client/gather_window.h"

#include <gtest/gtest.h>

namespace sallyport::client {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using Clock = GatherWindow::Clock;

constexpr auto kWindow = microseconds(200);
constexpr size_t kLive = 100;

// A window that saw inputs at an even rate for a quarter of a second, and the
// time then.
struct Loaded {
  explicit Loaded(int inputs_per_second, Clock::duration longest = kWindow) : window(longest) {
    const auto gap = std::chrono::nanoseconds(1'000'000'000 / inputs_per_second);
    const Clock::time_point end = now + milliseconds(250);
    while (now < end) window.NoteInput(now += gap);
  }
  Clock::duration Delay(size_t gathered = 1, size_t live = kLive) const {
    return window.WriteAt(now, now, gathered, live) - now;
  }
  GatherWindow window;
  Clock::time_point now{std::chrono::hours(1)};
};

TEST(GatherWindow, IsClosedOnAnIdleStream) {
  const Clock::time_point now{std::chrono::hours(1)};
  GatherWindow window(kWindow);
  window.NoteInput(now);
  EXPECT_EQ(window.WriteAt(now, now, 1, kLive), now);
}

TEST(GatherWindow, IsClosedAtAThousandHandshakesASecond) {
  // Five inputs for a handshake is more than any mechanism here needs.
  EXPECT_EQ(Loaded(5 * 1'000).Delay(), Clock::duration::zero());
}

TEST(GatherWindow, OpensUnderLoad) {
  EXPECT_EQ(Loaded(3 * 5'000).Delay(), kWindow);
  EXPECT_EQ(Loaded(3 * 20'000).Delay(), kWindow);
}

TEST(GatherWindow, RunsFromTheFirstInputOfABatch) {
  const Loaded loaded(60'000);
  const Clock::time_point first = loaded.now - microseconds(150);
  EXPECT_EQ(loaded.window.WriteAt(first, loaded.now, 1, kLive), first + kWindow);
}

TEST(GatherWindow, ClosesSoonAfterTheLoadEnds) {
  Loaded loaded(60'000);
  loaded.now += milliseconds(100);
  EXPECT_EQ(loaded.Delay(), Clock::duration::zero());
}

TEST(GatherWindow, StaysClosedForABurst) {
  Loaded loaded(1'000);
  for (int i = 0; i < 50; ++i) loaded.window.NoteInput(loaded.now);
  EXPECT_EQ(loaded.Delay(), Clock::duration::zero());
}

TEST(GatherWindow, WritesAFullBatchAtOnce) {
  EXPECT_EQ(Loaded(60'000).Delay(GatherWindow::kFullBatch, 1'000), Clock::duration::zero());
  EXPECT_EQ(Loaded(60'000).Delay(GatherWindow::kFullBatch - 1, 1'000), kWindow);
}

TEST(GatherWindow, DoesNotWaitWhenEveryHandshakeHasSpoken) {
  EXPECT_EQ(Loaded(60'000).Delay(20, 20), Clock::duration::zero());
  EXPECT_EQ(Loaded(60'000).Delay(19, 20), kWindow);
}

TEST(GatherWindow, DoesNotHoldUpAFewHandshakes) {
  EXPECT_EQ(Loaded(60'000).Delay(1, 4), Clock::duration::zero());
}

TEST(GatherWindow, ZeroTurnsItOff) {
  EXPECT_EQ(Loaded(60'000, Clock::duration::zero()).Delay(), Clock::duration::zero());
}

}  // namespace
}  // namespace sallyport::client
