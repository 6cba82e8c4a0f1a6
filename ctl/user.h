#ifndef SALLYPORT_CTL_USER_H_
#define SALLYPORT_CTL_USER_H_

// `sallyportctl user ...`: the users of one sallyportd, over its Admin socket.

#include <CLI/App.hpp>

#include "ctl/action.h"

namespace sallyport::ctl {

// AddUserCommand adds the command and its subcommands to `app`. `chosen` must
// outlive the parsing.
void AddUserCommand(CLI::App& app, Action& chosen);

}  // namespace sallyport::ctl

#endif  // SALLYPORT_CTL_USER_H_
