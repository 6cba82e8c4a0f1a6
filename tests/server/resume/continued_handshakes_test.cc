#include "server/resume/continued_handshakes.h"

#include <string>

#include "gtest/gtest.h"

namespace sallyport::server {
namespace {

constexpr absl::Duration kLifetime = absl::Seconds(30);
constexpr absl::Time kStart = absl::FromUnixSeconds(1'000'000);

TEST(ContinuedHandshakes, ContinuesFromAPlaceOnce) {
  ContinuedHandshakes continued(kLifetime);
  EXPECT_TRUE(continued.MayContinue("a", 0, kStart, kStart));
  EXPECT_TRUE(continued.Continue("a", 0, 1, kStart));
  EXPECT_FALSE(continued.MayContinue("a", 0, kStart, kStart));
  EXPECT_FALSE(continued.Continue("a", 0, 1, kStart));
  EXPECT_TRUE(continued.MayContinue("a", 1, kStart, kStart));
  EXPECT_TRUE(continued.Continue("a", 1, 3, kStart));
  EXPECT_FALSE(continued.MayContinue("a", 2, kStart, kStart));
  EXPECT_TRUE(continued.MayContinue("b", 0, kStart, kStart));
}

TEST(ContinuedHandshakes, RemembersForATokensLifetime) {
  for (const absl::Duration first : {absl::ZeroDuration(), kLifetime / 2, kLifetime * 0.99}) {
    ContinuedHandshakes continued(kLifetime);
    continued.Continue("old", 0, 1, kStart);
    const absl::Time at = kStart + first;
    continued.Continue("a", 0, 1, at);
    for (absl::Duration age; age < kLifetime + ContinuedHandshakes::kMaxClockSkew;
         age += absl::Seconds(1)) {
      EXPECT_FALSE(continued.MayContinue("a", 0, at, at + age)) << age;
    }
  }
}

TEST(ContinuedHandshakes, ForgetsInTheEnd) {
  ContinuedHandshakes continued(kLifetime);
  continued.Continue("a", 0, 1, kStart);
  EXPECT_TRUE(continued.MayContinue("a", 0, kStart, kStart + 3 * kLifetime));
}

TEST(ContinuedHandshakes, RefusesWhatItHadToForget) {
  ContinuedHandshakes continued(kLifetime, /*max_handshakes=*/160);
  continued.Continue("a", 0, 1, kStart);
  const absl::Time later = kStart + absl::Seconds(1);
  for (int i = 0; i < 1000; ++i) continued.Continue(std::to_string(i), 0, 1, later);
  EXPECT_FALSE(continued.MayContinue("a", 0, kStart, later));
  EXPECT_FALSE(continued.MayContinue("a", 1, kStart, later));
  // Clocks differ: what was sealed soon after may be from before.
  const absl::Time soon = later + absl::Seconds(1);
  EXPECT_FALSE(continued.MayContinue("new", 0, soon, soon));
  const absl::Time behind = later + 2 * ContinuedHandshakes::kMaxClockSkew;
  EXPECT_TRUE(continued.MayContinue("new", 0, behind, behind));
}

}  // namespace
}  // namespace sallyport::server
