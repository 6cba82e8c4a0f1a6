#ifndef SALLYPORT_CTL_STORE_H_
#define SALLYPORT_CTL_STORE_H_

// `sallyportctl store ...`: the stores of the policy that a sallyportd runs under.

#include <CLI/App.hpp>

#include "ctl/action.h"

namespace sallyport::ctl {

// AddStoreCommand adds the command and its subcommands to `app`. `chosen` must outlive
// the parsing.
void AddStoreCommand(CLI::App& app, Action& chosen);

}  // namespace sallyport::ctl

#endif  // SALLYPORT_CTL_STORE_H_
