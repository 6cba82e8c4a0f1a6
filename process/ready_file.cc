#include "process/ready_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

namespace sallyport::process {

absl::Status WriteReadyFile(const std::string& path,
                            const std::map<std::string, std::string>& addresses) {
  const std::string temporary = absl::StrCat(path, ".new");
  std::ofstream file(temporary, std::ios::trunc);
  file << nlohmann::json(addresses).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)
       << '\n';
  file.close();
  if (!file || std::rename(temporary.c_str(), path.c_str()) != 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot write the ready file ", path, ": ", std::strerror(errno)));
  }
  return absl::OkStatus();
}

}  // namespace sallyport::process
