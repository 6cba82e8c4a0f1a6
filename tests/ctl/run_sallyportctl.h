#ifndef SALLYPORT_TESTS_CTL_RUN_SALLYPORTCTL_H_
#define SALLYPORT_TESTS_CTL_RUN_SALLYPORTCTL_H_

// Runs the real sallyportctl.

#include <sys/types.h>

#include <string>
#include <vector>

namespace sallyport::ctl {

struct Finished {
  int exit_code = -1;  // 128 and the signal's number, where a signal ended it
  std::string out;
  std::string err;
};

// Binary is the program's path.
std::string Binary();

// RunSallyportctl gives `input` on standard input and waits for the end.
Finished RunSallyportctl(const std::vector<std::string>& arguments, const std::string& input = "");

// RunProgram is RunSallyportctl of another program.
Finished RunProgram(const std::string& program, const std::vector<std::string>& arguments,
                    const std::string& input = "");

// OnTerminal is sallyportctl with a terminal as its standard input.
class OnTerminal {
 public:
  explicit OnTerminal(const std::vector<std::string>& arguments);
  ~OnTerminal();

  // WaitFor reads standard error until `text` has come; false at its end.
  bool WaitFor(const std::string& text);

  // Type presses keys.
  void Type(const std::string& keys);

  // Signal sends the program a signal, as Ctrl-C in its terminal would.
  void Signal(int signal);

  // Echoes is whether the terminal shows what is typed.
  bool Echoes() const;

  // Finish waits for the end. `shown` is what the terminal showed.
  Finished Finish();
  std::string shown();

 private:
  int terminal_ = -1;  // the person's side
  int program_ = -1;   // the program's side
  int err_ = -1;
  int out_ = -1;
  pid_t pid_ = -1;
  std::string seen_err_;
};

}  // namespace sallyport::ctl

#endif  // SALLYPORT_TESTS_CTL_RUN_SALLYPORTCTL_H_
