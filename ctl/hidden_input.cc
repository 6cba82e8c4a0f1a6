#include "ctl/hidden_input.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <atomic>

namespace sallyport::ctl {
namespace {

std::atomic<int> signal_sink = -1;

void OnSignal(int signal) {
  const int saved_errno = errno;
  const auto number = static_cast<unsigned char>(signal);
  // A full pipe holds a signal already.
  [[maybe_unused]] const ssize_t written = write(signal_sink, &number, 1);
  errno = saved_errno;
}

}  // namespace

HiddenInput::HiddenInput() {
  if (pipe2(signal_pipe_, O_CLOEXEC | O_NONBLOCK) != 0) return;
  signal_sink = signal_pipe_[1];
  struct sigaction catcher {};
  catcher.sa_handler = OnSignal;
  catcher.sa_flags = SA_RESTART;
  for (size_t i = 0; i < kSignals.size(); ++i) {
    sigaction(kSignals[i], &catcher, &saved_actions_[i]);
  }
  if (tcgetattr(STDIN_FILENO, &saved_terminal_) != 0) return;
  termios silent = saved_terminal_;
  silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  silent.c_lflag |= ECHONL;
  ok_ = tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0;
}

HiddenInput::~HiddenInput() {
  if (signal_pipe_[0] < 0) return;
  if (ok_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &saved_terminal_);
  for (size_t i = 0; i < kSignals.size(); ++i) {
    sigaction(kSignals[i], &saved_actions_[i], nullptr);
  }
  unsigned char number = 0;
  const bool caught = read(signal_pipe_[0], &number, 1) == 1;
  close(signal_pipe_[0]);
  close(signal_pipe_[1]);
  if (caught) raise(number);
}

bool HiddenInput::WaitUntilReadable() {
  pollfd sources[] = {{STDIN_FILENO, POLLIN, 0}, {signal_pipe_[0], POLLIN, 0}};
  while (poll(sources, 2, -1) < 0 && errno == EINTR) {
  }
  return (sources[1].revents & POLLIN) == 0;
}

}  // namespace sallyport::ctl
