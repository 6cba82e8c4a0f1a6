#include "server/stores/sqlite/sqlite_schema.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace sallyport::server {
namespace {

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
    // A constraint cannot be changed, so both tables are made anew: dropping a table deletes its
    // rows, which would take the credentials of those rows with them. Ids of credentials go on
    // where they were, so that none is ever used twice.
    R"(
    CREATE TABLE new_users (
      id INTEGER PRIMARY KEY,
      tenant TEXT NOT NULL DEFAULT '',
      name TEXT NOT NULL,
      disabled INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
      expires_at INTEGER,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL,
      revision INTEGER NOT NULL DEFAULT 1,
      groups TEXT NOT NULL DEFAULT '[]',
      attributes TEXT NOT NULL DEFAULT '{}',
      UNIQUE (tenant, name)
    ) STRICT;
    CREATE TABLE new_credentials (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      user_id INTEGER NOT NULL REFERENCES new_users (id) ON DELETE CASCADE,
      secret TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      expires_at INTEGER
    ) STRICT;
    INSERT INTO new_users (id, name, disabled, expires_at, created_at, updated_at, groups,
                           attributes)
      SELECT id, name, disabled, expires_at, created_at, updated_at, groups, attributes FROM users;
    INSERT INTO sqlite_sequence (name, seq)
      SELECT 'new_credentials', seq FROM sqlite_sequence WHERE name = 'credentials';
    INSERT INTO new_credentials (id, user_id, secret, created_at, expires_at)
      SELECT id, user_id, secret, created_at, expires_at FROM credentials;
    DROP TABLE credentials;
    DROP TABLE users;
    DROP TABLE secrets;
    ALTER TABLE new_users RENAME TO users;
    ALTER TABLE new_credentials RENAME TO credentials;
    CREATE INDEX credentials_of_user ON credentials (user_id);
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

}  // namespace sallyport::server
