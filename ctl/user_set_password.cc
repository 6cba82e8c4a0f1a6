#include <CLI/CLI.hpp>
#include <memory>

#include "absl/time/time.h"
#include "core/credentials/secret.h"
#include "ctl/password_input.h"
#include "ctl/user_commands.h"

namespace sallyport::ctl {
namespace {

struct SetPasswordOptions : UserOptions {
  absl::Duration keep_old = absl::ZeroDuration();
};

// Reads a duration into `keep_old`, or says what is wrong with it.
std::string ReadKeepOld(const std::string& text, absl::Duration* keep_old) {
  if (absl::ParseDuration(text, keep_old) && *keep_old >= absl::Seconds(1) &&
      *keep_old != absl::InfiniteDuration()) {
    return "";
  }
  return "expected a duration such as 24h or 90m, and not '" + text + "'";
}

absl::Status SetPassword(const SetPasswordOptions& options, AdminClient& client) {
  absl::StatusOr<Secret> password = ReadNewPassword();
  if (!password.ok()) return password.status();
  auto request = NewRequest<v1::SetPasswordRequest>(options);
  *request.mutable_schemes() = {options.schemes.begin(), options.schemes.end()};
  if (options.keep_old > absl::ZeroDuration()) {
    request.mutable_keep_old_for()->set_seconds(absl::ToInt64Seconds(options.keep_old));
  }
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
  auto options = std::make_shared<SetPasswordOptions>();
  AddName(command, *options);
  command
      .add_option_function<std::string>(
          "--keep-old",
          [raw = options.get()](const std::string& text) {
            const std::string error = ReadKeepOld(text, &raw->keep_old);
            if (!error.empty()) throw CLI::ValidationError("--keep-old", error);
          },
          "how long the old password stays valid too; without this, no longer")
      ->type_name("DURATION");
  AddSchemes(command, *options);
  AddSharedOptions(command, *options);
  command.footer(
      "The password is asked for twice on a terminal; else it is the first line of\n"
      "standard input.\n"
      "\n"
      "Examples:\n"
      "  sallyportctl user set-password alice\n"
      "  sallyportctl user set-password alice --keep-old 24h\n"
      "  pass show alice | sallyportctl user set-password alice");
  Choose(command, chosen, options,
         [options](AdminClient& client) { return SetPassword(*options, client); });
}

}  // namespace sallyport::ctl
