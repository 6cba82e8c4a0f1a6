#ifndef SALLYPORT_SERVER_STORES_POSTGRESQL_POSTGRESQL_ROWS_H_
#define SALLYPORT_SERVER_STORES_POSTGRESQL_POSTGRESQL_ROWS_H_

// The rows that a query gave, in PostgreSQL's binary format. Const use is thread-safe.

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/time/time.h"
#include "server/stores/postgresql/pq_handles.h"

namespace sallyport::server {

class PostgresqlRows {
 public:
  explicit PostgresqlRows(PqResult result) : result_(std::move(result)) {}

  int size() const { return PQntuples(result_.get()); }
  bool IsNull(int row, int column) const { return PQgetisnull(result_.get(), row, column) != 0; }
  // Text is valid as long as the rows; empty where it is null.
  std::string_view Text(int row, int column) const;
  // Bool is nothing where that is no boolean, and Int64 0 where it is no bigint.
  std::optional<bool> Bool(int row, int column) const;
  int64_t Int64(int row, int column) const;
  // Time is of a timestamptz; PostgreSQL's infinities are ours.
  std::optional<absl::Time> Time(int row, int column) const;

 private:
  PqResult result_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_POSTGRESQL_POSTGRESQL_ROWS_H_
