#include "server/stores/sqlite/sqlite_connection.h"

#include "absl/strings/str_cat.h"

namespace sallyport::server {
namespace {

// How long a statement waits for another process's write.
constexpr int kBusyTimeoutMilliseconds = 5000;

constexpr char kReadOnlySettings[] = "PRAGMA trusted_schema = OFF; PRAGMA foreign_keys = ON;";
constexpr char kReadWriteSettings[] =
    "PRAGMA trusted_schema = OFF; PRAGMA foreign_keys = ON; PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;";

absl::StatusCode CodeOf(int error) {
  if (error == SQLITE_CONSTRAINT_UNIQUE) return absl::StatusCode::kAlreadyExists;
  switch (error & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_NOMEM:
      return absl::StatusCode::kUnavailable;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::StatusCode::kDataLoss;
    default:
      return absl::StatusCode::kInternal;
  }
}

absl::Status ErrorOf(sqlite3* database) {
  const int error = sqlite3_extended_errcode(database);
  const char* path = sqlite3_db_filename(database, "main");
  std::string message =
      absl::StrCat("SQLite file ", path == nullptr ? "" : path, ": ", sqlite3_errmsg(database));
  const absl::StatusCode code = CodeOf(error);
  if (code == absl::StatusCode::kDataLoss) {
    absl::StrAppend(&message, "; restore it from a backup, or name another file");
  }
  return absl::Status(code, message);
}

}  // namespace

absl::Status SqliteStatement::Check(int code) const {
  return code == SQLITE_OK ? absl::OkStatus() : ErrorOf(sqlite3_db_handle(statement_.get()));
}

int SqliteStatement::BindAt(int index, int64_t value) {
  return sqlite3_bind_int64(statement_.get(), index, value);
}

int SqliteStatement::BindAt(int index, std::string_view value) {
  return sqlite3_bind_text64(statement_.get(), index, value.data() == nullptr ? "" : value.data(),
                             value.size(), SQLITE_STATIC, SQLITE_UTF8);
}

int SqliteStatement::BindAt(int index, std::optional<int64_t> value) {
  return value.has_value() ? BindAt(index, *value) : sqlite3_bind_null(statement_.get(), index);
}

absl::StatusOr<bool> SqliteStatement::Step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return ErrorOf(sqlite3_db_handle(statement_.get()));
}

absl::Status SqliteStatement::Run() {
  absl::StatusOr<bool> row = true;
  while (row.ok() && *row) row = Step();
  Reset();
  return row.status();
}

void SqliteStatement::Reset() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
}

bool SqliteStatement::IsNull(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

int64_t SqliteStatement::Int64(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::optional<int64_t> SqliteStatement::OptionalInt64(int column) const {
  if (IsNull(column)) return std::nullopt;
  return Int64(column);
}

std::string_view SqliteStatement::Text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  if (text == nullptr) return {};
  return {text, static_cast<size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

absl::StatusOr<SqliteConnection> SqliteConnection::Open(const std::string& path, Access access) {
  const bool writes = access == Access::kReadWrite;
  sqlite3* database = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &database,
                                   (writes ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) |
                                       SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                                   nullptr);
  if (database == nullptr) return absl::UnavailableError("SQLite has no memory");
  SqliteConnection connection(database);
  if (code != SQLITE_OK) {
    return absl::UnavailableError(
        absl::StrCat("cannot open SQLite file ", path, ": ", sqlite3_errmsg(database)));
  }
  sqlite3_busy_timeout(database, kBusyTimeoutMilliseconds);
  sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  const absl::Status status = connection.Execute(writes ? kReadWriteSettings : kReadOnlySettings);
  if (!status.ok()) return status;
  return connection;
}

absl::Status SqliteConnection::Execute(const std::string& sql) {
  if (sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) {
    return absl::OkStatus();
  }
  return ErrorOf(database_.get());
}

absl::StatusOr<SqliteStatement> SqliteConnection::Prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()),
                         SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK) {
    return ErrorOf(database_.get());
  }
  return SqliteStatement(statement);
}

absl::StatusOr<int64_t> SqliteConnection::QueryInt64(std::string_view sql) {
  absl::StatusOr<SqliteStatement> statement = Prepare(sql);
  if (!statement.ok()) return statement.status();
  const absl::StatusOr<bool> row = statement->Step();
  if (!row.ok()) return row.status();
  if (!*row) return absl::InternalError("the query gave no row");
  return statement->Int64(0);
}

absl::StatusOr<SqliteTransaction> SqliteTransaction::Begin(SqliteConnection& connection) {
  if (absl::Status status = connection.Execute("BEGIN IMMEDIATE"); !status.ok()) return status;
  return SqliteTransaction(connection);
}

SqliteTransaction::~SqliteTransaction() {
  // Where SQLite has rolled back by itself this fails, and that is fine.
  if (connection_ != nullptr) connection_->Execute("ROLLBACK").IgnoreError();
}

absl::Status SqliteTransaction::Commit() {
  absl::Status status = connection_->Execute("COMMIT");
  if (status.ok()) connection_ = nullptr;
  return status;
}

}  // namespace sallyport::server
