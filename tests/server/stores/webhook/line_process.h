#ifndef SALLYPORT_TESTS_SERVER_STORES_WEBHOOK_LINE_PROCESS_H_
#define SALLYPORT_TESTS_SERVER_STORES_WEBHOOK_LINE_PROCESS_H_

// A program that answers each line of its input with a line, and ends with its input.
// In tests only; not thread-safe.

#include <sys/types.h>

#include <string>
#include <vector>

namespace sallyport::server {

class LineProcess {
 public:
  // LineProcess runs `command`, whose first word is a program's whole path.
  explicit LineProcess(std::vector<std::string> command);
  // Destroying it waits for the program's end.
  ~LineProcess();
  LineProcess(const LineProcess&) = delete;
  LineProcess& operator=(const LineProcess&) = delete;

  std::string Ask(const std::string& line);
  // ReadLine is the next line that it says.
  std::string ReadLine();
  void Freeze() const;
  void Thaw() const;

 private:
  pid_t pid_ = -1;
  int in_ = -1;
  int out_ = -1;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_TESTS_SERVER_STORES_WEBHOOK_LINE_PROCESS_H_
