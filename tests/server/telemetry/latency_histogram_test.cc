#include "server/telemetry/latency_histogram.h"

#include <gtest/gtest.h>

#include <numeric>
#include <thread>
#include <vector>

namespace sallyport::server {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

uint64_t Total(const LatencyHistogram::Counts& counts) {
  return std::accumulate(counts.buckets.begin(), counts.buckets.end(), uint64_t{0});
}

TEST(LatencyHistogram, CountsADurationInTheFirstBucketThatHoldsIt) {
  LatencyHistogram histogram;
  histogram.Observe(nanoseconds(0));
  histogram.Observe(microseconds(10));
  histogram.Observe(microseconds(10) + nanoseconds(1));
  histogram.Observe(seconds(30));
  histogram.Observe(seconds(31));
  const auto counts = histogram.Read();
  EXPECT_EQ(counts.buckets[0], 2u);
  EXPECT_EQ(counts.buckets[1], 1u);
  EXPECT_EQ(counts.buckets[LatencyHistogram::kBounds.size() - 1], 1u);
  EXPECT_EQ(counts.buckets[LatencyHistogram::kBounds.size()], 1u);
  EXPECT_EQ(Total(counts), 5u);
  EXPECT_NEAR(counts.sum_seconds, 61.00002, 1e-6);
}

TEST(LatencyHistogram, TakesAClockThatWentBackForNoTime) {
  LatencyHistogram histogram;
  histogram.Observe(milliseconds(-5));
  const auto counts = histogram.Read();
  EXPECT_EQ(counts.buckets[0], 1u);
  EXPECT_EQ(counts.sum_seconds, 0);
}

TEST(LatencyHistogram, LosesNothingOfManyThreads) {
  LatencyHistogram histogram;
  std::vector<std::thread> threads;
  // More than there are shards.
  for (int i = 0; i < 40; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 1000; ++j) histogram.Observe(milliseconds(1));
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto counts = histogram.Read();
  EXPECT_EQ(Total(counts), 40'000u);
  EXPECT_NEAR(counts.sum_seconds, 40, 1e-6);
}

}  // namespace
}  // namespace sallyport::server
