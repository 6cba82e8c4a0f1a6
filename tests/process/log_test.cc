#include "process/log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "absl/time/clock.h"

namespace sallyport::process {
namespace {

using nlohmann::json;

constexpr absl::Duration kLimit = absl::Seconds(60);

// The lines that `log` writes, parsed.
template <typename Function>
std::vector<json> Capture(Function log) {
  testing::internal::CaptureStderr();
  log();
  EXPECT_TRUE(FlushLog(kLimit));
  std::istringstream written(testing::internal::GetCapturedStderr());
  std::vector<json> lines;
  for (std::string line; std::getline(written, line);) lines.push_back(json::parse(line));
  return lines;
}

TEST(Log, WritesOneJsonObjectALine) {
  const std::vector<json> lines = Capture([] {
    Log(LogLevel::kInfo, "handshake ended",
        {{"listener", std::string("amqps")},
         {"duration_us", 17},
         {"bytes", uint64_t{18446744073709551615u}},
         {"delta", int64_t{-5}},
         {"share", 0.5},
         {"infinite", std::numeric_limits<double>::infinity()},
         {"ok", true}});
    Log(LogLevel::kError, "second");
  });
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0]["level"], "info");
  EXPECT_EQ(lines[0]["msg"], "handshake ended");
  EXPECT_EQ(lines[0]["listener"], "amqps");
  EXPECT_EQ(lines[0]["duration_us"], 17);
  EXPECT_EQ(lines[0]["bytes"], 18446744073709551615u);
  EXPECT_EQ(lines[0]["delta"], -5);
  EXPECT_EQ(lines[0]["share"], 0.5);
  EXPECT_TRUE(lines[0]["infinite"].is_null());
  EXPECT_EQ(lines[0]["ok"], true);
  EXPECT_EQ(lines[1]["level"], "error");
}

TEST(Log, TellsTheTimeInUtcWithMilliseconds) {
  const std::vector<json> lines = Capture([] { Log(LogLevel::kInfo, "now"); });
  ASSERT_EQ(lines.size(), 1u);
  const std::string text = lines[0]["time"];
  EXPECT_EQ(text.size(), std::string_view("2022-12-31T23:59:59.123Z").size());
  EXPECT_EQ(text.back(), 'Z');
  absl::Time time;
  std::string error;
  ASSERT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << error;
  EXPECT_LT(absl::AbsDuration(absl::Now() - time), absl::Minutes(5));
}

TEST(Log, EscapesWhatAPeerMayHaveSent) {
  const std::vector<json> lines = Capture([] {
    Log(LogLevel::kWarning, "line\nbreak",
        {{"quote", "a\"b\\c"}, {"invalid", "\xff\xfe z"}, {"name", "j\xc3\xbcrgen"}});
  });
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0]["msg"], "line\nbreak");
  EXPECT_EQ(lines[0]["quote"], "a\"b\\c");
  EXPECT_EQ(lines[0]["invalid"], "\xef\xbf\xbd\xef\xbf\xbd z");
  EXPECT_EQ(lines[0]["name"], "j\xc3\xbcrgen");
}

TEST(Log, WritesNothingBelowTheLevel) {
  SetLogLevel(LogLevel::kWarning);
  const std::vector<json> lines = Capture([] {
    Log(LogLevel::kDebug, "a");
    Log(LogLevel::kInfo, "b");
    Log(LogLevel::kWarning, "c");
    SetLogLevel(LogLevel::kOff);
    Log(LogLevel::kError, "d");
    Log(LogLevel::kOff, "e");
  });
  SetLogLevel(LogLevel::kInfo);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0]["msg"], "c");
}

TEST(Log, ParsesTheNamesOfLevels) {
  EXPECT_EQ(ParseLogLevel("debug"), LogLevel::kDebug);
  EXPECT_EQ(ParseLogLevel("off"), LogLevel::kOff);
  EXPECT_EQ(ParseLogLevel("verbose"), std::nullopt);
}

TEST(Log, DropsAndCountsRatherThanBlockOnAStuckReader) {
  constexpr int kLines = 20'000;
  int pipe_ends[2];
  ASSERT_EQ(pipe2(pipe_ends, O_CLOEXEC), 0);
  const int saved = dup(STDERR_FILENO);
  dup2(pipe_ends[1], STDERR_FILENO);
  const uint64_t dropped_before = DroppedLogLines();
  for (int i = 0; i < kLines; ++i) Log(LogLevel::kInfo, std::string(200, 'x'));
  const uint64_t dropped = DroppedLogLines() - dropped_before;
  EXPECT_GT(dropped, 0u);

  // Read until everything that was not dropped has come.
  std::string written;
  char buffer[4096];
  while (!FlushLog(absl::ZeroDuration())) {
    const ssize_t got = read(pipe_ends[0], buffer, sizeof buffer);
    ASSERT_GT(got, 0);
    written.append(buffer, static_cast<size_t>(got));
  }
  dup2(saved, STDERR_FILENO);
  close(saved);
  close(pipe_ends[1]);
  for (ssize_t got; (got = read(pipe_ends[0], buffer, sizeof buffer)) > 0;) {
    written.append(buffer, static_cast<size_t>(got));
  }
  close(pipe_ends[0]);

  std::istringstream stream(written);
  uint64_t lines = 0;
  uint64_t reported = 0;
  for (std::string line; std::getline(stream, line);) {
    const json parsed = json::parse(line);
    if (parsed["msg"] == "log lines dropped") {
      reported += parsed["dropped"].get<uint64_t>();
    } else {
      ++lines;
    }
  }
  EXPECT_EQ(lines + dropped, uint64_t{kLines});
  EXPECT_EQ(reported, dropped);
}

TEST(LogDeathTest, IsWrittenOutAtExit) {
  // The child must have the log's own thread, which a fork would not give it.
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        for (int i = 0; i < 100; ++i) Log(LogLevel::kInfo, "line", {{"n", i}});
        std::exit(0);
      },
      testing::ExitedWithCode(0), "\"n\":99");
}

}  // namespace
}  // namespace sallyport::process
