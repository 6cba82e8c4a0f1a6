#include <CLI/CLI.hpp>
#include <memory>

#include "ctl/user_commands.h"

namespace sallyport::ctl {
namespace {

constexpr char kNever[] = "never";

struct SetExpiryOptions : UserOptions {
  std::string expires_at;
};

absl::Status SetExpiry(const SetExpiryOptions& options, AdminClient& client) {
  auto request = NewRequest<v1::UpdateUserRequest>(options);
  if (options.expires_at == kNever) {
    request.set_never_expires(true);
  } else {
    *request.mutable_expires_at() = ParseTimestamp(options.expires_at);
  }
  const absl::StatusOr<v1::User> user = client.UpdateUser(request);
  if (!user.ok()) return user.status();
  PrintChange(options.output, *user, "expires " + options.expires_at);
  return absl::OkStatus();
}

}  // namespace

void AddUserSetExpiry(CLI::App& user, Action& chosen) {
  CLI::App& command = *user.add_subcommand("set-expiry", "say when a user can no longer log in");
  auto options = std::make_shared<SetExpiryOptions>();
  AddName(command, *options);
  command.add_option("TIME", options->expires_at, "the time, or 'never'")
      ->required()
      ->check(CLI::IsMember({kNever}) | Rfc3339());
  AddSharedOptions(command, *options);
  command.footer(
      "Examples:\n"
      "  sallyportctl user set-expiry alice 2030-12-31T23:59:59Z\n"
      "  sallyportctl user set-expiry alice never");
  Choose(command, chosen, options,
         [options](AdminClient& client) { return SetExpiry(*options, client); });
}

}  // namespace sallyport::ctl
