#ifndef SALLYPORT_CTL_FAILURE_H_
#define SALLYPORT_CTL_FAILURE_H_

// How a command tells that it failed: a person by a line on standard error, a
// script by the exit code.

#include "absl/status/status.h"
#include "process/exit_code.h"

namespace sallyport::ctl {

// ReportFailure prints the message of `status`, which is not OK, and returns the
// exit code for its code.
process::ExitCode ReportFailure(const absl::Status& status);

}  // namespace sallyport::ctl

#endif  // SALLYPORT_CTL_FAILURE_H_
