#ifndef SALLYPORT_SERVER_STORES_SQLITE_SQLITE_CONNECTION_H_
#define SALLYPORT_SERVER_STORES_SQLITE_SQLITE_CONNECTION_H_

// SQLite's handles with owners, and its errors as absl::Status:
//
//   Unavailable         locked for too long, disk full, I/O error, not accessible
//   DataLoss            damaged, or not a database
//   AlreadyExists       a UNIQUE constraint
//   Internal            anything else
//
// Messages name the file and never a bound value. One thread at a time for a
// connection with its statements.

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace sallyport::server {

// SqliteStatement is a prepared statement; its connection must outlive it.
class SqliteStatement {
 public:
  // Bind begins anew with these values for ?1, ?2, ...: int64_t, text or an optional
  // int64_t. Text is not copied: it must live until the last Step.
  template <typename... Values>
  absl::Status Bind(const Values&... values) {
    Reset();
    int index = 0;
    int code = SQLITE_OK;
    ((code = code == SQLITE_OK ? BindAt(++index, values) : code), ...);
    return Check(code);
  }

  // Step is true when there is a row, whose columns can then be read.
  absl::StatusOr<bool> Step();

  // Run steps to the end and resets; for statements that change something.
  absl::Status Run();

  // Reset lets go of locks and bound values.
  void Reset();

  bool IsNull(int column) const;
  int64_t Int64(int column) const;
  std::optional<int64_t> OptionalInt64(int column) const;
  // Text is valid until the next Step, Reset or Bind.
  std::string_view Text(int column) const;

 private:
  friend class SqliteConnection;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };

  explicit SqliteStatement(sqlite3_stmt* statement) : statement_(statement) {}

  int BindAt(int index, int64_t value);
  int BindAt(int index, std::string_view value);
  int BindAt(int index, std::optional<int64_t> value);
  absl::Status Check(int code) const;

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class SqliteConnection {
 public:
  enum class Access { kReadOnly, kReadWrite };

  // Open opens a file that exists, and sets what this store needs: WAL, full
  // synchronisation, foreign keys, deleted secrets overwritten.
  static absl::StatusOr<SqliteConnection> Open(const std::string& path, Access access);

  // Execute runs statements without results.
  absl::Status Execute(const std::string& sql);

  absl::StatusOr<SqliteStatement> Prepare(std::string_view sql);

  // QueryInt64 is the first column of the first row.
  absl::StatusOr<int64_t> QueryInt64(std::string_view sql);

  // changes is how many rows the last statement changed; last_insert_id is the
  // id of the last row inserted.
  int64_t changes() const { return sqlite3_changes64(database_.get()); }
  int64_t last_insert_id() const { return sqlite3_last_insert_rowid(database_.get()); }

 private:
  struct Close {
    void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
  };

  explicit SqliteConnection(sqlite3* database) : database_(database) {}

  std::unique_ptr<sqlite3, Close> database_;
};

// SqliteTransaction is a write transaction, rolled back unless it is committed.
class SqliteTransaction {
 public:
  // Begin takes the database's write lock.
  static absl::StatusOr<SqliteTransaction> Begin(SqliteConnection& connection);

  SqliteTransaction(SqliteTransaction&& other) noexcept
      : connection_(std::exchange(other.connection_, nullptr)) {}
  ~SqliteTransaction();

  absl::Status Commit();

 private:
  explicit SqliteTransaction(SqliteConnection& connection) : connection_(&connection) {}

  SqliteConnection* connection_;  // null when over
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_SQLITE_SQLITE_CONNECTION_H_
