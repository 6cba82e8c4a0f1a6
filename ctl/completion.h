#ifndef SALLYPORT_CTL_COMPLETION_H_
#define SALLYPORT_CTL_COMPLETION_H_

// `sallyportctl completion bash`: a completion script, made from the parser's
// own tree, so that it knows every command and option there is.

#include <CLI/App.hpp>
#include <string>

#include "ctl/action.h"

namespace sallyport::ctl {

// AddCompletionCommand adds the command to `app`, which must outlive the action.
void AddCompletionCommand(CLI::App& app, Action& chosen);

// BashCompletion is a script for bash 4 or later.
std::string BashCompletion(const CLI::App& app);

}  // namespace sallyport::ctl

#endif  // SALLYPORT_CTL_COMPLETION_H_
