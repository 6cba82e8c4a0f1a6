#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "ctl/loaded_policy.h"
#include "ctl/policy_commands.h"

namespace sallyport::ctl {
namespace {

struct CheckOptions {
  std::string file;
  OutputFormat output = OutputFormat::kText;
};

void PrintRight(const CheckOptions& options, const policy::Policy& policy) {
  const v1::Policy& content = policy.policy();
  if (options.output == OutputFormat::kJson) {
    return PrintJson({{"file", options.file},
                      {"right", true},
                      {"version", policy.version()},
                      {"hash", policy.hash()},
                      {"tenants", policy.tenants().size()},
                      {"stores", content.stores_size()},
                      {"token_issuers", content.token_issuers_size()},
                      {"listeners", content.listeners_size()},
                      {"brokers", content.brokers_size()}});
  }
  const auto count = [](int number) { return static_cast<uint64_t>(number); };
  std::cout << options.file << " is right: " << Plural(policy.tenants().size(), "tenant") << ", "
            << Plural(count(content.stores_size()), "store") << ", "
            << Plural(count(content.token_issuers_size()), "token issuer") << ", "
            << Plural(count(content.listeners_size()), "listener") << ", "
            << Plural(count(content.brokers_size()), "broker") << "; "
            << (policy.version().empty() ? "no version"
                                         : absl::StrCat("version ", Printable(policy.version())))
            << ", hash " << policy.hash() << "\n";
}

process::ExitCode Check(const CheckOptions& options) {
  const auto policy = LoadPolicyFile(options.file);
  if (policy.ok()) {
    PrintRight(options, **policy);
    return process::ExitCode::kOk;
  }
  if (options.output == OutputFormat::kText) return ReportPolicyFailure(policy.status());
  const std::vector<std::string> problems =
      absl::StrSplit(std::string(policy.status().message()), '\n');
  PrintJson({{"file", options.file}, {"right", false}, {"problems", problems}});
  return process::ExitCode::kConfig;
}

}  // namespace

void AddPolicyCheck(CLI::App& policy, Action& chosen) {
  CLI::App& command = *policy.add_subcommand("check", "judge a policy's file, without a service");
  auto options = std::make_shared<CheckOptions>();
  command.add_option("FILE", options->file, "the policy, in YAML")->required();
  AddOutputOption(command, options->output);
  command.footer(
      "Each problem is named by file, line and column, up to 20. Stores are not opened, and\n"
      "files that the policy names (certificates, keys) are not read.\n"
      "\n"
      "Exit codes: 0 the policy is right; 3 it is wrong, or cannot be read.\n"
      "\n"
      "Examples:\n"
      "  sallyportctl policy check policy.yaml");
  command.callback([&chosen, options] { chosen = [options] { return Check(*options); }; });
}

}  // namespace sallyport::ctl
