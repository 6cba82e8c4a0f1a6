#include <CLI/CLI.hpp>
#include <memory>

#include "ctl/user_commands.h"

namespace sallyport::ctl {
namespace {

struct SetAttributeOptions : UserOptions {
  std::vector<std::string> attributes;
  std::vector<std::string> removed;
};

absl::Status SetAttribute(const SetAttributeOptions& options, AdminClient& client) {
  if (options.attributes.empty() && options.removed.empty()) {
    return absl::InvalidArgumentError("name an attribute to set, or one to --remove");
  }
  auto request = NewRequest<v1::UpdateUserRequest>(options);
  *request.mutable_set_attributes() = ParseAttributes(options.attributes);
  *request.mutable_remove_attributes() = {options.removed.begin(), options.removed.end()};
  const absl::StatusOr<v1::User> user = client.UpdateUser(request);
  if (!user.ok()) return user.status();
  PrintChange(options.output, *user, "has new attributes");
  return absl::OkStatus();
}

}  // namespace

void AddUserSetAttribute(CLI::App& user, Action& chosen) {
  CLI::App& command =
      *user.add_subcommand("set-attribute", "set attributes of a user; the others stay");
  auto options = std::make_shared<SetAttributeOptions>();
  AddName(command, *options);
  command.add_option("ATTRIBUTE", options->attributes, "what to set")->check(NameAndValue());
  command.add_option("--remove", options->removed, "an attribute to remove; may be given again")
      ->allow_extra_args(false)
      ->type_name("NAME");
  AddSharedOptions(command, *options);
  command.footer(
      "Examples:\n"
      "  sallyportctl user set-attribute alice team=red mail=alice@example.com\n"
      "  sallyportctl user set-attribute alice --remove team");
  Choose(command, chosen, options,
         [options](AdminClient& client) { return SetAttribute(*options, client); });
}

}  // namespace sallyport::ctl
