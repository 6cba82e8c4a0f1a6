#include "process/log_sink.h"

#include <errno.h>
#include <spdlog/details/log_msg.h>
#include <unistd.h>

#include <string_view>

#include "absl/time/clock.h"
#include "process/log.h"
#include "process/log_line.h"

namespace sallyport::process {
namespace {

void WriteToStandardError(std::string_view line) {
  while (!line.empty()) {
    const ssize_t written = write(STDERR_FILENO, line.data(), line.size());
    if (written < 0 && errno != EINTR) return;
    if (written > 0) line.remove_prefix(static_cast<size_t>(written));
  }
}

}  // namespace

void LogSink::log(const spdlog::details::log_msg& msg) {
  const uint64_t dropped = dropped_();
  if (dropped != reported_dropped_) {
    const LogField fields[] = {{"dropped", dropped - reported_dropped_}};
    WriteToStandardError(
        FormatLogLine(absl::Now(), LogLevel::kWarning, "log lines dropped", fields));
    reported_dropped_ = dropped;
  }
  WriteToStandardError(std::string_view(msg.payload.data(), msg.payload.size()));
  absl::MutexLock lock(&mutex_);
  ++written_;
}

bool LogSink::WaitUntilWritten(uint64_t lines, absl::Duration limit) {
  const auto done = [this, lines]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return written_ + dropped_() >= lines;
  };
  absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithTimeout(absl::Condition(&done), limit);
}

}  // namespace sallyport::process
