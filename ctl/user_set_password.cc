#include <memory>

#include "core/credentials/secret.h"
#include "ctl/password_input.h"
#include "ctl/user_commands.h"

namespace sallyport::ctl {
namespace {

absl::Status SetPassword(const UserOptions& options, AdminClient& client) {
  absl::StatusOr<Secret> password = ReadNewPassword();
  if (!password.ok()) return password.status();
  v1::SetPasswordRequest request;
  request.set_name(options.name);
  *request.mutable_schemes() = {options.schemes.begin(), options.schemes.end()};
  request.set_password(std::string(password->view()));
  const absl::StatusOr<v1::User> user = client.SetPassword(request);
  Wipe(request.mutable_password());
  if (!user.ok()) return user.status();
  PrintChange(options.output, *user, "has a new password");
  return absl::OkStatus();
}

}  // namespace

void AddUserSetPassword(CLI::App& user, Action& chosen) {
  CLI::App& command = *user.add_subcommand(
      "set-password", "replace every credential of a user by a password that is asked for");
  auto options = std::make_shared<UserOptions>();
  AddName(command, *options);
  AddSchemes(command, *options);
  AddSharedOptions(command, *options);
  command.footer(
      "The password is asked for twice on a terminal; else it is the first line of\n"
      "standard input.\n"
      "\n"
      "Examples:\n"
      "  sallyportctl user set-password alice\n"
      "  pass show alice | sallyportctl user set-password alice");
  Choose(command, chosen, options,
         [options](AdminClient& client) { return SetPassword(*options, client); });
}

}  // namespace sallyport::ctl
