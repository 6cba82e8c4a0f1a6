#include "process/read_steadily.h"

#include <filesystem>
#include <fstream>
#include <string>

#include "gtest/gtest.h"

namespace sallyport::process {
namespace {

constexpr absl::Duration kStill = absl::Hours(1);

class ReadStillFileTest : public testing::Test {
 protected:
  ReadStillFileTest() { std::filesystem::remove(path_); }

  // Into the file that is there.
  void Append(const std::string& text) { std::ofstream(path_, std::ios::app) << text; }

  // The first pauses run `meanwhile`.
  absl::StatusOr<std::string> Read(absl::Duration still_for, int pauses_with_changes,
                                   const std::function<void()>& meanwhile) {
    return ReadStillFile(path_, 100, still_for, [=, this](absl::Duration wait) {
      EXPECT_EQ(wait, still_for);
      if (++pauses_ <= pauses_with_changes) meanwhile();
      return false;
    });
  }

  const std::string path_ = testing::TempDir() + "/still";
  int pauses_ = 0;
};

TEST_F(ReadStillFileTest, ReadsAFileThatIsNotFreshAtOnce) {
  Append("whole");
  EXPECT_EQ(*Read(absl::ZeroDuration(), 0, [] {}), "whole");
  EXPECT_EQ(pauses_, 0);
}

TEST_F(ReadStillFileTest, WaitsUntilNobodyWritesAnyMore) {
  Append("first half, ");
  EXPECT_EQ(*Read(kStill, 1, [this] { Append("second half"); }), "first half, second half");
  EXPECT_EQ(pauses_, 2);
}

TEST_F(ReadStillFileTest, WaitsForAFileThatIsBeingReplaced) {
  EXPECT_EQ(*Read(kStill, 1, [this] { Append("back"); }), "back");
  std::filesystem::remove(path_);
  EXPECT_EQ(Read(kStill, 0, [] {}).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(ReadStillFileTest, DoesNotTakeWhatChangesAllTheTime) {
  const auto content = Read(kStill, 100, [this] { Append("x"); });
  EXPECT_EQ(content.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_NE(content.status().message().find(path_ + ": it was changed each time"),
            std::string::npos);
}

TEST_F(ReadStillFileTest, EndsWhereNobodyWaitsAnyMore) {
  Append("fresh");
  const auto content = ReadStillFile(path_, 100, kStill, [](absl::Duration) { return true; });
  EXPECT_EQ(content.status().code(), absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace sallyport::process
