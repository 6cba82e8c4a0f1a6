#include "client/timer_thread.h"

#include <gtest/gtest.h>

#include <vector>

#include "absl/synchronization/notification.h"

namespace sallyport::client {
namespace {

using Clock = TimerThread::Clock;
using std::chrono::milliseconds;

TEST(TimerThread, RunsTasksInTheOrderOfTheirTimes) {
  std::vector<int> order;
  absl::Notification done;
  TimerThread timer;
  const Clock::time_point now = Clock::now();
  timer.RunAt(now + milliseconds(20), [&] {
    order.push_back(3);
    done.Notify();
  });
  timer.RunAt(now + milliseconds(10), [&] { order.push_back(1); });
  timer.RunAt(now + milliseconds(10), [&] { order.push_back(2); });
  ASSERT_TRUE(done.WaitForNotificationWithTimeout(absl::Seconds(30)));
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

TEST(TimerThread, RunsNothingEarly) {
  absl::Notification done;
  TimerThread timer;
  const Clock::time_point when = Clock::now() + milliseconds(5);
  Clock::time_point ran;
  timer.RunAt(when, [&] {
    ran = Clock::now();
    done.Notify();
  });
  ASSERT_TRUE(done.WaitForNotificationWithTimeout(absl::Seconds(30)));
  EXPECT_GE(ran, when);
}

TEST(TimerThread, ATaskMayGiveAnother) {
  absl::Notification done;
  TimerThread timer;
  timer.RunSoon([&] { timer.RunSoon([&] { done.Notify(); }); });
  EXPECT_TRUE(done.WaitForNotificationWithTimeout(absl::Seconds(30)));
}

TEST(TimerThread, StopWaitsForTheRunningTaskAndDropsTheRest) {
  absl::Notification running;
  absl::Notification go_on;
  bool finished = false;
  bool dropped_ran = false;
  auto kept = std::make_shared<int>(0);
  TimerThread timer;
  timer.RunSoon([&] {
    running.Notify();
    go_on.WaitForNotification();
    finished = true;
  });
  running.WaitForNotification();
  timer.RunAt(Clock::now() + std::chrono::hours(1), [&dropped_ran, kept] { dropped_ran = true; });
  EXPECT_EQ(kept.use_count(), 2);
  go_on.Notify();
  timer.Stop();
  EXPECT_TRUE(finished);
  EXPECT_FALSE(dropped_ran);
  EXPECT_EQ(kept.use_count(), 1);
  timer.RunSoon([&] { dropped_ran = true; });
  EXPECT_FALSE(dropped_ran);
}

}  // namespace
}  // namespace sallyport::client
