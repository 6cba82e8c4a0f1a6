#ifndef SALLYPORT_PROCESS_SIGNALS_H_
#define SALLYPORT_PROCESS_SIGNALS_H_

// Turns signals into values that one thread waits for, so that no handler runs
// in the middle of anything. Threads inherit what is blocked: block before the
// first one starts.

#include <signal.h>

#include <initializer_list>
#include <optional>

#include "absl/time/time.h"

namespace sallyport::process {

// BlockedSignals are signals that no longer interrupt the calling thread and
// the threads that it starts, and that wait to be asked for. They stay blocked
// when it is destroyed. Waiting is thread-safe; a signal goes to one waiter.
class BlockedSignals {
 public:
  // BlockedSignals blocks `signals`, such as {SIGTERM, SIGINT}.
  explicit BlockedSignals(std::initializer_list<int> signals);

  // Wait returns the number of the next signal, for as long as that takes.
  int Wait();

  // WaitFor is Wait with a limit, after which it returns nothing.
  std::optional<int> WaitFor(absl::Duration limit);

 private:
  sigset_t set_;
};

}  // namespace sallyport::process

#endif  // SALLYPORT_PROCESS_SIGNALS_H_
