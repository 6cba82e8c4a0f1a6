#ifndef SALLYPORT_PROCESS_LOG_LINE_H_
#define SALLYPORT_PROCESS_LOG_LINE_H_

// The text of a log line. Thread-safe.

#include <span>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "process/log.h"

namespace sallyport::process {

// FormatLogLine is a JSON object and a newline.
std::string FormatLogLine(absl::Time time, LogLevel level, std::string_view message,
                          std::span<const LogField> fields);

}  // namespace sallyport::process

#endif  // SALLYPORT_PROCESS_LOG_LINE_H_
