#ifndef SALLYPORT_SERVER_STORES_POSTGRESQL_INTERRUPT_H_
#define SALLYPORT_SERVER_STORES_POSTGRESQL_INTERRUPT_H_

// Ends every wait that watches it, so that nothing has to be waited out when a store
// closes. Thread-safe.

#include "absl/time/time.h"

namespace sallyport::server {

class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  // Set stays.
  void Set();

  // fd can be read once Set was called; negative where the system had none left.
  int fd() const { return fd_; }

  // WaitFor is whether Set was called before `time` had passed.
  bool WaitFor(absl::Duration time) const;

 private:
  const int fd_;
};

// PollMilliseconds is poll's timeout for what is left of `time`, rounded up.
int PollMilliseconds(absl::Duration time);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_POSTGRESQL_INTERRUPT_H_
