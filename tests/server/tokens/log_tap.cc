#include "tests/server/tokens/log_tap.h"

#include <fcntl.h>
#include <unistd.h>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "process/log.h"

namespace sallyport::server {

LogTap::LogTap() {
  process::FlushLog(absl::Seconds(10));
  int ends[2];
  EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
  // Nothing waits for a tap that is not read.
  fcntl(ends[1], F_SETFL, O_NONBLOCK);
  standard_error_ = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
  EXPECT_EQ(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
  close(ends[1]);
  lines_ = ends[0];
}

LogTap::~LogTap() {
  process::FlushLog(absl::Seconds(10));
  EXPECT_EQ(dup2(standard_error_, STDERR_FILENO), STDERR_FILENO);
  close(standard_error_);
  close(lines_);
}

std::string LogTap::ReadUpTo(const std::string& part) {
  std::string lines;
  const std::string last = AwaitLines(part, &lines);
  return lines + last + "\n";
}

std::string LogTap::AwaitLines(const std::string& part, std::string* before) {
  std::string line;
  for (char c = 0; read(lines_, &c, 1) == 1;) {
    if (c != '\n') {
      line.push_back(c);
    } else if (line.find(part) != std::string::npos) {
      return line;
    } else {
      if (before != nullptr) before->append(line + "\n");
      line.clear();
    }
  }
  ADD_FAILURE() << "the log has ended without '" << part << "'";
  return "";
}

}  // namespace sallyport::server
