#ifndef SALLYPORT_PROCESS_LOG_H_
#define SALLYPORT_PROCESS_LOG_H_

// Structured logs: one JSON object a line on standard error, with "time" (RFC
// 3339, UTC, milliseconds), "level", "msg" and then the fields. Logging never
// blocks and never fails: lines go through a bounded queue to a thread of their
// own; when the queue is full the oldest line is dropped, and a line tells how
// many were. Lines are written out when the process exits. All of it is
// thread-safe.
//
//   Log(LogLevel::kInfo, "handshake ended", {{"listener", name}, {"duration_us", 17}});

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace sallyport::process {

enum class LogLevel { kDebug, kInfo, kWarning, kError, kOff };

// LogValue is a string, an integer, a floating-point number or a bool. It does
// not own a string: that must live until Log returns, as a temporary does.
class LogValue {
 public:
  // NOLINTBEGIN(google-explicit-constructor): a field is written {"key", value}.
  LogValue(bool value) : value_(value) {}
  LogValue(std::signed_integral auto value) : value_(int64_t{value}) {}
  LogValue(std::unsigned_integral auto value) : value_(uint64_t{value}) {}
  LogValue(double value) : value_(value) {}
  LogValue(const char* value) : value_(std::string_view(value)) {}
  LogValue(const std::string& value) : value_(std::string_view(value)) {}
  LogValue(std::string_view value) : value_(value) {}
  LogValue(absl::string_view value) : value_(std::string_view(value.data(), value.size())) {}
  // NOLINTEND(google-explicit-constructor)

  const std::variant<std::string_view, int64_t, uint64_t, double, bool>& get() const {
    return value_;
  }

 private:
  std::variant<std::string_view, int64_t, uint64_t, double, bool> value_;
};

struct LogField {
  std::string_view key;
  LogValue value;
};

// Log queues a line. It allocates nothing when `level` is off. Bytes that are
// not UTF-8 are replaced by U+FFFD.
void Log(LogLevel level, std::string_view message, std::span<const LogField> fields);
inline void Log(LogLevel level, std::string_view message,
                std::initializer_list<LogField> fields = {}) {
  Log(level, message, std::span<const LogField>(fields.begin(), fields.size()));
}

// SetLogLevel drops every line below `level` from now on. It starts as kInfo.
void SetLogLevel(LogLevel level);

// LogEnabled is whether a line of `level` would be written.
bool LogEnabled(LogLevel level);

// ParseLogLevel reads "debug", "info", "warning", "error" or "off".
std::optional<LogLevel> ParseLogLevel(std::string_view name);

// DroppedLogLines is how many lines the full queue has cost so far.
uint64_t DroppedLogLines();

// FlushLog waits until every line logged before is written, or dropped, or
// `limit` has passed, which it tells by false.
bool FlushLog(absl::Duration limit);

}  // namespace sallyport::process

#endif  // SALLYPORT_PROCESS_LOG_H_
