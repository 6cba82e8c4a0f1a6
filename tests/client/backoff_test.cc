#include "client/backoff.h"

#include <gtest/gtest.h>

namespace sallyport::client {
namespace {

using std::chrono::milliseconds;

TEST(Backoff, DoublesUpToTheLongest) {
  Backoff backoff(milliseconds(100), milliseconds(500));
  for (int expected : {100, 200, 400, 500, 500}) {
    const auto wait = backoff.Next(0.9999999);
    EXPECT_LE(wait, milliseconds(expected));
    EXPECT_GE(wait, milliseconds(expected) - milliseconds(1));
  }
}

TEST(Backoff, SpreadsOverTheUpperHalfOfAStep) {
  EXPECT_EQ(Backoff(milliseconds(100), milliseconds(500)).Next(0), milliseconds(50));
  EXPECT_EQ(Backoff(milliseconds(100), milliseconds(500)).Next(0.5), milliseconds(75));
}

TEST(Backoff, BeginsAnewAfterReset) {
  Backoff backoff(milliseconds(100), milliseconds(500));
  backoff.Next(0);
  backoff.Next(0);
  backoff.Reset();
  EXPECT_EQ(backoff.Next(0), milliseconds(50));
}

TEST(Backoff, DoesNotOverflow) {
  Backoff backoff(std::chrono::hours(1), Backoff::Duration::max());
  for (int i = 0; i < 200; ++i) EXPECT_GT(backoff.Next(0), Backoff::Duration::zero());
}

}  // namespace
}  // namespace sallyport::client
