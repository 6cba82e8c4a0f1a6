#include "process/log.h"

#include <spdlog/async.h>
#include <spdlog/async_logger.h>

#include <atomic>
#include <cstdlib>
#include <exception>
#include <memory>

#include "absl/time/clock.h"
#include "process/log_line.h"
#include "process/log_sink.h"

namespace sallyport::process {
namespace {

constexpr size_t kQueuedLines = 8192;
// A reader of standard error that has stopped must not keep the process alive.
constexpr absl::Duration kExitFlushLimit = absl::Seconds(2);

std::atomic<LogLevel> level_in_force = LogLevel::kInfo;

// Logger is never destroyed, so that a thread may log while the process exits.
class Logger {
 public:
  static Logger& Get() {
    static Logger* const logger = [] {
      std::atexit([] { FlushLog(kExitFlushLimit); });
      return new Logger;
    }();
    return *logger;
  }

  void Post(const std::string& line) {
    posted_.fetch_add(1, std::memory_order_relaxed);
    logger_->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
  }

  uint64_t Dropped() const { return pool_->overrun_counter(); }

  bool Flush(absl::Duration limit) {
    return sink_->WaitUntilWritten(posted_.load(std::memory_order_relaxed), limit);
  }

 private:
  Logger()
      : pool_(std::make_shared<spdlog::details::thread_pool>(kQueuedLines, 1)),
        sink_(std::make_shared<LogSink>([pool = pool_.get()] { return pool->overrun_counter(); })),
        logger_(std::make_shared<spdlog::async_logger>(
            "sallyport", sink_, pool_, spdlog::async_overflow_policy::overrun_oldest)) {}

  std::atomic<uint64_t> posted_ = 0;
  const std::shared_ptr<spdlog::details::thread_pool> pool_;
  const std::shared_ptr<LogSink> sink_;
  const std::shared_ptr<spdlog::async_logger> logger_;
};

}  // namespace

void Log(LogLevel level, std::string_view message, std::span<const LogField> fields) {
  if (!LogEnabled(level)) return;
  try {
    Logger::Get().Post(FormatLogLine(absl::Now(), level, message, fields));
  } catch (const std::exception&) {
    // Out of memory or of threads: the caller has nothing better to do with that than to go on.
  }
}

void SetLogLevel(LogLevel level) { level_in_force.store(level, std::memory_order_relaxed); }

bool LogEnabled(LogLevel level) {
  return level >= level_in_force.load(std::memory_order_relaxed) && level < LogLevel::kOff;
}

std::optional<LogLevel> ParseLogLevel(std::string_view name) {
  if (name == "debug") return LogLevel::kDebug;
  if (name == "info") return LogLevel::kInfo;
  if (name == "warning") return LogLevel::kWarning;
  if (name == "error") return LogLevel::kError;
  if (name == "off") return LogLevel::kOff;
  return std::nullopt;
}

uint64_t DroppedLogLines() { return Logger::Get().Dropped(); }

bool FlushLog(absl::Duration limit) { return Logger::Get().Flush(limit); }

}  // namespace sallyport::process
