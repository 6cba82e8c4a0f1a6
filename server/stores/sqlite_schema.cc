#include "server/stores/sqlite_schema.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace sallyport::server {
namespace {

constexpr size_t kSecretSize = 32;

constexpr std::string_view kMigrations[] = {
    R"(
    CREATE TABLE users (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      disabled INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
      expires_at INTEGER,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL,
      groups TEXT NOT NULL DEFAULT '[]',
      attributes TEXT NOT NULL DEFAULT '{}'
    ) STRICT;
    CREATE TABLE credentials (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      secret TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      expires_at INTEGER
    ) STRICT;
    CREATE INDEX credentials_of_user ON credentials (user_id);
    CREATE TABLE secrets (
      name TEXT PRIMARY KEY,
      value BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    )",
};

}  // namespace

std::span<const std::string_view> SqliteMigrations() { return kMigrations; }

absl::Status MigrateSqlite(SqliteConnection& connection,
                           std::span<const std::string_view> migrations) {
  // Begun before the version is read: another process may be about to migrate too.
  absl::StatusOr<SqliteTransaction> transaction = SqliteTransaction::Begin(connection);
  if (!transaction.ok()) return transaction.status();
  const absl::StatusOr<int64_t> version = connection.QueryInt64("PRAGMA user_version");
  if (!version.ok()) return version.status();
  const auto newest = static_cast<int64_t>(migrations.size());
  if (*version < 0 || *version > newest) {
    return absl::FailedPreconditionError(
        absl::StrCat("the SQLite file has schema version ", *version, ", and this program knows ",
                     newest, " at most; use the newer release that wrote it"));
  }
  for (int64_t step = *version; step < newest; ++step) {
    const std::string sql(migrations[static_cast<size_t>(step)]);
    if (absl::Status status = connection.Execute(sql); !status.ok()) {
      return absl::Status(status.code(), absl::StrCat("cannot bring the schema from version ", step,
                                                      " to ", step + 1, ": ", status.message()));
    }
  }
  if (absl::Status status = connection.Execute(absl::StrCat("PRAGMA user_version = ", newest));
      !status.ok()) {
    return status;
  }
  return transaction->Commit();
}

absl::StatusOr<Secret> LoadOrCreateSecret(SqliteConnection& connection, std::string_view name,
                                          RandomSource& random) {
  Secret fresh = Secret::Zeroed(kSecretSize);
  if (!random.Fill({fresh.data(), fresh.size()})) {
    return absl::UnavailableError("the system has no random bytes");
  }
  absl::StatusOr<SqliteStatement> insert =
      connection.Prepare("INSERT OR IGNORE INTO secrets (name, value) VALUES (?1, ?2)");
  if (!insert.ok()) return insert.status();
  absl::Status status = insert->Bind(name, SqliteBlob{fresh.view()});
  if (status.ok()) status = insert->Run();
  if (!status.ok()) return status;

  absl::StatusOr<SqliteStatement> select =
      connection.Prepare("SELECT value FROM secrets WHERE name = ?1");
  if (!select.ok()) return select.status();
  if (status = select->Bind(name); !status.ok()) return status;
  const absl::StatusOr<bool> row = select->Step();
  if (!row.ok()) return row.status();
  if (!*row || select->Blob(0).size() != kSecretSize) {
    return absl::DataLossError(
        absl::StrCat("the SQLite file's secret '", std::string(name), "' is damaged"));
  }
  return Secret(select->Blob(0));
}

}  // namespace sallyport::server
