#ifndef SALLYPORT_CTL_USER_COMMANDS_H_
#define SALLYPORT_CTL_USER_COMMANDS_H_

// The subcommands of `sallyportctl user`, a file each, and what they share.

#include <CLI/App.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "ctl/action.h"
#include "ctl/admin_client.h"
#include "ctl/user_output.h"

namespace sallyport::ctl {

// UserOptions are what every subcommand takes; each has its own.
struct UserOptions {
  std::string socket;
  OutputFormat output = OutputFormat::kText;
  std::string name;                  // unless the command is about all users
  std::vector<std::string> schemes;  // where a password is set
};

// AddSharedOptions adds --socket and --output, AddName the user's name, and
// AddSchemes --scheme.
void AddSharedOptions(CLI::App& command, UserOptions& options);
void AddName(CLI::App& command, UserOptions& options);
void AddSchemes(CLI::App& command, UserOptions& options);

// Choose makes `run` what is done when `command` is named. Its failure is
// reported, and becomes the exit code.
void Choose(CLI::App& command, Action& chosen, std::shared_ptr<const UserOptions> options,
            std::function<absl::Status(AdminClient&)> run);

void AddUserAdd(CLI::App& user, Action& chosen);
void AddUserSetPassword(CLI::App& user, Action& chosen);
void AddUserDisable(CLI::App& user, Action& chosen);
void AddUserEnable(CLI::App& user, Action& chosen);
void AddUserDelete(CLI::App& user, Action& chosen);
void AddUserList(CLI::App& user, Action& chosen);
void AddUserShow(CLI::App& user, Action& chosen);

}  // namespace sallyport::ctl

#endif  // SALLYPORT_CTL_USER_COMMANDS_H_
