#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>

#include "ctl/admin_command.h"
#include "ctl/loaded_policy.h"
#include "ctl/policy_commands.h"
#include "policy/diff.h"

namespace sallyport::ctl {
namespace {

using process::ExitCode;

struct DiffOptions : ServedPolicyOptions {
  std::string first;
  // Empty: `first` is compared to the active policy.
  std::string second;
};

ExitCode Print(const DiffOptions& options, const policy::Policy& before,
               const policy::Policy& after) {
  const auto differences = policy::Diff(before.policy(), after.policy());
  if (options.output == OutputFormat::kJson) {
    PrintJson(policy::DiffJson(differences));
  } else {
    std::cout << policy::DiffText(differences);
  }
  return ExitCodeOfComparison(!differences.empty());
}

ExitCode CompareFiles(const DiffOptions& options) {
  const auto before = LoadPolicyFile(options.first);
  if (!before.ok()) return ReportPolicyFailure(before.status());
  const auto after = LoadPolicyFile(options.second);
  if (!after.ok()) return ReportPolicyFailure(after.status());
  return Print(options, **before, **after);
}

ExitCode CompareToActive(const DiffOptions& options) {
  const auto after = LoadPolicyFile(options.first);
  if (!after.ok()) return ReportPolicyFailure(after.status());
  absl::StatusOr<AdminClient> client = Connect(options.connection);
  if (!client.ok()) return ReportTrouble(client.status());
  const auto before = FetchPolicy(*client);
  if (!before.ok()) return ReportTrouble(before.status());
  return Print(options, **before, **after);
}

}  // namespace

void AddPolicyDiff(CLI::App& policy, Action& chosen) {
  CLI::App& command = *policy.add_subcommand(
      "diff", "list what a file changes of the active policy, or of another file");
  auto options = std::make_shared<DiffOptions>();
  command.add_option("FILE", options->first, "the policy to compare; the older of two")->required();
  command.add_option("NEW", options->second, "the newer of two files: no service is asked");
  AddConnectionOptions(command, options->connection);
  AddOutputOption(command, options->output);
  command.footer(
      "Tenants, stores, listeners, brokers and token issuers go by their names, wherever they\n"
      "stand. Comments and layout make no difference.\n"
      "\n"
      "Exit codes: 0 they are the same; 1 they differ (as diff's); 3 a file is wrong; 4 the\n"
      "service cannot be reached; 5 it refuses; 8 anything else.\n"
      "\n"
      "Examples:\n"
      "  sallyportctl policy diff policy.yaml\n"
      "  sallyportctl policy diff old.yaml new.yaml --output json");
  command.callback([&chosen, options] {
    chosen = [options] {
      return options->second.empty() ? CompareToActive(*options) : CompareFiles(*options);
    };
  });
}

}  // namespace sallyport::ctl
