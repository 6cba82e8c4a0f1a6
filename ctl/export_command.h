#ifndef SALLYPORT_CTL_EXPORT_COMMAND_H_
#define SALLYPORT_CTL_EXPORT_COMMAND_H_

// `sallyportctl export`: every user of a store, without secrets, for scripts.

#include <CLI/App.hpp>

#include "ctl/action.h"

namespace sallyport::ctl {

// AddExportCommand adds the command to `app`. `chosen` must outlive the parsing.
void AddExportCommand(CLI::App& app, Action& chosen);

}  // namespace sallyport::ctl

#endif  // SALLYPORT_CTL_EXPORT_COMMAND_H_
