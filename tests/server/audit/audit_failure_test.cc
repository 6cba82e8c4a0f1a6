// The audit log where it cannot be written, or where nobody reads it.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "server/audit/audit_log.h"
#include "tests/audit/audit_sample.h"
#include "tests/server/tokens/log_tap.h"

namespace sallyport::server {
namespace {

using audit::Eventually;
using audit::LoginOf;
using audit::ReadLogins;
using audit::ReadText;
using testing::HasSubstr;

class AuditFailureTest : public testing::Test {
 protected:
  AuditFailureTest() : folder_(testing::TempDir() + "/auditXXXXXX") {
    EXPECT_NE(mkdtemp(folder_.data()), nullptr);
    path_ = folder_ + "/audit.log";
  }

  static std::unique_ptr<AuditLog> Open(AuditOptions options) {
    auto log = AuditLog::Open(std::move(options));
    EXPECT_TRUE(log.ok()) << log.status();
    return *std::move(log);
  }

  static bool Record(AuditLog& log, const std::string& id) {
    std::optional<AuditSlot> slot = log.Reserve();
    if (!slot.has_value()) return false;
    std::move(*slot).Record(LoginOf(id));
    return true;
  }

  // Records until there is no place, and returns what was recorded.
  static std::vector<std::string> Fill(AuditLog& log) {
    std::vector<std::string> ids;
    while (Record(log, std::to_string(ids.size()))) ids.push_back(std::to_string(ids.size()));
    return ids;
  }

  std::string folder_;
  std::string path_;
};

// How large files may get, until it is destroyed.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    EXPECT_EQ(getrlimit(RLIMIT_FSIZE, &old_), 0);
    const rlimit limit = {.rlim_cur = bytes, .rlim_max = old_.rlim_max};
    EXPECT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  }
  ~FileSizeLimit() { EXPECT_EQ(setrlimit(RLIMIT_FSIZE, &old_), 0); }

 private:
  rlimit old_ = {};
};

