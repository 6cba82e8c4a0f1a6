#include <CLI/CLI.hpp>
#include <memory>

#include "ctl/user_commands.h"

namespace sallyport::ctl {
namespace {

struct SetGroupsOptions : UserOptions {
  std::vector<std::string> groups;
};

absl::Status SetGroups(const SetGroupsOptions& options, AdminClient& client) {
  auto request = NewRequest<v1::UpdateUserRequest>(options);
  *request.mutable_groups()->mutable_names() = {options.groups.begin(), options.groups.end()};
  const absl::StatusOr<v1::User> user = client.UpdateUser(request);
  if (!user.ok()) return user.status();
  PrintChange(options.output, *user, options.groups.empty() ? "has no groups" : "has new groups");
  return absl::OkStatus();
}

}  // namespace

void AddUserSetGroups(CLI::App& user, Action& chosen) {
  CLI::App& command = *user.add_subcommand("set-groups", "replace the groups of a user");
  auto options = std::make_shared<SetGroupsOptions>();
  AddName(command, *options);
  command.add_option("GROUP", options->groups, "the groups; without any, the user has none");
  AddSharedOptions(command, *options);
  command.footer(
      "Examples:\n"
      "  sallyportctl user set-groups alice operators night-shift\n"
      "  sallyportctl user set-groups alice");
  Choose(command, chosen, options,
         [options](AdminClient& client) { return SetGroups(*options, client); });
}

}  // namespace sallyport::ctl
