#include <CLI/CLI.hpp>

#include "absl/time/time.h"
#include "ctl/user_commands.h"

namespace sallyport::ctl {

void AddSharedOptions(CLI::App& command, UserOptions& options) {
  AddConnectionOptions(command, options.connection);
  command.add_option("--store", options.store, "the store, where there are several");
  command.add_option("--tenant", options.tenant,
                     "the tenant, where the store keeps its users apart by tenant");
  AddOutputOption(command, options.output);
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

const CLI::Validator& Rfc3339() {
  static const CLI::Validator kValidator(
      [](std::string& text) -> std::string {
        absl::Time time;
        std::string error;
        if (absl::ParseTime(absl::RFC3339_full, text, &time, &error)) return "";
        return "expected a time such as 2030-12-31T23:59:59Z: " + error;
      },
      "RFC3339");
  return kValidator;
}

google::protobuf::Timestamp ParseTimestamp(const std::string& text) {
  absl::Time time;
  std::string error;
  google::protobuf::Timestamp timestamp;
  if (absl::ParseTime(absl::RFC3339_full, text, &time, &error)) {
    timestamp.set_seconds(absl::ToUnixSeconds(time));
  }
  return timestamp;
}

const CLI::Validator& NameAndValue() {
  static const CLI::Validator kValidator(
      [](std::string& text) -> std::string {
        const size_t equals = text.find('=');
        if (equals != std::string::npos && equals != 0) return "";
        return "expected NAME=VALUE, and not '" + text + "'";
      },
      "NAME=VALUE");
  return kValidator;
}

google::protobuf::Map<std::string, std::string> ParseAttributes(
    const std::vector<std::string>& attributes) {
  google::protobuf::Map<std::string, std::string> parsed;
  for (const std::string& attribute : attributes) {
    const size_t equals = attribute.find('=');
    parsed[attribute.substr(0, equals)] = attribute.substr(equals + 1);
  }
  return parsed;
}

}  // namespace sallyport::ctl
