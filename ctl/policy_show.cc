#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "ctl/admin_command.h"
#include "ctl/policy_commands.h"
#include "ctl/policy_status_output.h"

namespace sallyport::ctl {
namespace {

struct ShowOptions : ServedPolicyOptions {
  bool text = false;
};

absl::Status Show(const ShowOptions& options, AdminClient& client) {
  const absl::StatusOr<v1::PolicyStatus> status = client.GetPolicy();
  if (!status.ok()) return status.status();
  if (options.text) {
    std::cout << status->text();
  } else {
    PrintPolicyStatus(options.output, *status);
  }
  return absl::OkStatus();
}

}  // namespace

void AddPolicyShow(CLI::App& policy, Action& chosen) {
  CLI::App& command = *policy.add_subcommand("show", "tell which policy a sallyportd runs under");
  auto options = std::make_shared<ShowOptions>();
  command.add_flag("--text", options->text, "print the policy itself, as it was loaded");
  AddConnectionOptions(command, options->connection);
  AddOutputOption(command, options->output);
  command.footer(
      "Where the file on disk is refused, the policy before stays active, and 'failure' says\n"
      "why.\n"
      "\n"
      "Examples:\n"
      "  sallyportctl policy show\n"
      "  sallyportctl policy show --text > policy.yaml");
  Choose(command, chosen, options,
         [options](AdminClient& client) { return Show(*options, client); });
}

}  // namespace sallyport::ctl
