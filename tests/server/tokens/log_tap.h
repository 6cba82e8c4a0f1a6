#ifndef SALLYPORT_TESTS_SERVER_TOKENS_LOG_TAP_H_
#define SALLYPORT_TESTS_SERVER_TOKENS_LOG_TAP_H_

// Reads what this process logs, as it does. In tests only, one at a time.

#include <string>

namespace sallyport::server {

class LogTap {
 public:
  LogTap();
  // Standard error is what it was, from here on.
  ~LogTap();
  LogTap(const LogTap&) = delete;
  LogTap& operator=(const LogTap&) = delete;

  // AwaitLine is the next line with `part` in it; those before it are dropped.
  std::string AwaitLine(const std::string& part) { return AwaitLines(part, nullptr); }

  // ReadUpTo is all lines to the next one with `part` in it.
  std::string ReadUpTo(const std::string& part);

 private:
  // Adds the lines before it to `before`, unless that is null.
  std::string AwaitLines(const std::string& part, std::string* before);

  int standard_error_;
  int lines_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_TESTS_SERVER_TOKENS_LOG_TAP_H_
