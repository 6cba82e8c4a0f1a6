#ifndef SALLYPORT_SERVER_STORES_SQLITE_SQLITE_COLUMNS_H_
#define SALLYPORT_SERVER_STORES_SQLITE_SQLITE_COLUMNS_H_

// How the SQLite store writes times into columns. Thread-safe.

#include <cstdint>
#include <optional>

#include "absl/time/time.h"

namespace sallyport::server {

// ToColumn is microseconds since 1970.
std::optional<int64_t> ToColumn(std::optional<absl::Time> time);

// ToTime is the reverse; null is no time.
std::optional<absl::Time> ToTime(std::optional<int64_t> column);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_SQLITE_SQLITE_COLUMNS_H_
