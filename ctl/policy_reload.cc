#include <CLI/CLI.hpp>
#include <memory>

#include "ctl/admin_command.h"
#include "ctl/loaded_policy.h"
#include "ctl/policy_commands.h"
#include "ctl/policy_status_output.h"

namespace sallyport::ctl {
namespace {

process::ExitCode Reload(const ServedPolicyOptions& options, AdminClient& client) {
  const absl::StatusOr<v1::PolicyStatus> status = client.ReloadPolicy();
  if (status.ok()) {
    PrintPolicyStatus(options.output, *status);
    return process::ExitCode::kOk;
  }
  const bool refused = status.status().code() == absl::StatusCode::kFailedPrecondition;
  return refused ? ReportPolicyFailure(status.status()) : ReportFailure(status.status());
}

}  // namespace

void AddPolicyReload(CLI::App& policy, Action& chosen) {
  CLI::App& command =
      *policy.add_subcommand("reload", "have a sallyportd load its policy's file now");
  auto options = std::make_shared<ServedPolicyOptions>();
  AddConnectionOptions(command, options->connection);
  AddOutputOption(command, options->output);
  command.footer(
      "A sallyportd sees by itself that its file has changed, within a second; this tells at\n"
      "once whether the change is taken.\n"
      "\n"
      "Exit codes: 0 the file is the active policy; 3 it is refused, and the policy before\n"
      "stays active.\n"
      "\n"
      "Examples:\n"
      "  sallyportctl policy reload");
  Choose(command, chosen, options,
         [options](AdminClient& client) { return Reload(*options, client); });
}

}  // namespace sallyport::ctl
