#include "process/protection.h"

#include <signal.h>
#include <sys/prctl.h>

namespace sallyport::process {

void ProtectProcess() {
  prctl(PR_SET_DUMPABLE, 0);
  signal(SIGPIPE, SIG_IGN);
}

}  // namespace sallyport::process
