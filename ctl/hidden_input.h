#ifndef SALLYPORT_CTL_HIDDEN_INPUT_H_
#define SALLYPORT_CTL_HIDDEN_INPUT_H_

// Keeps a terminal from showing what is typed. One at a time in a process: it
// takes over the signals that would end the process with a mute terminal.

#include <signal.h>
#include <termios.h>

#include <array>

namespace sallyport::ctl {

class HiddenInput {
 public:
  // HiddenInput turns the echo of standard input off; ok() tells whether that
  // worked.
  HiddenInput();

  // ~HiddenInput turns it on again, and then lets a signal that came meanwhile
  // (SIGINT, SIGTERM, SIGHUP or SIGQUIT) do what it would have done.
  ~HiddenInput();

  HiddenInput(const HiddenInput&) = delete;
  HiddenInput& operator=(const HiddenInput&) = delete;

  bool ok() const { return ok_; }

  // WaitUntilReadable waits for standard input; false when such a signal came.
  bool WaitUntilReadable();

 private:
  static constexpr std::array kSignals = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

  bool ok_ = false;
  // The handler writes the signal's number here: it may run on any thread, and
  // just before a wait.
  int signal_pipe_[2] = {-1, -1};
  termios saved_terminal_{};
  std::array<struct sigaction, kSignals.size()> saved_actions_{};
};

}  // namespace sallyport::ctl

#endif  // SALLYPORT_CTL_HIDDEN_INPUT_H_
