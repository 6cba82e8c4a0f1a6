#include "server/stores/webhook/circuit_breaker.h"

#include <gtest/gtest.h>

namespace sallyport::server {
namespace {

using std::chrono::seconds;
using State = CircuitBreaker::State;

class CircuitBreakerTest : public testing::Test {
 protected:
  void Fail(int times) {
    for (int i = 0; i < times; ++i) breaker_.Failed(*breaker_.Ask(now_), now_);
  }

  CircuitBreaker::Time now_;
  CircuitBreaker breaker_{3, seconds(10)};
};

TEST_F(CircuitBreakerTest, LetsRequestsThroughUntilThatManyFailInARow) {
  Fail(2);
  breaker_.Succeeded(*breaker_.Ask(now_));
  Fail(2);
  EXPECT_EQ(breaker_.state(), State::kClosed);
  ASSERT_TRUE(breaker_.Ask(now_).has_value());
  Fail(1);
  EXPECT_EQ(breaker_.state(), State::kOpen);
  EXPECT_FALSE(breaker_.Ask(now_).has_value());
  EXPECT_FALSE(breaker_.Ask(now_ + seconds(10) - std::chrono::nanoseconds(1)).has_value());
}

TEST_F(CircuitBreakerTest, LetsOneRequestTryAgain) {
  Fail(3);
  now_ += seconds(10);
  const auto probe = breaker_.Ask(now_);
  ASSERT_TRUE(probe.has_value());
  EXPECT_EQ(breaker_.state(), State::kHalfOpen);
  EXPECT_FALSE(breaker_.Ask(now_).has_value());
  EXPECT_FALSE(breaker_.Ask(now_ + seconds(100)).has_value());
  breaker_.Succeeded(*probe);
  EXPECT_EQ(breaker_.state(), State::kClosed);
  // What was before counts no more.
  Fail(2);
  EXPECT_TRUE(breaker_.Ask(now_).has_value());
}

TEST_F(CircuitBreakerTest, StaysOpenAsLongAgainWhereThatFails) {
  Fail(3);
  now_ += seconds(10);
  Fail(1);
  EXPECT_EQ(breaker_.state(), State::kOpen);
  EXPECT_FALSE(breaker_.Ask(now_ + seconds(9)).has_value());
  EXPECT_TRUE(breaker_.Ask(now_ + seconds(10)).has_value());
}

TEST_F(CircuitBreakerTest, LetsAnotherTryWhereTheFirstWasAbandoned) {
  Fail(3);
  now_ += seconds(10);
  breaker_.Abandoned(*breaker_.Ask(now_));
  EXPECT_EQ(breaker_.state(), State::kOpen);
  EXPECT_TRUE(breaker_.Ask(now_).has_value());
  EXPECT_FALSE(breaker_.Ask(now_).has_value());
}

TEST_F(CircuitBreakerTest, DoesNotCountAnAbandonedRequestAsAFailure) {
  Fail(2);
  breaker_.Abandoned(*breaker_.Ask(now_));
  EXPECT_EQ(breaker_.state(), State::kClosed);
}

TEST_F(CircuitBreakerTest, ForgetsRequestsFromBeforeAChange) {
  const auto slow = breaker_.Ask(now_);
  const auto slower = breaker_.Ask(now_);
  Fail(3);
  // Neither closes it, nor keeps it open for longer.
  breaker_.Succeeded(*slow);
  EXPECT_EQ(breaker_.state(), State::kOpen);
  now_ += seconds(10);
  breaker_.Failed(*slower, now_);
  const auto probe = breaker_.Ask(now_);
  ASSERT_TRUE(probe.has_value());
  breaker_.Succeeded(*slow);
  EXPECT_EQ(breaker_.state(), State::kHalfOpen);
  breaker_.Failed(*slower, now_);
  EXPECT_EQ(breaker_.state(), State::kHalfOpen);
  breaker_.Succeeded(*probe);
  Fail(2);
  breaker_.Failed(*slower, now_);
  EXPECT_EQ(breaker_.state(), State::kClosed);
}

}  // namespace
}  // namespace sallyport::server
