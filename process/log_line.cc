#include "process/log_line.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

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

void AppendString(std::string_view value, std::string* line) {
  const auto plain = [](char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; };
  // Nearly every string in a log is plain; the JSON library's way costs allocations.
  if (std::all_of(value.begin(), value.end(), plain)) {
    line->push_back('"');
    line->append(value);
    line->push_back('"');
    return;
  }
  // In ASCII, and without DEL: a terminal that shows the log obeys nothing in it.
  const std::string escaped = nlohmann::json(std::string(value))
                                  .dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  line->append(absl::StrReplaceAll(escaped, {{"\x7f", "\\u007f"}}));
}

struct ValueAppender {
  std::string* line;

  void operator()(std::string_view value) const { AppendString(value, line); }
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
  AppendString(message, &line);
  for (const LogField& field : fields) {
    line.push_back(',');
    AppendString(field.key, &line);
    line.push_back(':');
    std::visit(ValueAppender{&line}, field.value.get());
  }
  line.append("}\n");
  return line;
}

}  // namespace sallyport::process
