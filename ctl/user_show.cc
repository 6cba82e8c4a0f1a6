#include <memory>

#include "ctl/user_commands.h"

namespace sallyport::ctl {
namespace {

absl::Status Show(const UserOptions& options, AdminClient& client) {
  const auto request = NewRequest<v1::GetUserRequest>(options);
  const absl::StatusOr<v1::User> user = client.GetUser(request);
  if (!user.ok()) return user.status();
  PrintUser(options.output, *user);
  return absl::OkStatus();
}

}  // namespace

void AddUserShow(CLI::App& user, Action& chosen) {
  CLI::App& command = *user.add_subcommand("show", "show one user; no part of a secret");
  auto options = std::make_shared<UserOptions>();
  AddName(command, *options);
  AddSharedOptions(command, *options);
  command.footer(
      "Examples:\n"
      "  sallyportctl user show alice\n"
      "  sallyportctl user show alice --output json");
  Choose(command, chosen, options,
         [options](AdminClient& client) { return Show(*options, client); });
}

}  // namespace sallyport::ctl
