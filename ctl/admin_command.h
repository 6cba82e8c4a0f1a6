#ifndef SALLYPORT_CTL_ADMIN_COMMAND_H_
#define SALLYPORT_CTL_ADMIN_COMMAND_H_

// What the commands that ask a running service have in common.

#include <CLI/App.hpp>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ctl/action.h"
#include "ctl/admin_client.h"
#include "ctl/connection_options.h"
#include "ctl/failure.h"

namespace sallyport::ctl {

// ExitCodeOf reports a failure, and returns its exit code.
inline process::ExitCode ExitCodeOf(process::ExitCode code) { return code; }
inline process::ExitCode ExitCodeOf(const absl::Status& status) {
  return status.ok() ? process::ExitCode::kOk : ReportFailure(status);
}

// Choose makes `run` what is done when `command` is named, with a client for the
// connection of `options`. It returns an exit code, or a status, whose failure is
// reported and becomes the exit code.
template <typename Options, typename Run>
void Choose(CLI::App& command, Action& chosen, std::shared_ptr<Options> options, Run run) {
  command.callback([&chosen, options, run] {
    chosen = [options, run]() -> process::ExitCode {
      absl::StatusOr<AdminClient> client = Connect(options->connection);
      if (!client.ok()) return ReportFailure(client.status());
      return ExitCodeOf(run(*client));
    };
  });
}

}  // namespace sallyport::ctl

#endif  // SALLYPORT_CTL_ADMIN_COMMAND_H_
