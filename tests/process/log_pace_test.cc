#include "process/log_pace.h"

#include "gtest/gtest.h"

namespace sallyport::process {
namespace {

TEST(LogPace, LetsOneLineThroughAPeriodAndCountsTheOthers) {
  LogPace pace(absl::Seconds(1));
  const absl::Time start = absl::UnixEpoch();
  EXPECT_EQ(pace.Next(start), 0u);
  EXPECT_EQ(pace.Next(start), std::nullopt);
  EXPECT_EQ(pace.Next(start + absl::Milliseconds(999)), std::nullopt);
  EXPECT_EQ(pace.Next(start + absl::Seconds(1)), 2u);
  EXPECT_EQ(pace.Next(start + absl::Seconds(1)), std::nullopt);
}

TEST(LogPace, GoesOnWhereTheClockIsSetBack) {
  LogPace pace(absl::Seconds(1));
  const absl::Time start = absl::UnixEpoch();
  EXPECT_EQ(pace.Next(start), 0u);
  EXPECT_EQ(pace.Next(start - absl::Hours(1)), 0u);
}

}  // namespace
}  // namespace sallyport::process
