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

// ReportTrouble is ReportFailure of a command that compares, of whose exit codes
// kFailure is taken: it is kTrouble then.
process::ExitCode ReportTrouble(const absl::Status& status);

// ExitCodeOfComparison is such a command's where it has printed its answer: kFailure where
// that is that something `differs`, else kOk; kTrouble where standard output did not take it.
process::ExitCode ExitCodeOfComparison(bool differs);

}  // namespace sallyport::ctl

#endif  // SALLYPORT_CTL_FAILURE_H_
