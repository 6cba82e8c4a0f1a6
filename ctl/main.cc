// sallyportctl: the operator's tool.

#include <CLI/CLI.hpp>
#include <iostream>
#include <string>

#include "ctl/action.h"
#include "ctl/completion.h"
#include "ctl/export_command.h"
#include "ctl/import_command.h"
#include "ctl/login.h"
#include "ctl/policy.h"
#include "ctl/store.h"
#include "ctl/user.h"
#include "process/exit_code.h"
#include "process/protection.h"
#include "process/version.h"

namespace {

using sallyport::process::ExitCode;
using sallyport::process::ExitStatus;

constexpr char kFooter[] = R"(Examples:
  sallyportctl user add alice
  sallyportctl user list --output json
  sallyportctl login alice --mechanism SCRAM-SHA-256
  sallyportctl policy check policy.yaml
  sallyportctl store ping
  source <(sallyportctl completion bash)

'sallyportctl COMMAND --help' tells about each command.

Environment:
  SALLYPORT_ADMIN_SOCKET   the Admin socket, where --socket does not name it
  SALLYPORT_ADMIN_ADDRESS  an address instead, as --admin; goes before the socket
  SALLYPORT_ADMIN_CA, SALLYPORT_ADMIN_CERT, SALLYPORT_ADMIN_KEY
                           its PEM files, as --ca, --cert and --key

Exit codes:
  0  done
  1  failed in a way that has no code of its own; policy diff: they differ;
     policy replay: logins would change
  2  wrong command line; nothing was done
  3  the policy, or a file, is wrong
  4  sallyportd cannot be reached; trying again later may help
  5  refused: a login, or a name, a password or a value that is not acceptable
  6  there is no such user
  7  the user exists
  8  policy diff, policy replay: failed in a way that has no code of its own)";

}  // namespace

int main(int argc, char** argv) {
  sallyport::process::ProtectProcess();
  CLI::App app("Manages a running sallyportd.", "sallyportctl");
  app.set_version_flag("--version", "sallyportctl " + std::string(sallyport::process::kVersion));
  app.require_subcommand(1);
  app.footer(kFooter);
  sallyport::ctl::Action chosen;
  sallyport::ctl::AddUserCommand(app, chosen);
  sallyport::ctl::AddLoginCommand(app, chosen);
  sallyport::ctl::AddPolicyCommand(app, chosen);
  sallyport::ctl::AddStoreCommand(app, chosen);
  sallyport::ctl::AddImportCommand(app, chosen);
  sallyport::ctl::AddExportCommand(app, chosen);
  sallyport::ctl::AddCompletionCommand(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return ExitStatus(app.exit(error) == 0 ? ExitCode::kOk : ExitCode::kUsage);
  }
  const ExitCode code = chosen();
  // A full disk must not look like success to a script.
  if (!std::cout.flush()) {
    std::cerr << "sallyportctl: cannot write to standard output\n";
    return ExitStatus(code == ExitCode::kTrouble ? code : ExitCode::kFailure);
  }
  return ExitStatus(code);
}
