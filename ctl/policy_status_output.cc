#include "ctl/policy_status_output.h"

#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"

namespace sallyport::ctl {
namespace {

nlohmann::ordered_json ToJson(const v1::PolicyStatus& status) {
  nlohmann::ordered_json json = {{"source", status.source()},
                                 {"version", status.version()},
                                 {"hash", status.hash()},
                                 {"loaded_at", FormatTime(status.loaded_at())}};
  if (!status.failure().empty()) json["failure"] = status.failure();
  return json;
}

}  // namespace

void PrintPolicyStatus(OutputFormat format, const v1::PolicyStatus& status) {
  if (format == OutputFormat::kJson) return PrintJson(ToJson(status));
  std::cout << "source:   " << Printable(status.source()) << "\n"
            << "version:  " << (status.version().empty() ? "none" : Printable(status.version()))
            << "\n"
            << "hash:     " << status.hash() << "\n"
            << "loaded:   " << FormatTime(status.loaded_at()) << "\n";
  if (status.failure().empty()) return;
  std::cout << "failure:  the file as it is now is not taken; the policy above stays active\n";
  const std::vector<std::string> lines = absl::StrSplit(status.failure(), '\n');
  for (const std::string& line : lines) std::cout << "  " << Printable(line) << "\n";
}

}  // namespace sallyport::ctl
