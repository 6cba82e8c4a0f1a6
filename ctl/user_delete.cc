#include <memory>

#include "ctl/user_commands.h"

namespace sallyport::ctl {
namespace {

absl::Status Delete(const UserOptions& options, AdminClient& client) {
  const auto request = NewRequest<v1::DeleteUserRequest>(options);
  if (absl::Status status = client.DeleteUser(request); !status.ok()) return status;
  PrintDeleted(options.output, options.name);
  return absl::OkStatus();
}

}  // namespace

void AddUserDelete(CLI::App& user, Action& chosen) {
  CLI::App& command =
      *user.add_subcommand("delete", "delete a user and every credential, without asking");
  auto options = std::make_shared<UserOptions>();
  AddName(command, *options);
  AddSharedOptions(command, *options);
  command.footer("Examples:\n  sallyportctl user delete alice");
  Choose(command, chosen, options,
         [options](AdminClient& client) { return Delete(*options, client); });
}

}  // namespace sallyport::ctl
