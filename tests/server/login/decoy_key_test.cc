#include "server/login/decoy_key.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"

namespace sallyport::server {
namespace {

class DecoyKeyTest : public testing::Test {
 protected:
  DecoyKeyTest() { EXPECT_NE(mkdtemp(directory_.data()), nullptr); }
  ~DecoyKeyTest() override { std::filesystem::remove_all(directory_); }

  absl::StatusOr<Secret> Load() { return LoadOrCreateDecoyKey(path(), SystemRandom()); }
  std::string path() const { return directory_ + "/decoy.key"; }
  void Write(const std::string& bytes, mode_t mode = 0600) {
    std::ofstream(path()) << bytes;
    ASSERT_EQ(chmod(path().c_str(), mode), 0);
  }
  // How many files there are.
  long Files() const {
    const std::filesystem::directory_iterator files(directory_);
    return std::distance(begin(files), end(files));
  }

  std::string directory_ = testing::TempDir() + "decoyXXXXXX";
};

TEST_F(DecoyKeyTest, IsMadeOnceAndThenRead) {
  const absl::StatusOr<Secret> first = Load();
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->size(), 32u);
  EXPECT_FALSE(first->Equals(std::string(32, '\0')));
  const absl::StatusOr<Secret> second = Load();
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_TRUE(second->Equals(first->view()));
  EXPECT_EQ(Files(), 1);
}

TEST_F(DecoyKeyTest, IsAnotherOneForEachFile) {
  const std::string first(Load()->view());
  ASSERT_EQ(unlink(path().c_str()), 0);
  EXPECT_FALSE(Load()->Equals(first));
}

TEST_F(DecoyKeyTest, IsWhatIsInTheFile) {
  const std::string bytes("\0 0123456789abcdef0123456789abc\n", 32);
  Write(bytes, 0440);
  const absl::StatusOr<Secret> key = Load();
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_TRUE(key->Equals(bytes));
}

TEST_F(DecoyKeyTest, IsKeptFromEverybodyElse) {
  const mode_t saved = umask(0);
  EXPECT_TRUE(Load().ok());
  umask(saved);
  struct stat info {};
  ASSERT_EQ(stat(path().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(DecoyKeyTest, IsTheSameForAllWhoMakeItAtTheSameTime) {
  for (int round = 0; round < 20; ++round) {
    std::vector<std::string> keys(8);
    absl::Notification start;
    std::vector<std::thread> makers;
    for (std::string& key : keys) {
      makers.emplace_back([&] {
        start.WaitForNotification();
        const absl::StatusOr<Secret> made = Load();
        EXPECT_TRUE(made.ok()) << made.status();
        if (made.ok()) key = made->view();
      });
    }
    start.Notify();
    for (std::thread& maker : makers) maker.join();
    EXPECT_EQ(std::set<std::string>(keys.begin(), keys.end()).size(), 1u);
    EXPECT_EQ(Files(), 1);
    ASSERT_EQ(unlink(path().c_str()), 0);
  }
}

TEST_F(DecoyKeyTest, IsRefusedWhereOthersCanOpenIt) {
  for (const mode_t mode : {0604, 0644, 0602, 0666}) {
    Write(std::string(32, 'k'), mode);
    const absl::Status status = Load().status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << mode;
    EXPECT_NE(std::string(status.message()).find("chmod 600 " + path()), std::string::npos);
  }
}

TEST_F(DecoyKeyTest, IsRefusedInAnotherSize) {
  for (const size_t size : {0, 1, 31, 33, 64}) {
    Write(std::string(size, 'k'));
    const absl::Status status = Load().status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << size;
    EXPECT_NE(std::string(status.message()).find(path()), std::string::npos);
  }
}

TEST_F(DecoyKeyTest, IsRefusedWhereItIsNoFile) {
  ASSERT_EQ(mkdir(path().c_str(), 0700), 0);
  EXPECT_EQ(Load().status().code(), absl::StatusCode::kFailedPrecondition);
  ASSERT_EQ(rmdir(path().c_str()), 0);
  ASSERT_EQ(mkfifo(path().c_str(), 0600), 0);
  EXPECT_EQ(Load().status().code(), absl::StatusCode::kFailedPrecondition);
  ASSERT_EQ(unlink(path().c_str()), 0);
  ASSERT_EQ(symlink("nowhere", path().c_str()), 0);
  EXPECT_EQ(Load().status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(DecoyKeyTest, MakesItsDirectory) {
  const std::string missing = directory_ + "/missing/one/decoy.key";
  EXPECT_TRUE(LoadOrCreateDecoyKey(missing, SystemRandom()).ok());
}

TEST_F(DecoyKeyTest, SaysWhereItCannotBeMade) {
  ASSERT_TRUE(Load().ok());
  const std::string below = path() + "/below/decoy.key";
  const absl::Status status = LoadOrCreateDecoyKey(below, SystemRandom()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_NE(std::string(status.message()).find(path()), std::string::npos) << status;
}

class NoRandom : public RandomSource {
 public:
  bool Fill(std::span<char>) override { return false; }
};

TEST_F(DecoyKeyTest, IsNotMadeWithoutRandomness) {
  NoRandom random;
  EXPECT_EQ(LoadOrCreateDecoyKey(path(), random).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Files(), 0);
}

}  // namespace
}  // namespace sallyport::server
