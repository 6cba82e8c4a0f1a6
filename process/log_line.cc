#include "process/log_line.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "process/json_string.h"

namespace sallyport::process {
namespace {

const char* LevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
    case LogLevel::kOff:
      return "error";
  }
  return "error";
}

struct ValueAppender {
  std::string* line;

  void operator()(std::string_view value) const { AppendJsonString(value, line); }
  void operator()(int64_t value) const { absl::StrAppend(line, value); }
  void operator()(uint64_t value) const { absl::StrAppend(line, value); }
  void operator()(bool value) const { line->append(value ? "true" : "false"); }
  void operator()(double value) const {
    // JSON has no word for the rest.
    if (std::isfinite(value)) {
      absl::StrAppend(line, value);
    } else {
      line->append("null");
    }
  }
};

}  // namespace

std::string FormatLogLine(absl::Time time, LogLevel level, std::string_view message,
                          std::span<const LogField> fields) {
  std::string line = absl::StrCat(
      "{\"time\":\"", absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone()),
      "\",\"level\":\"", LevelName(level), "\",\"msg\":");
  AppendJsonString(message, &line);
  for (const LogField& field : fields) {
    line.push_back(',');
    AppendJsonString(field.key, &line);
    line.push_back(':');
    std::visit(ValueAppender{&line}, field.value.get());
  }
  line.append("}\n");
  return line;
}

}  // namespace sallyport::process
