#ifndef SALLYPORT_CTL_POLICY_COMMANDS_H_
#define SALLYPORT_CTL_POLICY_COMMANDS_H_

// The subcommands of `sallyportctl policy`, a file each, and what they share.

#include <CLI/App.hpp>

#include "ctl/action.h"
#include "ctl/connection_options.h"
#include "ctl/output.h"

namespace sallyport::ctl {

// ServedPolicyOptions are what the subcommands take that ask a running service.
struct ServedPolicyOptions {
  ConnectionOptions connection;
  OutputFormat output = OutputFormat::kText;
};

void AddPolicyCheck(CLI::App& policy, Action& chosen);
void AddPolicyShow(CLI::App& policy, Action& chosen);
void AddPolicyDiff(CLI::App& policy, Action& chosen);
void AddPolicyExplain(CLI::App& policy, Action& chosen);
void AddPolicyReplay(CLI::App& policy, Action& chosen);
void AddPolicyReload(CLI::App& policy, Action& chosen);

}  // namespace sallyport::ctl

#endif  // SALLYPORT_CTL_POLICY_COMMANDS_H_
