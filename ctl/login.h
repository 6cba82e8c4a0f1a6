#ifndef SALLYPORT_CTL_LOGIN_H_
#define SALLYPORT_CTL_LOGIN_H_

// `sallyportctl login`: a real handshake against a service, as a broker would
// forward it, with each step shown. It tells an operator whether a user can log
// in, and the service's own reason where not.

#include <CLI/App.hpp>

#include "ctl/action.h"

namespace sallyport::ctl {

// AddLoginCommand adds the command to `app`.
void AddLoginCommand(CLI::App& app, Action& chosen);

struct LoginOptions;

// LogIn does what the command was told, and prints it.
process::ExitCode LogIn(const LoginOptions& options);

}  // namespace sallyport::ctl

#endif  // SALLYPORT_CTL_LOGIN_H_
