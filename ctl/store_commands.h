#ifndef SALLYPORT_CTL_STORE_COMMANDS_H_
#define SALLYPORT_CTL_STORE_COMMANDS_H_

// The subcommands of `sallyportctl store`, a file each, and what they share.

#include <CLI/App.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "ctl/action.h"
#include "ctl/admin_client.h"
#include "ctl/connection_options.h"
#include "ctl/output.h"

namespace sallyport::ctl {

struct StoreOptions {
  ConnectionOptions connection;
  OutputFormat output = OutputFormat::kText;
  // Empty: every store.
  std::string name;
};

// AddStoreOptions adds what each takes, AddStoreName the name of a store.
void AddStoreOptions(CLI::App& command, StoreOptions& options);
void AddStoreName(CLI::App& command, StoreOptions& options);

// ChosenStores are those that the options name, in the policy's order. NotFound where
// there is none of that name.
absl::StatusOr<std::vector<v1::StoreStatus>> ChosenStores(const StoreOptions& options,
                                                          AdminClient& client);

void AddStoreList(CLI::App& store, Action& chosen);
void AddStorePing(CLI::App& store, Action& chosen);
void AddStoreStats(CLI::App& store, Action& chosen);

}  // namespace sallyport::ctl

#endif  // SALLYPORT_CTL_STORE_COMMANDS_H_
