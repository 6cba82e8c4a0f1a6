#include <memory>

#include "absl/strings/str_cat.h"
#include "ctl/admin_command.h"
#include "ctl/store_commands.h"

namespace sallyport::ctl {
namespace {

void PrintStats(OutputFormat format, const std::vector<v1::StoreStatus>& stores) {
  if (format == OutputFormat::kJson) {
    nlohmann::ordered_json json = nlohmann::ordered_json::array();
    for (const v1::StoreStatus& store : stores) {
      json.push_back({{"name", store.name()},
                      {"hits", store.hits()},
                      {"misses", store.misses()},
                      {"failures", store.failures()},
                      {"stale", store.stale()},
                      {"waiting", store.waiting()},
                      {"cached", store.cached()}});
    }
    return PrintJson(json);
  }
  std::vector<std::vector<std::string>> rows = {
      {"NAME", "HITS", "MISSES", "FAILURES", "STALE", "WAITING", "CACHED"}};
  for (const v1::StoreStatus& store : stores) {
    std::vector<std::string>& row = rows.emplace_back();
    row.push_back(Printable(store.name()));
    for (const uint64_t number : {store.hits(), store.misses(), store.failures(), store.stale(),
                                  store.waiting(), store.cached()}) {
      row.push_back(absl::StrCat(number));
    }
  }
  PrintTable(rows);
}

absl::Status Stats(const StoreOptions& options, AdminClient& client) {
  const auto stores = ChosenStores(options, client);
  if (!stores.ok()) return stores.status();
  PrintStats(options.output, *stores);
  return absl::OkStatus();
}

}  // namespace

void AddStoreStats(CLI::App& store, Action& chosen) {
  CLI::App& command =
      *store.add_subcommand("stats", "count what stores were asked since they were opened");
  auto options = std::make_shared<StoreOptions>();
  AddStoreName(command, *options);
  AddStoreOptions(command, *options);
  command.footer(
      "hits: lookups answered from the cache. misses: those that were not; failures: of these,\n"
      "those that the store could not answer. stale: answers that the cache gave since the store\n"
      "was down. waiting: lookups that wait for an answer now. cached: users in the cache.\n"
      "\n"
      "Examples:\n"
      "  sallyportctl store stats\n"
      "  sallyportctl store stats corp --output json");
  Choose(command, chosen, options,
         [options](AdminClient& client) { return Stats(*options, client); });
}

}  // namespace sallyport::ctl