TEST_F(AuditFailureTest, LetsNobodyInUntilItIsMended) {
  std::vector<std::string> recorded;
  {
    const auto log = Open({.file = path_});
    std::optional<AuditSlot> under_way = log->Reserve();
    LogTap tap;
    {
      // It ends within a line.
      const FileSizeLimit limit(100'001);
      while (!log->stats().failing) {
        const std::string id = std::to_string(recorded.size());
        if (Record(*log, id)) recorded.push_back(id);
      }
      EXPECT_FALSE(log->Reserve().has_value());
      // Who was let in before is not forgotten.
      std::move(*under_way).Record(LoginOf("under way"));
      recorded.emplace_back("under way");
      EXPECT_THAT(tap.AwaitLine("audit log cannot be written"), HasSubstr(path_));
      struct stat attributes = {};
      ASSERT_EQ(stat(path_.c_str(), &attributes), 0);
      EXPECT_EQ(attributes.st_size, 100'001);
    }
    EXPECT_TRUE(Eventually([&] { return !log->stats().failing; }));
    tap.AwaitLine("audit log is written again");
    EXPECT_TRUE(Record(*log, "last"));
    recorded.emplace_back("last");
  }
  EXPECT_EQ(ReadLogins(path_), recorded);
}

TEST_F(AuditFailureTest, CountsWhatIsLostWhereItIsToldTo) {
  const auto log = Open({.file = "/dev/full",
                         .queue = 10,
                         .when_full = WhenFull::kCount,
                         .flush_limit = absl::ZeroDuration()});
  LogTap tap;
  for (int i = 0; i < 25; ++i) EXPECT_TRUE(Record(*log, std::to_string(i)));
  EXPECT_EQ(log->stats().dropped, 15u);
  EXPECT_EQ(log->stats().queued, 10u);
  EXPECT_EQ(log->stats().written, 0u);
  EXPECT_TRUE(Eventually([&] { return log->stats().failing; }));
  tap.AwaitLine("audit log takes no more events: they are lost");
}

TEST_F(AuditFailureTest, WritesALineAnewInTheFileThatReplacesAFullOne) {
  std::vector<std::string> recorded;
  {
    const auto log = Open({.file = path_});
    const FileSizeLimit limit(100'001);
    // More than fits into one file, and less than into two.
    for (int i = 0; i < 300; ++i) {
      const std::string id = std::to_string(i);
      if (Record(*log, id)) recorded.push_back(id);
    }
    EXPECT_TRUE(Eventually([&] { return log->stats().failing; }));
    // Signalled without being moved, it goes on with the line.
    log->Reopen();
    EXPECT_EQ(rename(path_.c_str(), (path_ + ".1").c_str()), 0);
    log->Reopen();
    EXPECT_TRUE(Eventually([&] { return !log->stats().failing; }));
  }
  // The old file's last line has its beginning only.
  const std::string old = ReadText(path_ + ".1");
  std::ofstream(path_ + ".1") << old.substr(0, old.rfind('\n') + 1);
  std::vector<std::string> read = ReadLogins(path_ + ".1");
  for (std::string& id : ReadLogins(path_)) read.push_back(std::move(id));
  EXPECT_EQ(read, recorded);
}

TEST_F(AuditFailureTest, GoesOnWithinTheLineWhereTheFileIsStillTheSame) {
  std::vector<std::string> recorded;
  {
    const auto log = Open({.file = path_});
    {
      const FileSizeLimit limit(100'001);
      while (!log->stats().failing) {
        const std::string id = std::to_string(recorded.size());
        if (Record(*log, id)) recorded.push_back(id);
      }
      log->Reopen();
    }
    EXPECT_TRUE(Eventually([&] { return !log->stats().failing; }));
  }
  EXPECT_EQ(ReadLogins(path_), recorded);
}

TEST_F(AuditFailureTest, LetsNobodyInWhileItCannotBeOpenedAnew) {
  ASSERT_EQ(mkdir((folder_ + "/sub").c_str(), 0700), 0);
  const std::string path = folder_ + "/sub/audit.log";
  const auto log = Open({.file = path});
  ASSERT_EQ(rename((folder_ + "/sub").c_str(), (folder_ + "/gone").c_str()), 0);
  log->Reopen();
  EXPECT_TRUE(Eventually([&] { return log->stats().failing; }));
  EXPECT_FALSE(log->Reserve().has_value());
  // There is nothing to write, and it is mended all the same.
  ASSERT_EQ(mkdir((folder_ + "/sub").c_str(), 0700), 0);
  EXPECT_TRUE(Eventually([&] { return !log->stats().failing; }));
  EXPECT_TRUE(Record(*log, "1"));
  EXPECT_TRUE(Eventually([&] { return log->stats().written == 1; }));
  EXPECT_EQ(ReadLogins(path), std::vector<std::string>{"1"});
}

class UnreadAuditTest : public AuditFailureTest {
 protected:
  UnreadAuditTest() {
    EXPECT_EQ(mkfifo(path_.c_str(), 0600), 0);
    reader_ = open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    EXPECT_GE(reader_, 0);
  }
  ~UnreadAuditTest() override { close(reader_); }

  int reader_;
};

TEST_F(UnreadAuditTest, MakesNobodyWaitAndGoesOnWhenItIsRead) {
  std::vector<std::string> recorded;
  std::string text;
  {
    const auto log = Open({.file = path_, .queue = 2000});
    // A pipe holds 64 KiB, and the queue 2000: that this ends shows that nobody waits.
    recorded = Fill(*log);
    EXPECT_GE(recorded.size(), 2000u);
    EXPECT_FALSE(log->stats().failing);
    EXPECT_FALSE(log->Reserve().has_value());
    const auto read_some = [&] {
      char buffer[65536];
      const ssize_t got = read(reader_, buffer, sizeof buffer);
      if (got > 0) text.append(buffer, static_cast<size_t>(got));
      return log->stats().queued == 0;
    };
    EXPECT_TRUE(Eventually(read_some));
    EXPECT_TRUE(Record(*log, "last"));
    recorded.emplace_back("last");
    EXPECT_TRUE(Eventually(read_some));
  }
  char buffer[65536];
  for (ssize_t got; (got = read(reader_, buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<size_t>(got));
  }
  std::ofstream(folder_ + "/read") << text;
  EXPECT_EQ(ReadLogins(folder_ + "/read"), recorded);
}

TEST_F(UnreadAuditTest, DoesNotKeepTheServiceFromEnding) {
  LogTap tap;
  const auto begin = std::chrono::steady_clock::now();
  {
    const auto log = Open({.file = path_, .queue = 2000, .flush_limit = absl::Milliseconds(50)});
    Fill(*log);
    EXPECT_EQ(log->lost(), 0u);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
  tap.AwaitLine("audit events lost as the service ends");
  tap.AwaitLine("audit events were lost since the start");
}

TEST_F(UnreadAuditTest, DoesNotKeepTheServiceFromEndingWhereItIsStandardOutput) {
  LogTap tap;
  const int blocking = open(path_.c_str(), O_WRONLY | O_CLOEXEC);
  fflush(stdout);
  const int saved = dup(STDOUT_FILENO);
  dup2(blocking, STDOUT_FILENO);
  close(blocking);
  {
    const auto log = Open({.file = "-", .queue = 2000, .flush_limit = absl::Milliseconds(50)});
    Fill(*log);
  }
  dup2(saved, STDOUT_FILENO);
  close(saved);
  tap.AwaitLine("audit events lost as the service ends");
}

TEST_F(UnreadAuditTest, IsAFailureWhereTheReaderIsGone) {
  const auto log = Open({.file = path_, .flush_limit = absl::ZeroDuration()});
  close(reader_);
  EXPECT_TRUE(Record(*log, "1"));
  EXPECT_TRUE(Eventually([&] { return log->stats().failing; }));
  EXPECT_FALSE(log->Reserve().has_value());
  reader_ = open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  EXPECT_TRUE(Eventually([&] { return !log->stats().failing; }));
  EXPECT_EQ(log->stats().written, 1u);
}

}  // namespace
}  // namespace sallyport::server
