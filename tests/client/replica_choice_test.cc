#include "client/replica_choice.h"

#include <gtest/gtest.h>

#include <set>

namespace sallyport::client {
namespace {

using Clock = ReplicaChoice::Clock;
constexpr Clock::time_point kNow = Clock::time_point(std::chrono::hours(1));

std::set<std::string> PickAll(ReplicaChoice& choice, int count, double random) {
  std::set<std::string> picked;
  for (int i = 0; i < count; ++i) picked.insert(*choice.Pick(kNow, random));
  return picked;
}

TEST(ReplicaChoice, KnowsNoneAtFirst) {
  ReplicaChoice choice;
  EXPECT_TRUE(choice.empty());
  EXPECT_FALSE(choice.Pick(kNow, 0));
}

TEST(ReplicaChoice, GivesEachAStreamBeforeOneHasTwo) {
  for (const double random : {0.0, 0.5, 0.999, 1.0}) {
    ReplicaChoice choice;
    choice.Update({"a", "b", "c"});
    EXPECT_EQ(PickAll(choice, 3, random).size(), 3u);
    EXPECT_EQ(PickAll(choice, 3, random).size(), 3u);
  }
}

TEST(ReplicaChoice, LetsChanceDecideBetweenEquals) {
  std::set<std::string> first;
  for (const double random : {0.1, 0.5, 0.9}) {
    ReplicaChoice choice;
    choice.Update({"a", "b", "c"});
    first.insert(*choice.Pick(kNow, random));
  }
  EXPECT_EQ(first.size(), 3u);
}

TEST(ReplicaChoice, CountsAStreamUntilItIsReleased) {
  ReplicaChoice choice;
  choice.Update({"a", "b"});
  EXPECT_EQ(choice.Pick(kNow, 0), "a");
  choice.Release("a");
  EXPECT_EQ(choice.Pick(kNow, 0), "a");
  EXPECT_EQ(choice.Pick(kNow, 0), "b");
}

TEST(ReplicaChoice, ShunsOneThatFailedWhileThereIsAnother) {
  ReplicaChoice choice;
  choice.Update({"a", "b"});
  choice.Shun("a", kNow);
  EXPECT_TRUE(choice.HasUnshunned(kNow));
  EXPECT_EQ(PickAll(choice, 4, 0), std::set<std::string>{"b"});
  choice.Shun("b", kNow + std::chrono::seconds(1));
  EXPECT_FALSE(choice.HasUnshunned(kNow));
  // The one whose failure is longer ago.
  EXPECT_EQ(choice.Pick(kNow, 0), "a");
  choice.Forgive("b");
  EXPECT_EQ(choice.Pick(kNow, 0), "b");
}

TEST(ReplicaChoice, ForgetsAFailureInTime) {
  ReplicaChoice choice;
  choice.Update({"a"});
  choice.Shun("a", kNow);
  EXPECT_FALSE(choice.HasUnshunned(kNow + std::chrono::seconds(9)));
  EXPECT_TRUE(choice.HasUnshunned(kNow + std::chrono::seconds(10)));
}

TEST(ReplicaChoice, ChoosesAmongThoseOfTheLastUpdate) {
  ReplicaChoice choice;
  choice.Update({"a"});
  EXPECT_EQ(choice.Pick(kNow, 0), "a");
  choice.Update({"b"});
  EXPECT_EQ(PickAll(choice, 3, 0), std::set<std::string>{"b"});
  choice.Release("a");
  choice.Update({"a", "b"});
  EXPECT_EQ(choice.Pick(kNow, 0), "a");
}

}  // namespace
}  // namespace sallyport::client
