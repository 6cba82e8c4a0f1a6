#include "process/ready_file.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "process/file.h"

namespace sallyport::process {
namespace {

TEST(ReadyFile, NamesEachAddress) {
  const std::string path = testing::TempDir() + "/ready.json";
  std::ofstream(path) << "what was there before, and is longer than what comes";
  ASSERT_TRUE(WriteReadyFile(path, {{"amqp", "127.0.0.1:41234"}, {"amqps", "[::1]:41235"}}).ok());
  const auto content = ReadFile(path, 1000);
  ASSERT_TRUE(content.ok());
  EXPECT_EQ(*content, "{\"amqp\":\"127.0.0.1:41234\",\"amqps\":\"[::1]:41235\"}\n");
}

TEST(ReadyFile, SaysWhereItCannotBeWritten) {
  const absl::Status status = WriteReadyFile("/nonexistent/ready.json", {});
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_NE(status.message().find("/nonexistent/ready.json"), absl::string_view::npos);
}

}  // namespace
}  // namespace sallyport::process
