#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "audit/audit_reader.h"
#include "ctl/failure.h"
#include "ctl/loaded_policy.h"
#include "ctl/policy_commands.h"
#include "ctl/progress.h"
#include "ctl/replay_report.h"

namespace sallyport::ctl {
namespace {

using process::ExitCode;

// How many lines that cannot be read are told of, one by one.
constexpr uint64_t kMaxBadLines = 5;

struct ReplayOptions {
  std::string file;
  std::string audit;
  size_t limit = 10;
  OutputFormat output = OutputFormat::kText;
};

void Warn(const std::string& text) { std::cerr << "sallyportctl: " << text << "\n"; }

// Reads the whole log, and returns how many of its lines could not be read.
uint64_t ReadLog(const policy::Policy& policy, std::istream& log, ReplayReport* report) {
  audit::AuditReader reader(log);
  Progress progress;
  uint64_t bad_lines = 0;
  while (true) {
    const auto login = reader.Next();
    if (login.ok()) {
      if (!login->has_value()) return bad_lines;
      report->Add(policy, **login);
    } else if (++bad_lines <= kMaxBadLines) {
      Warn(Printable(std::string(login.status().message())));
    }
    progress.Show([&] {
      return absl::StrCat(Plural(report->logins(), "login"), ", ", report->changed(),
                          " would change");
    });
  }
}

ExitCode Judge(const policy::Policy& policy, std::istream& log, const ReplayOptions& options) {
  ReplayReport report(options.limit);
  const uint64_t bad_lines = ReadLog(policy, log, &report);
  if (log.bad()) {
    return ReportTrouble(absl::UnavailableError(absl::StrCat("cannot read ", options.audit)));
  }
  if (bad_lines > 0) {
    Warn(absl::StrCat(Plural(bad_lines, "line"), " of ", options.audit, " could not be read"));
  }
  if (bad_lines > 0 && report.logins() == 0) {
    return ReportPolicyFailure(
        absl::InvalidArgumentError(absl::StrCat(options.audit, " is no audit log")));
  }
  if (options.output == OutputFormat::kJson) {
    nlohmann::ordered_json json = report.ToJson();
    json["bad_lines"] = bad_lines;
    PrintJson(json);
  } else {
    std::cout << report.ToText();
  }
  return ExitCodeOfComparison(report.changed() != 0);
}

ExitCode Replay(const ReplayOptions& options) {
  const auto policy = LoadPolicyFile(options.file);
  if (!policy.ok()) return ReportPolicyFailure(policy.status());
  if (options.audit == "-") return Judge(**policy, std::cin, options);
  std::ifstream log(options.audit, std::ios::binary);
  // A directory can be opened, and not read.
  if (log.is_open()) log.peek();
  if (!log.is_open() || log.bad()) {
    return ReportPolicyFailure(absl::NotFoundError(
        absl::StrCat("cannot open ", options.audit, ": does it exist, and may you read it?")));
  }
  log.clear();
  return Judge(**policy, log, options);
}

}  // namespace

void AddPolicyReplay(CLI::App& policy, Action& chosen) {
  CLI::App& command = *policy.add_subcommand(
      "replay", "tell which logins of an audit log would end otherwise under a policy");
  auto options = std::make_shared<ReplayOptions>();
  command.add_option("FILE", options->file, "the policy to try")->required();
  command.add_option("--audit", options->audit, "the audit log; '-' is standard input")
      ->required()
      ->type_name("LOG");
  command
      .add_option("--limit", options->limit,
                  "how many handshake ids to list of each kind of change")
      ->capture_default_str();
  AddOutputOption(command, options->output);
  command.footer(
      "An audit log has no groups, and names only as they were mapped: where it depends on\n"
      "those, what would come of a login cannot be told. What is in front of the stores is\n"
      "judged, not whether a password is right.\n"
      "\n"
      "Exit codes: 0 no login is known to change; 1 some would; 3 the policy is wrong, or the\n"
      "log is none; 4 it cannot be read to its end; 8 anything else.\n"
      "\n"
      "Examples:\n"
      "  sallyportctl policy replay new.yaml --audit /var/log/sallyport/audit.log\n"
      "  zcat audit.log.*.gz | sallyportctl policy replay new.yaml --audit - --output json");
  command.callback([&chosen, options] { chosen = [options] { return Replay(*options); }; });
}

}  // namespace sallyport::ctl
