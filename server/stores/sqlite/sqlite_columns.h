#ifndef SALLYPORT_SERVER_STORES_SQLITE_SQLITE_COLUMNS_H_
#define SALLYPORT_SERVER_STORES_SQLITE_SQLITE_COLUMNS_H_

// How the SQLite store writes our values into columns. Thread-safe.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace sallyport::server {

// ToColumn is microseconds since 1970.
std::optional<int64_t> ToColumn(std::optional<absl::Time> time);

// ToTime is the reverse; null is no time.
std::optional<absl::Time> ToTime(std::optional<int64_t> column);

// ToJson writes groups and attributes; what is not UTF-8 in them is replaced.
std::string ToJson(const std::vector<std::string>& groups);
std::string ToJson(const std::map<std::string, std::string>& attributes);

// ParseGroups and ParseAttributes read JSON columns; DataLoss where that is not
// an array or an object of strings.
absl::StatusOr<std::vector<std::string>> ParseGroups(std::string_view json);
absl::StatusOr<std::map<std::string, std::string>> ParseAttributes(std::string_view json);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_SQLITE_SQLITE_COLUMNS_H_
