#include "server/stores/sqlite/sqlite_columns.h"

namespace sallyport::server {

std::optional<int64_t> ToColumn(std::optional<absl::Time> time) {
  if (!time.has_value()) return std::nullopt;
  return absl::ToUnixMicros(*time);
}

std::optional<absl::Time> ToTime(std::optional<int64_t> column) {
  if (!column.has_value()) return std::nullopt;
  return absl::FromUnixMicros(*column);
}

}  // namespace sallyport::server
