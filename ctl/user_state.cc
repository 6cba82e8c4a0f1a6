#include <memory>

#include "ctl/user_commands.h"

namespace sallyport::ctl {
namespace {

absl::Status SetState(const UserOptions& options, bool disabled, AdminClient& client) {
  auto request = NewRequest<v1::SetUserStateRequest>(options);
  request.set_disabled(disabled);
  const absl::StatusOr<v1::User> user = client.SetUserState(request);
  if (!user.ok()) return user.status();
  PrintChange(options.output, *user, disabled ? "disabled" : "enabled");
  return absl::OkStatus();
}

void AddStateCommand(CLI::App& user, Action& chosen, const std::string& name,
                     const std::string& description, bool disabled) {
  CLI::App& command = *user.add_subcommand(name, description);
  auto options = std::make_shared<UserOptions>();
  AddName(command, *options);
  AddSharedOptions(command, *options);
  command.footer("Examples:\n  sallyportctl user " + name + " alice");
  Choose(command, chosen, options,
         [options, disabled](AdminClient& client) { return SetState(*options, disabled, client); });
}

}  // namespace

void AddUserDisable(CLI::App& user, Action& chosen) {
  AddStateCommand(user, chosen, "disable", "keep a user from logging in; nothing is lost", true);
}

void AddUserEnable(CLI::App& user, Action& chosen) {
  AddStateCommand(user, chosen, "enable", "let a disabled user log in again", false);
}

}  // namespace sallyport::ctl
