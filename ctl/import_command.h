#ifndef SALLYPORT_CTL_IMPORT_COMMAND_H_
#define SALLYPORT_CTL_IMPORT_COMMAND_H_

// `sallyportctl import ...`: takes over the users of another system, docs/import.md.

#include <CLI/App.hpp>

#include "ctl/action.h"

namespace sallyport::ctl {

// AddImportCommand adds the command and its subcommands to `app`. `chosen` must outlive
// the parsing.
void AddImportCommand(CLI::App& app, Action& chosen);

}  // namespace sallyport::ctl

#endif  // SALLYPORT_CTL_IMPORT_COMMAND_H_
