#include "process/file_stamp.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "gtest/gtest.h"

namespace sallyport::process {
namespace {

const std::string& Path() {
  static const auto* const path = new std::string(testing::TempDir() + "/stamped");
  return *path;
}

void Write(const std::string& text) { std::ofstream(Path()) << text; }

// A change within the same tick of the file system's clock would not show; but the stamp
// is another when the tick is over, so that the file is read once more.
TEST(FileStamp, IsAnotherOnceTheFileIsNoLongerNew) {
  Write("a");
  const std::string fresh = FileStamp(Path());
  while (FileStamp(Path()) == fresh) std::this_thread::yield();
  const std::string settled = FileStamp(Path());
  EXPECT_EQ(settled + " fresh", fresh);
  EXPECT_EQ(FileStamp(Path()), settled);
  Write("b");
  EXPECT_NE(FileStamp(Path()), settled);
}

TEST(FileStamp, TellsOfAMissingFileAndOfAnotherMode) {
  Write("a");
  const std::string stamp = FileStamp(Path());
  std::filesystem::permissions(Path(), std::filesystem::perms(0600));
  EXPECT_NE(FileStamp(Path()), stamp);
  std::filesystem::remove(Path());
  EXPECT_EQ(FileStamp(Path()), "error 2");
}

TEST(FileStamp, DoesNotSayThatTheFileIsFreshWhereNobodyAsks) {
  Write("a");
  const std::string stamp = FileStamp(Path(), absl::ZeroDuration());
  EXPECT_EQ(FileStamp(Path(), absl::Hours(1)), stamp + " fresh");
  EXPECT_EQ(FileStamp(Path(), absl::ZeroDuration()), stamp);
  EXPECT_FALSE(IsOfNoFile(stamp));
  EXPECT_TRUE(IsOfNoFile(FileStamp(Path() + "/below")));
}

}  // namespace
}  // namespace sallyport::process
