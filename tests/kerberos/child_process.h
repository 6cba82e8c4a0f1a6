#ifndef SALLYPORT_TESTS_KERBEROS_CHILD_PROCESS_H_
#define SALLYPORT_TESTS_KERBEROS_CHILD_PROCESS_H_

// A program that a test runs, and that never outlives the thread that started it.
// In tests only. Not thread-safe.

#include <sys/types.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace sallyport {

// ProgramEnvironment is all of a program's environment.
using ProgramEnvironment = std::map<std::string, std::string>;

class ChildProcess {
 public:
  // Start runs `command`, whose first word is a program's whole path, with `input`
  // (of 4 KiB at most, so that it fits into a pipe) as its standard input.
  // Unavailable where the system lacks something; a program that does not exist
  // ends with status 127.
  static absl::StatusOr<std::unique_ptr<ChildProcess>> Start(
      const std::vector<std::string>& command, const ProgramEnvironment& environment,
      const std::string& input);

  // Destroying it ends the program, by SIGTERM, and waits for that.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // ReadUntil reads the program's output, standard error with it, until that holds
  // `text` or the program has closed it, and returns what was read so far. An empty
  // `text` stands for all of it.
  const std::string& ReadUntil(const std::string& text);

  // Wait waits for the program to end, and is its exit status; -1 after a signal.
  int Wait();

  pid_t pid() const { return pid_; }

 private:
  ChildProcess(pid_t pid, int output) : pid_(pid), output_(output) {}

  pid_t pid_;
  const int output_;
  std::string read_;
};

// FreezeProcess stops a process (SIGSTOP), and returns once each of its threads has
// stopped: the signal alone takes effect some time later.
void FreezeProcess(pid_t pid);

// RunProgram runs a program to its end. Internal, with all that it said, unless it
// succeeds.
absl::Status RunProgram(const std::vector<std::string>& command,
                        const ProgramEnvironment& environment, const std::string& input = "");

}  // namespace sallyport

#endif  // SALLYPORT_TESTS_KERBEROS_CHILD_PROCESS_H_
