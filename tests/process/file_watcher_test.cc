#include "process/file_watcher.h"

#include <stdio.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "gtest/gtest.h"

namespace sallyport::process {
namespace {

class FileWatcherTest : public testing::Test {
 protected:
  FileWatcherTest() {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }

  void Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ + "/" + name) << text;
  }

  // Waits for a call that sees `text` in the file.
  bool WaitFor(const std::string& text) {
    absl::MutexLock lock(&mutex_);
    const auto seen = [&] { return seen_ == text; };
    return mutex_.AwaitWithTimeout(absl::Condition(&seen), absl::Seconds(20));
  }

  void Note(const std::string& path) {
    std::string text;
    std::getline(std::ifstream(path), text);
    absl::MutexLock lock(&mutex_);
    seen_ = text;
  }

  const std::string folder_ = testing::TempDir() + "/watched";
  absl::Mutex mutex_;
  std::string seen_;
};

TEST_F(FileWatcherTest, NoticesEveryWayOfChangingAFile) {
  const std::string path = folder_ + "/file";
  FileWatcher watcher(path, absl::Milliseconds(2), [&] { Note(path); });
  Write("file", "created");
  EXPECT_TRUE(WaitFor("created"));
  Write("file", "written");
  EXPECT_TRUE(WaitFor("written"));
  Write("new", "renamed");
  ASSERT_EQ(rename((folder_ + "/new").c_str(), path.c_str()), 0);
  EXPECT_TRUE(WaitFor("renamed"));
  std::filesystem::remove(path);
  Write("file", "back");
  EXPECT_TRUE(WaitFor("back"));
}

TEST_F(FileWatcherTest, NoticesASwappedLinkOnTheWay) {
  std::filesystem::create_directories(folder_ + "/1");
  std::filesystem::create_directories(folder_ + "/2");
  Write("1/file", "one");
  Write("2/file", "two");
  ASSERT_EQ(symlink("1", (folder_ + "/data").c_str()), 0);
  const std::string path = folder_ + "/data/file";
  FileWatcher watcher(path, absl::Milliseconds(2), [&] { Note(path); });
  EXPECT_TRUE(WaitFor("one"));
  ASSERT_EQ(symlink("2", (folder_ + "/next").c_str()), 0);
  ASSERT_EQ(rename((folder_ + "/next").c_str(), (folder_ + "/data").c_str()), 0);
  EXPECT_TRUE(WaitFor("two"));
}

}  // namespace
}  // namespace sallyport::process
