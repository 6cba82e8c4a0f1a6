#include "process/file.h"

#include <gtest/gtest.h>

#include <fstream>

namespace sallyport::process {
namespace {

std::string WriteScratch(const std::string& name, const std::string& content) {
  const std::string path = testing::TempDir() + "" + name;
  std::ofstream(path, std::ios::binary) << content;
  return path;
}

TEST(ReadFile, ReadsEveryByte) {
  std::string content(200'000, 'x');
  content[7] = '\0';
  EXPECT_EQ(*ReadFile(WriteScratch("whole", content), content.size()), content);
  EXPECT_EQ(*ReadFile(WriteScratch("empty", ""), 0), "");
}

TEST(ReadFile, RefusesAFileOverTheLimit) {
  const std::string path = WriteScratch("large", "12345");
  EXPECT_EQ(*ReadFile(path, 5), "12345");
  const absl::Status status = ReadFile(path, 4).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(std::string(status.message()).find(path), std::string::npos);
}

TEST(ReadFile, StopsAtTheLimitOfAnEndlessFile) {
  EXPECT_EQ(ReadFile("/dev/zero", 100'000).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(ReadFile, NamesThePathAndTheCause) {
  const absl::Status missing = ReadFile("/nonexistent/file", 10).status();
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(missing.message(),
            "cannot read /nonexistent/file: No such file or directory; check the path");
  EXPECT_EQ(ReadFile("/", 10).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(ReadLine, ReadsOneLineWithOrWithoutItsEnd) {
  for (const char* content : {"s3 cret", "s3 cret\n", "s3 cret\r\n"}) {
    EXPECT_EQ(*ReadLine(WriteScratch("line", content), 10), "s3 cret");
  }
}

TEST(ReadLine, RefusesWhatIsNotOneLine) {
  for (const std::string& content :
       {std::string(), std::string("\n"), std::string("one\ntwo\n"), std::string("a\0b", 3)}) {
    const std::string path = WriteScratch("line", content);
    const absl::Status status = ReadLine(path, 10).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(status.message(), "cannot use " + path + ": expected one line, and not an empty one");
  }
  EXPECT_EQ(ReadLine("/nonexistent/file", 10).status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace sallyport::process
