#include "ctl/export_command.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>

#include "absl/strings/str_join.h"
#include "ctl/admin_command.h"
#include "ctl/user_output.h"

namespace sallyport::ctl {
namespace {

struct ExportOptions {
  ConnectionOptions connection;
  OutputFormat output = OutputFormat::kText;
  std::string store;
  std::string tenant;
};

absl::Status Export(const ExportOptions& options, AdminClient& client) {
  return client.ForEachUser(options.store, options.tenant, [&options](const v1::User& user) {
    if (options.output == OutputFormat::kJson) return PrintJsonLine(UserJson(user));
    std::cout << absl::StrJoin(UserRow(user), "\t") << "\n";
  });
}

}  // namespace

void AddExportCommand(CLI::App& app, Action& chosen) {
  CLI::App& command =
      *app.add_subcommand("export", "print every user of a store, without secrets, a line each");
  auto options = std::make_shared<ExportOptions>();
  command.add_option("--store", options->store, "the store, where there are several");
  command.add_option("--tenant", options->tenant,
                     "the tenant, where the store keeps its users apart by tenant");
  AddConnectionOptions(command, options->connection);
  AddOutputOption(command, options->output);
  command.footer(
      "Text has tabs between name, state, expiry, kinds of credentials, and groups. JSON is an\n"
      "object a line. Users are fetched page by page; one who is added or deleted meanwhile may\n"
      "be missing. Exit code 0 says that it is complete.\n"
      "\n"
      "Examples:\n"
      "  sallyportctl export --output json > users.jsonl\n"
      "  sallyportctl export --store main | cut -f 1");
  Choose(command, chosen, options,
         [options](AdminClient& client) { return Export(*options, client); });
}

}  // namespace sallyport::ctl
