#include "ctl/import_command.h"

#include <CLI/CLI.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/credentials/secret.h"
#include "ctl/failure.h"
#include "ctl/import/ldif.h"
#include "ctl/import/password_file.h"
#include "ctl/import/rabbitmq_definitions.h"
#include "ctl/import_run.h"
#include "process/file.h"

namespace sallyport::ctl {
namespace {

using process::ExitCode;

constexpr size_t kMaxImportFile = 1 << 30;

// Reads the content of the file at the path.
using Read = std::function<Import(std::string_view content, const std::string& path)>;

ExitCode ImportFile(const ImportOptions& options, const Read& read) {
  absl::StatusOr<std::string> content = process::ReadFile(options.file, kMaxImportFile);
  if (!content.ok()) {
    ReportFailure(content.status());
    return ExitCode::kConfig;
  }
  const Import import = read(*content, options.file);
  Wipe(&*content);
  return RunImport(options, import);
}

void AddOnConflict(CLI::App& command, ImportOptions& options) {
  command
      .add_option_function<std::string>(
          "--on-conflict",
          [&options](const std::string& what) {
            options.on_conflict = what == "skip"      ? v1::ON_CONFLICT_SKIP
                                  : what == "replace" ? v1::ON_CONFLICT_REPLACE
                                                      : v1::ON_CONFLICT_FAIL;
          },
          "what becomes of a user who exists: fail leaves them and counts as failed, skip leaves "
          "them, replace replaces credentials, groups, attributes and state")
      ->check(CLI::IsMember({"fail", "skip", "replace"}))
      ->default_str("fail");
}

CLI::App& AddKind(CLI::App& import, Action& chosen, const std::string& name,
                  const std::string& description, const std::string& example, Read read) {
  CLI::App& command = *import.add_subcommand(name, description);
  auto options = std::make_shared<ImportOptions>();
  command.add_option("FILE", options->file, "the file of users")->required();
  command.add_option("--store", options->store, "the store, where there are several");
  command.add_option("--tenant", options->tenant,
                     "the tenant, where the store keeps its users apart by tenant");
  AddOnConflict(command, *options);
  command.add_flag("--dry-run", options->dry_run, "read the file only; no service is needed");
  AddConnectionOptions(command, options->connection);
  AddOutputOption(command, options->output);
  command.footer("Examples:\n  sallyportctl import " + name + " " + example + " --dry-run\n" +
                 "  sallyportctl import " + name + " " + example + " --on-conflict skip");
  command.callback([&chosen, options, read = std::move(read)] {
    chosen = [options, read] { return ImportFile(*options, read); };
  });
  return command;
}

// Of THEIRS or THEIRS=OURS.
std::string AddAttribute(const std::string& text, std::map<std::string, std::string>* attributes) {
  const size_t equals = text.find('=');
  const std::string theirs = text.substr(0, equals);
  const std::string ours = equals == std::string::npos ? theirs : text.substr(equals + 1);
  if (theirs.empty() || ours.empty()) return "expected NAME or NAME=OURS, and not '" + text + "'";
  (*attributes)[theirs] = ours;
  return "";
}

void AddLdif(CLI::App& import, Action& chosen) {
  auto ldif = std::make_shared<LdifOptions>();
  CLI::App& command =
      AddKind(import, chosen, "ldif", "users of a directory, as slapcat writes them", "users.ldif",
              [ldif](std::string_view content, const std::string& path) {
                return ImportLdif(content, path, *ldif);
              });
  command.add_option("--name-attribute", ldif->name_attribute, "the attribute that names a user")
      ->capture_default_str();
  command
      .add_option_function<std::vector<std::string>>(
          "--attribute",
          [ldif](const std::vector<std::string>& texts) {
            for (const std::string& text : texts) {
              const std::string error = AddAttribute(text, &ldif->attributes);
              if (!error.empty()) throw CLI::ValidationError("--attribute", error);
            }
          },
          "an attribute to take along, and what it is to be called; may be given again")
      ->type_name("NAME[=OURS]")
      ->allow_extra_args(false);
}

}  // namespace

void AddImportCommand(CLI::App& app, Action& chosen) {
  CLI::App& import = *app.add_subcommand(
      "import", "take over users of another system, with their password hashes");
  import.require_subcommand(1);
  import.footer(
      "One bad entry does not stop the others: it is listed with its place. Users are imported\n"
      "one by one; what was imported stays, also where a later one fails.\n"
      "\n"
      "Exit codes: 0 everything carried over; 3 some of the file did not; 4 the service cannot\n"
      "be reached, or no longer; 5 the service did not take some users.\n"
      "\n"
      "Examples:\n"
      "  sallyportctl import htpasswd users.htpasswd --dry-run\n"
      "  sallyportctl import ldif users.ldif --store main --attribute mail");
  AddKind(import, chosen, "htpasswd", "users of htpasswd's files, passwd(5) or shadow(5)",
          "users.htpasswd", ImportPasswordFile);
  AddLdif(import, chosen);
  AddKind(import, chosen, "rabbitmq", "users of RabbitMQ's definitions", "definitions.json",
          ImportRabbitMqDefinitions);
}

}  // namespace sallyport::ctl
