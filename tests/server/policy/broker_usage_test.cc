#include "server/policy/broker_usage.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <utility>
#include <vector>

namespace sallyport::server {
namespace {

using Clock = BrokerUsage::Clock;
using Kind = BrokerUsage::Kind;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Clock::time_point kNow = Clock::time_point(std::chrono::hours(1));

// How many of `attempts` handshakes may begin at `now`.
int Begin(BrokerUsage& usage, const policy::BrokerQuotas& quotas, Clock::time_point now,
          int attempts) {
  int begun = 0;
  for (int i = 0; i < attempts; ++i) begun += usage.MayBegin(quotas, now) ? 1 : 0;
  return begun;
}

TEST(BrokerUsage, CountsALeaseForAsLongAsItLives) {
  const auto usage = std::make_shared<BrokerUsage>();
  {
    auto first = BrokerUsage::TryHold(usage, Kind::kStream, 2);
    ASSERT_TRUE(first);
    BrokerUsage::Lease moved = *std::move(first);
    const BrokerUsage::Lease second = BrokerUsage::Hold(usage, Kind::kStream);
    EXPECT_EQ(usage->live(Kind::kStream), 2u);
    EXPECT_EQ(usage->live(Kind::kHandshake), 0u);
    moved = BrokerUsage::Lease();
    EXPECT_EQ(usage->live(Kind::kStream), 1u);
  }
  EXPECT_EQ(usage->live(Kind::kStream), 0u);
  EXPECT_EQ(usage.use_count(), 1);
}

TEST(BrokerUsage, HoldsNoMoreThanTheLimit) {
  const auto usage = std::make_shared<BrokerUsage>();
  auto first = BrokerUsage::TryHold(usage, Kind::kHandshake, 1);
  EXPECT_TRUE(first);
  EXPECT_FALSE(BrokerUsage::TryHold(usage, Kind::kHandshake, 1));
  EXPECT_TRUE(BrokerUsage::TryHold(usage, Kind::kStream, 1));
  EXPECT_TRUE(BrokerUsage::TryHold(usage, Kind::kHandshake, 0)) << "no limit";
  EXPECT_EQ(usage->refused(Kind::kHandshake), 1u);
  EXPECT_EQ(usage->live(Kind::kHandshake), 1u);
  first.reset();
  EXPECT_TRUE(BrokerUsage::TryHold(usage, Kind::kHandshake, 1));
}

TEST(BrokerUsage, LetsABurstBeginAndThenKeepsToTheRate) {
  BrokerUsage usage;
  const policy::BrokerQuotas quotas = {.handshakes_per_second = 10, .burst = 5};
  EXPECT_EQ(Begin(usage, quotas, kNow, 20), 5);
  EXPECT_EQ(usage.refused_by_rate(), 15u);
  EXPECT_EQ(Begin(usage, quotas, kNow + milliseconds(99), 20), 0);
  EXPECT_EQ(Begin(usage, quotas, kNow + milliseconds(100), 20), 1);
  EXPECT_EQ(Begin(usage, quotas, kNow + milliseconds(300), 20), 2);
  // A long pause earns a burst, and no more.
  EXPECT_EQ(Begin(usage, quotas, kNow + seconds(3600), 20), 5);
}

TEST(BrokerUsage, LetsAllBeginWhereThereIsNoRate) {
  BrokerUsage usage;
  EXPECT_EQ(Begin(usage, {}, kNow, 1000), 1000);
}

TEST(BrokerUsage, ASlowRateIsForgottenOnceAFasterOneHolds) {
  BrokerUsage usage;
  EXPECT_EQ(Begin(usage, {.handshakes_per_second = 1, .burst = 1000}, kNow, 2000), 1000);
  const policy::BrokerQuotas faster = {.handshakes_per_second = 1000, .burst = 1000};
  EXPECT_EQ(Begin(usage, faster, kNow, 1), 0);
  EXPECT_EQ(Begin(usage, faster, kNow + seconds(1), 2000), 1000);
}

TEST(BrokerUsage, LetsNoMoreBeginWhereManyThreadsTry) {
  BrokerUsage usage;
  std::atomic<int> begun = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      begun += Begin(usage, {.handshakes_per_second = 100, .burst = 1000}, kNow, 10'000);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(begun, 1000);
  EXPECT_EQ(usage.refused_by_rate(), 39'000u);
}

TEST(BrokerUsages, KeepsABrokersNumbersForAsLongAsSomebodyHoldsThem) {
  BrokerUsages usages;
  std::shared_ptr<BrokerUsage> edge = usages.Of("edge");
  EXPECT_EQ(usages.Of("edge"), edge);
  EXPECT_NE(usages.Of("other"), edge);
  auto lease = BrokerUsage::TryHold(edge, Kind::kStream, 0);
  edge.reset();
  ASSERT_EQ(usages.Report().size(), 1u);
  EXPECT_EQ(usages.Report()[0].broker, "edge");
  EXPECT_EQ(usages.Report()[0].streams, 1u);
  lease.reset();
  EXPECT_TRUE(usages.Report().empty());
}

}  // namespace
}  // namespace sallyport::server
