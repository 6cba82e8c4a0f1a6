#include <CLI/CLI.hpp>
#include <memory>

#include "core/credentials/secret.h"
#include "ctl/password_input.h"
#include "ctl/user_commands.h"

namespace sallyport::ctl {
namespace {

struct AddOptions : UserOptions {
  std::vector<std::string> groups;
  std::vector<std::string> attributes;
  std::string expires_at;
};

v1::AddUserRequest RequestFor(const AddOptions& options) {
  auto request = NewRequest<v1::AddUserRequest>(options);
  *request.mutable_groups() = {options.groups.begin(), options.groups.end()};
  *request.mutable_attributes() = ParseAttributes(options.attributes);
  *request.mutable_schemes() = {options.schemes.begin(), options.schemes.end()};
  if (!options.expires_at.empty()) {
    *request.mutable_expires_at() = ParseTimestamp(options.expires_at);
  }
  return request;
}

absl::Status Add(const AddOptions& options, AdminClient& client) {
  absl::StatusOr<Secret> password = ReadNewPassword();
  if (!password.ok()) return password.status();
  v1::AddUserRequest request = RequestFor(options);
  request.set_password(std::string(password->view()));
  const absl::StatusOr<v1::User> user = client.AddUser(request);
  Wipe(request.mutable_password());
  if (!user.ok()) return user.status();
  PrintChange(options.output, *user, "added");
  return absl::OkStatus();
}

}  // namespace

void AddUserAdd(CLI::App& user, Action& chosen) {
  CLI::App& command = *user.add_subcommand("add", "add a user, with a password that is asked for");
  auto options = std::make_shared<AddOptions>();
  AddName(command, *options);
  command.add_option("--group", options->groups, "a group of the user; may be given again")
      ->allow_extra_args(false);
  command
      .add_option("--attribute", options->attributes,
                  "an attribute of the user; may be given again")
      ->allow_extra_args(false)
      ->check(NameAndValue());
  command.add_option("--expires-at", options->expires_at, "when the user can no longer log in")
      ->check(Rfc3339());
  AddSchemes(command, *options);
  AddSharedOptions(command, *options);
  command.footer(
      "The password is asked for twice on a terminal; else it is the first line of\n"
      "standard input.\n"
      "\n"
      "Examples:\n"
      "  sallyportctl user add alice\n"
      "  sallyportctl user add alice --group operators --expires-at 2030-12-31T23:59:59Z\n"
      "  pass show alice | sallyportctl user add alice --scheme SCRAM-SHA-512");
  Choose(command, chosen, options,
         [options](AdminClient& client) { return Add(*options, client); });
}

}  // namespace sallyport::ctl
