#include "process/backoff.h"

#include "gtest/gtest.h"

namespace sallyport::process {
namespace {

TEST(Backoff, GrowsToItsBoundWithJitterAndBeginsAnew) {
  Backoff backoff(absl::Seconds(1), absl::Seconds(5));
  for (int round = 0; round < 2; ++round) {
    for (const int seconds : {1, 2, 4, 5, 5, 5}) {
      const absl::Duration wait = backoff.Next();
      EXPECT_GE(wait, absl::Seconds(seconds) / 2);
      EXPECT_LE(wait, absl::Seconds(seconds));
    }
    backoff.Reset();
  }
}

TEST(Backoff, DiffersBetweenReplicas) {
  Backoff one(absl::Seconds(1), absl::Seconds(1)), other(absl::Seconds(1), absl::Seconds(1));
  bool differ = false;
  for (int i = 0; i < 20; ++i) differ |= one.Next() != other.Next();
  EXPECT_TRUE(differ);
}

}  // namespace
}  // namespace sallyport::process
