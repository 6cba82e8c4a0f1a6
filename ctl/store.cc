#include "ctl/store.h"

#include <CLI/CLI.hpp>

#include "absl/strings/str_cat.h"
#include "ctl/store_commands.h"

namespace sallyport::ctl {

void AddStoreOptions(CLI::App& command, StoreOptions& options) {
  AddConnectionOptions(command, options.connection);
  AddOutputOption(command, options.output);
}

void AddStoreName(CLI::App& command, StoreOptions& options) {
  command.add_option("NAME", options.name, "the store (default: all of them)");
}

absl::StatusOr<std::vector<v1::StoreStatus>> ChosenStores(const StoreOptions& options,
                                                          AdminClient& client) {
  const absl::StatusOr<v1::ListStoresResponse> response = client.ListStores();
  if (!response.ok()) return response.status();
  std::vector<v1::StoreStatus> chosen;
  for (const v1::StoreStatus& store : response->stores()) {
    if (options.name.empty() || store.name() == options.name) chosen.push_back(store);
  }
  if (!options.name.empty() && chosen.empty()) {
    return absl::NotFoundError(absl::StrCat("the active policy has no store '", options.name,
                                            "'; 'sallyportctl store list' shows those it has"));
  }
  return chosen;
}

void AddStoreCommand(CLI::App& app, Action& chosen) {
  CLI::App& store = *app.add_subcommand("store", "look at the stores of a running sallyportd");
  store.require_subcommand(1);
  store.footer(
      "Examples:\n"
      "  sallyportctl store list\n"
      "  sallyportctl store ping corp\n"
      "\n"
      "'sallyportctl store COMMAND --help' tells about each.");
  AddStoreList(store, chosen);
  AddStorePing(store, chosen);
  AddStoreStats(store, chosen);
}

}  // namespace sallyport::ctl
