#include <memory>

#include "ctl/user_commands.h"

namespace sallyport::ctl {
namespace {

absl::Status List(const UserOptions& options, AdminClient& client) {
  const absl::StatusOr<std::vector<v1::User>> users =
      client.ListUsers(options.store, options.tenant);
  if (!users.ok()) return users.status();
  PrintUsers(options.output, *users);
  return absl::OkStatus();
}

}  // namespace

void AddUserList(CLI::App& user, Action& chosen) {
  CLI::App& command = *user.add_subcommand("list", "list the users of a store, in order of name");
  auto options = std::make_shared<UserOptions>();
  AddSharedOptions(command, *options);
  command.footer(
      "Examples:\n"
      "  sallyportctl user list\n"
      "  sallyportctl user list --output json | jq -r '.[] | select(.disabled) | .name'");
  Choose(command, chosen, options,
         [options](AdminClient& client) { return List(*options, client); });
}

}  // namespace sallyport::ctl
