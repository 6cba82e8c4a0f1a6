#include "server/audit/audit_log.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/audit/audit_sample.h"
#include "tests/server/tokens/log_tap.h"

namespace sallyport::server {
namespace {

using audit::ChangeRecord;
using audit::Eventually;
using audit::LoginOf;
using audit::ReadLogins;
using audit::ReadText;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

class AuditLogTest : public testing::Test {
 protected:
  AuditLogTest() : folder_(testing::TempDir() + "/auditXXXXXX") {
    EXPECT_NE(mkdtemp(folder_.data()), nullptr);
    path_ = folder_ + "/audit.log";
  }

  static std::unique_ptr<AuditLog> Open(AuditOptions options) {
    auto log = AuditLog::Open(std::move(options));
    EXPECT_TRUE(log.ok()) << log.status();
    return *std::move(log);
  }

  // Records a login, where there is a place for one.
  static bool Record(AuditLog& log, const std::string& id) {
    std::optional<AuditSlot> slot = log.Reserve();
    if (!slot.has_value()) return false;
    std::move(*slot).Record(LoginOf(id));
    return true;
  }

  std::string folder_;
  std::string path_;
};

TEST_F(AuditLogTest, WritesEveryEventInOrderBeforeItCloses) {
  std::vector<std::string> recorded;
  {
    const auto log = Open({.file = path_});
    for (int i = 0; i < 5000; ++i) {
      recorded.push_back(std::to_string(i));
      ASSERT_TRUE(Record(*log, recorded.back()));
    }
    std::move(*log->Reserve()).Record(ChangeRecord{.user = "alice"});
  }
  EXPECT_EQ(ReadLogins(path_), recorded);
  EXPECT_THAT(ReadText(path_), HasSubstr("\"kind\":\"change\""));
}

TEST_F(AuditLogTest, WritesWithoutBeingClosed) {
  const auto log = Open({.file = path_});
  // The thread is idle again after each.
  for (uint64_t i = 1; i <= 3; ++i) {
    ASSERT_TRUE(Record(*log, std::to_string(i)));
    ASSERT_TRUE(Eventually([&] { return log->stats().written == i && log->stats().queued == 0; }));
  }
  EXPECT_THAT(ReadLogins(path_), ElementsAre("1", "2", "3"));
  EXPECT_EQ(log->stats().dropped, 0u);
}

TEST_F(AuditLogTest, KeepsWhatOthersMayNotRead) {
  umask(0);
  Open({.file = path_});
  struct stat attributes = {};
  ASSERT_EQ(stat(path_.c_str(), &attributes), 0);
  EXPECT_EQ(attributes.st_mode & 0777, 0640u);
}

TEST_F(AuditLogTest, GoesOnWithAnOldFileAndEndsALineThatACrashHasCut) {
  { Record(*Open({.file = path_}), "1"); }
  const std::string whole = ReadText(path_);
  ASSERT_EQ(truncate(path_.c_str(), static_cast<off_t>(whole.size() - 5)), 0);
  { Record(*Open({.file = path_}), "2"); }
  { Record(*Open({.file = path_}), "3"); }
  const std::string text = ReadText(path_);
  EXPECT_EQ(text.substr(0, whole.size() - 4), whole.substr(0, whole.size() - 5) + "\n");
  std::ofstream(path_) << text.substr(whole.size() - 4);
  EXPECT_THAT(ReadLogins(path_), ElementsAre("2", "3"));
}

TEST_F(AuditLogTest, KeepsNothingWhereItIsOff) {
  const auto log = Open({});
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(Record(*log, "x"));
  log->Reopen();
  EXPECT_EQ(log->stats().written, 0u);
  EXPECT_EQ(log->stats().dropped, 0u);
}

TEST_F(AuditLogTest, SaysWhatCannotBeOpened) {
  for (const std::string& path : {folder_ + "/no/such/folder", folder_}) {
    const auto log = AuditLog::Open({.file = path});
    EXPECT_THAT(std::string(log.status().message()),
                HasSubstr("cannot open the audit log " + path));
  }
  ASSERT_EQ(mkfifo((folder_ + "/fifo").c_str(), 0600), 0);
  EXPECT_THAT(std::string(AuditLog::Open({.file = folder_ + "/fifo"}).status().message()),
              HasSubstr("start what reads this FIFO first"));
}

TEST_F(AuditLogTest, WritesToStandardOutput) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  fflush(stdout);
  const int saved = dup(STDOUT_FILENO);
  dup2(ends[1], STDOUT_FILENO);
  close(ends[1]);
  {
    const auto log = Open({.file = "-"});
    Record(*log, "1");
    log->Reopen();
    Record(*log, "2");
  }
  dup2(saved, STDOUT_FILENO);
  close(saved);
  std::string text(1 << 16, '\0');
  size_t size = 0;
  for (ssize_t got; (got = read(ends[0], text.data() + size, text.size() - size)) > 0;) {
    size += static_cast<size_t>(got);
  }
  close(ends[0]);
  std::ofstream(path_) << text.substr(0, size);
  EXPECT_THAT(ReadLogins(path_), ElementsAre("1", "2"));
}

TEST_F(AuditLogTest, RefusesWhatItHasNoPlaceFor) {
  const auto log = Open({.file = path_, .queue = 3});
  std::vector<AuditSlot> slots;
  for (int i = 0; i < 3; ++i) slots.push_back(*log->Reserve());
  LogTap tap;
  EXPECT_FALSE(log->Reserve().has_value());
  EXPECT_FALSE(log->Reserve().has_value());
  tap.AwaitLine("audit log takes no more events: nobody is let in");
  EXPECT_EQ(log->stats().refused, 2u);
  EXPECT_EQ(log->stats().dropped, 0u);
  // A slot that was not used is free again at once, and one that was, when it is written.
  slots.pop_back();
  EXPECT_TRUE(Record(*log, "a"));
  std::move(slots.back()).Record(LoginOf("b"));
  slots.pop_back();
  EXPECT_TRUE(Eventually([&] { return log->stats().written == 2; }));
  tap.AwaitLine("audit log takes events again");
  EXPECT_EQ(log->stats().queued, 1u);
  slots.push_back(*log->Reserve());
  slots.push_back(*log->Reserve());
  EXPECT_FALSE(log->Reserve().has_value());
  // Moving one does not free it twice.
  AuditSlot moved = std::move(slots.back());
  slots.back() = std::move(moved);
  slots.clear();
  EXPECT_EQ(log->stats().queued, 0u);
}

TEST_F(AuditLogTest, HasPlacesForChangesThatLoginsCannotTakeUp) {
  const auto log = Open({.file = path_, .queue = 3});
  std::vector<AuditSlot> logins, changes;
  while (auto slot = log->Reserve()) logins.push_back(*std::move(slot));
  EXPECT_THAT(logins, SizeIs(3));
  while (auto slot = log->ReserveForChange()) changes.push_back(*std::move(slot));
  EXPECT_THAT(changes, SizeIs(AuditLog::kChangePlaces));
  EXPECT_FALSE(log->Reserve().has_value());
  // What is free again is the changes', until logins are below their own bound.
  changes.pop_back();
  EXPECT_FALSE(log->Reserve().has_value());
  std::move(*log->ReserveForChange()).Record(ChangeRecord{.user = "alice"});
  EXPECT_TRUE(Eventually([&] { return log->stats().written == 1; }));
  EXPECT_THAT(ReadText(path_), HasSubstr("\"user\":\"alice\""));
}

TEST_F(AuditLogTest, CountsWhatItHasNoPlaceForWhereItIsToldTo) {
  LogTap tap;
  {
    const auto log = Open({.file = path_, .queue = 1, .when_full = WhenFull::kCount});
    std::optional<AuditSlot> first = log->Reserve();
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(Record(*log, "lost"));
    EXPECT_EQ(log->stats().dropped, 5u);
    EXPECT_EQ(log->stats().refused, 0u);
    EXPECT_EQ(log->lost(), 5u);
    std::move(*first).Record(LoginOf("kept"));
  }
  EXPECT_THAT(tap.AwaitLine("audit events were lost since the start"), HasSubstr("\"lost\":5"));
  EXPECT_THAT(ReadLogins(path_), ElementsAre("kept"));
}

TEST_F(AuditLogTest, LosesNoLineAndTearsNoneWhenItIsRotated) {
  constexpr int kThreads = 4;
  constexpr int kEvents = 5000;
  constexpr int kRotations = 25;
  {
    const auto log = Open({.file = path_, .queue = kThreads * kEvents});
    std::vector<std::thread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&log, thread] {
        for (int i = 0; i < kEvents; ++i) {
          EXPECT_TRUE(Record(*log, std::to_string(thread) + "-" + std::to_string(i)));
        }
      });
    }
    for (int i = 0; i < kRotations; ++i) {
      const uint64_t before = log->stats().written;
      const bool all_done = before == uint64_t{kThreads} * kEvents;
      EXPECT_EQ(rename(path_.c_str(), (path_ + "." + std::to_string(i)).c_str()), 0);
      log->Reopen();
      EXPECT_TRUE(Eventually([&] {
        return access(path_.c_str(), F_OK) == 0 && (all_done || log->stats().written > before);
      }));
    }
    for (std::thread& thread : threads) thread.join();
  }
  std::vector<std::string> ids = ReadLogins(path_);
  for (int i = 0; i < kRotations; ++i) {
    for (std::string& id : ReadLogins(path_ + "." + std::to_string(i))) {
      ids.push_back(std::move(id));
    }
  }
  EXPECT_THAT(ids, SizeIs(kThreads * kEvents));
  EXPECT_THAT(std::set<std::string>(ids.begin(), ids.end()), SizeIs(kThreads * kEvents));
}

}  // namespace
}  // namespace sallyport::server
