#ifndef SALLYPORT_CTL_POLICY_H_
#define SALLYPORT_CTL_POLICY_H_

// `sallyportctl policy ...`: judges, compares and asks policies, those in files and the
// one that a sallyportd runs under.

#include <CLI/App.hpp>

#include "ctl/action.h"

namespace sallyport::ctl {

// AddPolicyCommand adds the command and its subcommands to `app`. `chosen` must outlive
// the parsing.
void AddPolicyCommand(CLI::App& app, Action& chosen);

}  // namespace sallyport::ctl

#endif  // SALLYPORT_CTL_POLICY_H_
