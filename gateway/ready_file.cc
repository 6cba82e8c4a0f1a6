#include "gateway/ready_file.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace sallyport::gateway {

absl::Status WriteReadyFile(const std::string& path,
                            const std::map<std::string, Endpoint>& addresses) {
  nlohmann::json ready = {{"listeners", nlohmann::json::object()}};
  for (const auto& [name, address] : addresses) ready["listeners"][name] = FormatEndpoint(address);
  const std::string text =
      ready.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";

  const std::string temporary = absl::StrCat(path, ".", getpid(), ".new");
  std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (file.fail() || rename(temporary.c_str(), path.c_str()) != 0) {
    const std::string cause = std::generic_category().message(errno);
    unlink(temporary.c_str());
    return absl::UnavailableError(absl::StrCat("cannot write ", path, ": ", cause));
  }
  return absl::OkStatus();
}

}  // namespace sallyport::gateway
