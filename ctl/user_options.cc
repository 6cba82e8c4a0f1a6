#include <CLI/CLI.hpp>
#include <map>
#include <utility>

#include "ctl/failure.h"
#include "ctl/user_commands.h"

namespace sallyport::ctl {

void AddSharedOptions(CLI::App& command, UserOptions& options) {
  options.socket = DefaultAdminSocket();
  command.add_option("--socket", options.socket, "the Admin socket of sallyportd")
      ->envname("SALLYPORT_ADMIN_SOCKET")
      ->capture_default_str();
  const std::map<std::string, OutputFormat> formats = {{"text", OutputFormat::kText},
                                                       {"json", OutputFormat::kJson}};
  command
      .add_option_function<std::string>(
          "--output",
          [&options, formats](const std::string& name) { options.output = formats.at(name); },
          "what to print")
      ->check(CLI::IsMember({"text", "json"}))
      ->default_str("text");
}

void AddName(CLI::App& command, UserOptions& options) {
  command.add_option("NAME", options.name, "the user's name, in UTF-8")->required();
}

void AddSchemes(CLI::App& command, UserOptions& options) {
  command
      .add_option("--scheme", options.schemes,
                  "how to store the password, as SCRAM-SHA-256 or ARGON2ID; may be given again "
                  "(default: what sallyportd is configured with)")
      ->allow_extra_args(false);
}

void Choose(CLI::App& command, Action& chosen, std::shared_ptr<const UserOptions> options,
            std::function<absl::Status(AdminClient&)> run) {
  command.callback([&chosen, options = std::move(options), run = std::move(run)] {
    chosen = [options, run] {
      absl::StatusOr<AdminClient> client = AdminClient::Connect(options->socket);
      const absl::Status status = client.ok() ? run(*client) : client.status();
      return status.ok() ? process::ExitCode::kOk : ReportFailure(status);
    };
  });
}

}  // namespace sallyport::ctl
