#include <memory>

#include "ctl/admin_command.h"
#include "ctl/store_commands.h"

namespace sallyport::ctl {
namespace {

absl::Status List(const StoreOptions& options, AdminClient& client) {
  const auto stores = ChosenStores(options, client);
  if (!stores.ok()) return stores.status();
  if (options.output == OutputFormat::kJson) {
    nlohmann::ordered_json json = nlohmann::ordered_json::array();
    for (const v1::StoreStatus& store : *stores) {
      json.push_back({{"name", store.name()},
                      {"kind", store.kind()},
                      {"per_tenant", store.per_tenant()},
                      {"writable", store.writable()}});
    }
    PrintJson(json);
    return absl::OkStatus();
  }
  std::vector<std::vector<std::string>> rows = {{"NAME", "KIND", "PER TENANT", "WRITABLE"}};
  for (const v1::StoreStatus& store : *stores) {
    rows.push_back({Printable(store.name()), store.kind(), store.per_tenant() ? "yes" : "no",
                    store.writable() ? "yes" : "no"});
  }
  PrintTable(rows);
  return absl::OkStatus();
}

}  // namespace

void AddStoreList(CLI::App& store, Action& chosen) {
  CLI::App& command =
      *store.add_subcommand("list", "list the active policy's stores, in its order");
  auto options = std::make_shared<StoreOptions>();
  AddStoreOptions(command, *options);
  command.footer("Examples:\n  sallyportctl store list");
  Choose(command, chosen, options,
         [options](AdminClient& client) { return List(*options, client); });
}

}  // namespace sallyport::ctl
