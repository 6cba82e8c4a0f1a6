#ifndef SALLYPORT_CTL_USER_COMMANDS_H_
#define SALLYPORT_CTL_USER_COMMANDS_H_

// The subcommands of `sallyportctl user`, a file each, and what they share.

#include <google/protobuf/map.h>
#include <google/protobuf/timestamp.pb.h>

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>
#include <string>
#include <vector>

#include "ctl/action.h"
#include "ctl/admin_client.h"
#include "ctl/admin_command.h"
#include "ctl/connection_options.h"
#include "ctl/user_output.h"

namespace sallyport::ctl {

// UserOptions are what every subcommand takes; each has its own.
struct UserOptions {
  ConnectionOptions connection;
  std::string store;   // empty: the only one
  std::string tenant;  // empty: the store does not keep tenants apart
  OutputFormat output = OutputFormat::kText;
  std::string name;                  // unless the command is about all users
  std::vector<std::string> schemes;  // where a password is set
};

// AddSharedOptions adds those of the connection, --store, --tenant and --output, AddName the user's
// name, and AddSchemes --scheme.
void AddSharedOptions(CLI::App& command, UserOptions& options);
void AddName(CLI::App& command, UserOptions& options);
void AddSchemes(CLI::App& command, UserOptions& options);

// Rfc3339 accepts a time that ParseTimestamp can read. NameAndValue accepts NAME=VALUE, of
// which ParseAttributes makes attributes.
const CLI::Validator& Rfc3339();
const CLI::Validator& NameAndValue();
google::protobuf::Timestamp ParseTimestamp(const std::string& text);
google::protobuf::Map<std::string, std::string> ParseAttributes(
    const std::vector<std::string>& attributes);

// NewRequest is a Request about the user that the options name.
template <typename Request>
Request NewRequest(const UserOptions& options) {
  Request request;
  request.set_name(options.name);
  request.set_store(options.store);
  request.set_tenant(options.tenant);
  return request;
}

void AddUserAdd(CLI::App& user, Action& chosen);
void AddUserSetPassword(CLI::App& user, Action& chosen);
void AddUserSetGroups(CLI::App& user, Action& chosen);
void AddUserSetAttribute(CLI::App& user, Action& chosen);
void AddUserSetExpiry(CLI::App& user, Action& chosen);
void AddUserDisable(CLI::App& user, Action& chosen);
void AddUserEnable(CLI::App& user, Action& chosen);
void AddUserDelete(CLI::App& user, Action& chosen);
void AddUserList(CLI::App& user, Action& chosen);
void AddUserShow(CLI::App& user, Action& chosen);

}  // namespace sallyport::ctl

#endif  // SALLYPORT_CTL_USER_COMMANDS_H_
