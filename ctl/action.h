#ifndef SALLYPORT_CTL_ACTION_H_
#define SALLYPORT_CTL_ACTION_H_

// What a command line asks for. Each command adds itself to the parser's tree,
// and when it is the one that was named, puts what is to be done into `chosen`;
// that runs after the whole command line was found to be right.

#include <functional>

#include "process/exit_code.h"

namespace sallyport::ctl {

using Action = std::function<process::ExitCode()>;

}  // namespace sallyport::ctl

#endif  // SALLYPORT_CTL_ACTION_H_
