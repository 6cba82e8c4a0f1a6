#include "ctl/user.h"

#include "ctl/user_commands.h"

namespace sallyport::ctl {

void AddUserCommand(CLI::App& app, Action& chosen) {
  CLI::App& user = *app.add_subcommand("user", "manage the users of a running sallyportd");
  user.require_subcommand(1);
  user.footer(
      "Examples:\n"
      "  sallyportctl user add alice\n"
      "  sallyportctl user list --output json\n"
      "\n"
      "'sallyportctl user COMMAND --help' tells about each.");
  AddUserAdd(user, chosen);
  AddUserSetPassword(user, chosen);
  AddUserSetGroups(user, chosen);
  AddUserSetAttribute(user, chosen);
  AddUserSetExpiry(user, chosen);
  AddUserDisable(user, chosen);
  AddUserEnable(user, chosen);
  AddUserDelete(user, chosen);
  AddUserList(user, chosen);
  AddUserShow(user, chosen);
}

}  // namespace sallyport::ctl
