#include "ctl/failure.h"

#include <iostream>

namespace sallyport::ctl {

using process::ExitCode;

process::ExitCode ReportFailure(const absl::Status& status) {
  std::cerr << "sallyportctl: " << status.message() << "\n";
  switch (status.code()) {
    case absl::StatusCode::kNotFound:
      return ExitCode::kNotFound;
    case absl::StatusCode::kAlreadyExists:
      return ExitCode::kAlreadyExists;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
      return ExitCode::kRefused;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
      return ExitCode::kUnavailable;
    default:
      return ExitCode::kFailure;
  }
}

process::ExitCode ReportTrouble(const absl::Status& status) {
  const ExitCode code = ReportFailure(status);
  return code == ExitCode::kFailure ? ExitCode::kTrouble : code;
}

ExitCode ExitCodeOfComparison(bool differs) {
  if (!std::cout.flush()) return ExitCode::kTrouble;
  return differs ? ExitCode::kFailure : ExitCode::kOk;
}

}  // namespace sallyport::ctl
