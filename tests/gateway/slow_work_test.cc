#include "gateway/slow_work.h"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <thread>

namespace sallyport::gateway {
namespace {

struct Owner {
  std::string heard;
};

TEST(SlowWork, WorksElsewhereAndAnswersOnTheContext) {
  asio::io_context context;
  auto pool = SlowWork::Start(1);
  ASSERT_TRUE(pool.ok()) << pool.status();
  const auto work = asio::make_work_guard(context);
  const auto owner = std::make_shared<Owner>();
  std::thread::id worker;
  std::thread::id answered;
  (*pool)->Do(
      context, std::weak_ptr<Owner>(owner),
      [&worker] {
        worker = std::this_thread::get_id();
        return std::string("done");
      },
      [&](Owner& self, std::string result) {
        answered = std::this_thread::get_id();
        self.heard = std::move(result);
        context.stop();
      });
  context.run();
  EXPECT_EQ(owner->heard, "done");
  EXPECT_EQ(answered, std::this_thread::get_id());
  EXPECT_NE(worker, std::this_thread::get_id());
}

TEST(SlowWork, DoesNotBeginWhatNobodyWaitsForAnyMore) {
  asio::io_context context;
  auto pool = SlowWork::Start(1);
  ASSERT_TRUE(pool.ok()) << pool.status();
  std::promise<void> begun;
  std::promise<void> release;
  std::promise<void> last;
  const auto owner = std::make_shared<Owner>();
  auto gone = std::make_shared<Owner>();
  const auto ignore = [](Owner&, int) {};
  bool ran = false;
  (*pool)->Do(
      context, std::weak_ptr<Owner>(owner),
      [&] {
        begun.set_value();
        release.get_future().wait();
        return 0;
      },
      ignore);
  (*pool)->Do(
      context, std::weak_ptr<Owner>(gone), [&ran] { return ran = true, 0; }, ignore);
  (*pool)->Do(
      context, std::weak_ptr<Owner>(owner), [&last] { return last.set_value(), 0; }, ignore);
  begun.get_future().wait();
  gone.reset();
  release.set_value();
  last.get_future().wait();
  EXPECT_FALSE(ran);
}

TEST(SlowWork, EndsWithAnswersThatNobodyHeard) {
  asio::io_context context;
  const auto owner = std::make_shared<Owner>();
  {
    auto pool = SlowWork::Start(2);
    ASSERT_TRUE(pool.ok()) << pool.status();
    for (int i = 0; i < 100; ++i) {
      (*pool)->Do(
          context, std::weak_ptr<Owner>(owner), [] { return 0; },
          [](Owner& self, int) { self.heard = "heard"; });
    }
  }
  EXPECT_EQ(owner->heard, "");
}

}  // namespace
}  // namespace sallyport::gateway
