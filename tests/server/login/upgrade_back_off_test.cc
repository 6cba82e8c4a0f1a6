#include "server/login/upgrade_back_off.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace sallyport::server {
namespace {

class UpgradeBackOffTest : public testing::Test {
 protected:
  bool MayTry(const std::string& store, const std::string& user) {
    return back_off_.MayTry(policy_, store, user, now_);
  }
  bool Ended(const std::string& store, const std::string& user, const absl::Status& status) {
    return back_off_.Ended(policy_, store, user, status, now_);
  }

  UpgradeBackOff back_off_;
  uint64_t policy_ = 1;
  absl::Time now_ = absl::FromUnixSeconds(1000);
};

const absl::Status kDown = absl::UnavailableError("down");

TEST_F(UpgradeBackOffTest, LetsAStoreThatIsDownAloneForAMinute) {
  ASSERT_TRUE(MayTry("a", "a/alice"));
  ASSERT_TRUE(MayTry("a", "a/bob"));
  EXPECT_TRUE(Ended("a", "a/alice", kDown));
  EXPECT_FALSE(Ended("a", "a/bob", kDown));
  EXPECT_FALSE(MayTry("a", "a/alice"));
  EXPECT_FALSE(MayTry("a", "a/carol"));
  EXPECT_TRUE(MayTry("b", "b/alice"));
  now_ += UpgradeBackOff::kOfAnOutage;
  // One finds out for all.
  EXPECT_TRUE(MayTry("a", "a/carol"));
  EXPECT_FALSE(MayTry("a", "a/alice"));
  EXPECT_FALSE(Ended("a", "a/carol", kDown));
  now_ += UpgradeBackOff::kOfAnOutage;
  EXPECT_TRUE(MayTry("a", "a/alice"));
  EXPECT_TRUE(Ended("a", "a/alice", absl::OkStatus()));
  EXPECT_TRUE(MayTry("a", "a/bob"));
  EXPECT_TRUE(Ended("a", "a/bob", kDown));
}

TEST_F(UpgradeBackOffTest, LetsAStoreThatCannotBeWrittenAloneForAnHour) {
  EXPECT_TRUE(Ended("a", "a/alice", kDown));
  EXPECT_TRUE(Ended("a", "a/alice", absl::PermissionDeniedError("read only")));
  now_ += UpgradeBackOff::kOfARefusal - absl::Seconds(1);
  EXPECT_FALSE(MayTry("a", "a/alice"));
  now_ += absl::Seconds(1);
  EXPECT_TRUE(MayTry("a", "a/alice"));
}

TEST_F(UpgradeBackOffTest, LetsAUserWhomTheStoreDoesNotTakeAloneForAnHour) {
  EXPECT_TRUE(Ended("a", "a/alice", absl::InvalidArgumentError("no")));
  EXPECT_FALSE(MayTry("a", "a/alice"));
  EXPECT_TRUE(MayTry("a", "a/bob"));
  now_ += UpgradeBackOff::kOfARefusal;
  EXPECT_TRUE(MayTry("a", "a/alice"));
}

TEST_F(UpgradeBackOffTest, BeginsAnewWithAnotherPolicy) {
  Ended("a", "a/alice", kDown);
  Ended("a", "a/bob", absl::InvalidArgumentError("no"));
  policy_ = 2;
  EXPECT_TRUE(MayTry("a", "a/alice"));
  EXPECT_TRUE(MayTry("a", "a/bob"));
  Ended("a", "a/alice", kDown);
  // A login that began under the one before.
  policy_ = 1;
  EXPECT_FALSE(MayTry("a", "a/alice"));
}

TEST_F(UpgradeBackOffTest, RemembersABoundedNumberOfUsers) {
  const auto name = [](size_t i) { return absl::StrCat("a/user", i); };
  for (size_t i = 0; i <= UpgradeBackOff::kMaxUsers; ++i) {
    Ended("a", name(i), absl::InvalidArgumentError("no"));
  }
  EXPECT_FALSE(MayTry("a", name(UpgradeBackOff::kMaxUsers - 1)));
  EXPECT_TRUE(MayTry("a", name(UpgradeBackOff::kMaxUsers)));
  // Those whose time has passed make room.
  now_ += UpgradeBackOff::kOfARefusal;
  Ended("a", "a/more", absl::InvalidArgumentError("no"));
  EXPECT_FALSE(MayTry("a", "a/more"));
}

}  // namespace
}  // namespace sallyport::server
