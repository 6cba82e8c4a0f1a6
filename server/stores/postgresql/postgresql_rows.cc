#include "server/stores/postgresql/postgresql_rows.h"

#include <cstddef>
#include <limits>

namespace sallyport::server {
namespace {

// PostgreSQL counts from 2000.
constexpr int64_t kEpochSeconds = 946'684'800;

}  // namespace

std::string_view PostgresqlRows::Text(int row, int column) const {
  return {PQgetvalue(result_.get(), row, column),
          static_cast<size_t>(PQgetlength(result_.get(), row, column))};
}

std::optional<bool> PostgresqlRows::Bool(int row, int column) const {
  const std::string_view bytes = Text(row, column);
  if (bytes.size() != 1) return std::nullopt;
  return bytes[0] != 0;
}

int64_t PostgresqlRows::Int64(int row, int column) const {
  const std::string_view bytes = Text(row, column);
  uint64_t value = 0;
  if (bytes.size() != sizeof(value)) return 0;
  for (const char byte : bytes) value = value << 8 | static_cast<uint8_t>(byte);
  return static_cast<int64_t>(value);
}

std::optional<absl::Time> PostgresqlRows::Time(int row, int column) const {
  if (IsNull(row, column)) return std::nullopt;
  const int64_t micros = Int64(row, column);
  if (micros == std::numeric_limits<int64_t>::max()) return absl::InfiniteFuture();
  if (micros == std::numeric_limits<int64_t>::min()) return absl::InfinitePast();
  return absl::FromUnixSeconds(kEpochSeconds) + absl::Microseconds(micros);
}

}  // namespace sallyport::server
