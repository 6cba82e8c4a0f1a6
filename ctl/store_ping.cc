#include <iostream>
#include <memory>

#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "ctl/admin_command.h"
#include "ctl/store_commands.h"

namespace sallyport::ctl {
namespace {

using process::ExitCode;

absl::Duration DurationOf(const v1::PingStoreResponse& response) {
  return absl::Seconds(response.duration().seconds()) +
         absl::Nanoseconds(response.duration().nanos());
}

void PrintAnswer(const std::string& name, const v1::PingStoreResponse& response) {
  const std::string milliseconds =
      absl::StrFormat("%.1f ms", absl::ToDoubleMilliseconds(DurationOf(response)));
  if (response.error().empty()) {
    std::cout << Printable(name) << ": answers, in " << milliseconds << "\n";
  } else {
    std::cout << Printable(name) << ": cannot be asked: " << Printable(response.error()) << " ("
              << milliseconds << ")\n";
  }
}

nlohmann::ordered_json ToJson(const std::string& name, const v1::PingStoreResponse& response) {
  nlohmann::ordered_json json = {{"name", name}, {"answers", response.error().empty()}};
  if (!response.error().empty()) json["error"] = response.error();
  json["duration_us"] = absl::ToInt64Microseconds(DurationOf(response));
  return json;
}

ExitCode Ping(const StoreOptions& options, AdminClient& client) {
  const auto stores = ChosenStores(options, client);
  if (!stores.ok()) return ReportFailure(stores.status());
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  bool all_answer = true;
  for (const v1::StoreStatus& store : *stores) {
    const absl::StatusOr<v1::PingStoreResponse> response = client.PingStore(store.name());
    if (!response.ok()) return ReportFailure(response.status());
    all_answer = all_answer && response->error().empty();
    if (options.output == OutputFormat::kJson) {
      json.push_back(ToJson(store.name(), *response));
    } else {
      PrintAnswer(store.name(), *response);
    }
  }
  if (options.output == OutputFormat::kJson) PrintJson(json);
  return all_answer ? ExitCode::kOk : ExitCode::kUnavailable;
}

}  // namespace

void AddStorePing(CLI::App& store, Action& chosen) {
  CLI::App& command = *store.add_subcommand("ping", "ask stores whether they can be asked");
  auto options = std::make_shared<StoreOptions>();
  AddStoreName(command, *options);
  AddStoreOptions(command, *options);
  command.footer(
      "Exit codes: 0 each of them answers; 4 one cannot be asked, or sallyportd cannot; 6 there\n"
      "is no such store.\n"
      "\n"
      "Examples:\n"
      "  sallyportctl store ping\n"
      "  sallyportctl store ping corp");
  Choose(command, chosen, options,
         [options](AdminClient& client) { return Ping(*options, client); });
}

}  // namespace sallyport::ctl
