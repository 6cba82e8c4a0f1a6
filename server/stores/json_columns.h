#ifndef SALLYPORT_SERVER_STORES_JSON_COLUMNS_H_
#define SALLYPORT_SERVER_STORES_JSON_COLUMNS_H_

// How stores write a user's groups and attributes into one column each. Thread-safe.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace sallyport::server {

// ToJson writes them; what is not UTF-8 in them is replaced.
std::string ToJson(const std::vector<std::string>& groups);
std::string ToJson(const std::map<std::string, std::string>& attributes);

// ParseGroups and ParseAttributes read them; DataLoss where that is not an array or an
// object of strings.
absl::StatusOr<std::vector<std::string>> ParseGroups(std::string_view json);
absl::StatusOr<std::map<std::string, std::string>> ParseAttributes(std::string_view json);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_JSON_COLUMNS_H_
