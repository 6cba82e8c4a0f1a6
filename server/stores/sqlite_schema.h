#ifndef SALLYPORT_SERVER_STORES_SQLITE_SCHEMA_H_
#define SALLYPORT_SERVER_STORES_SQLITE_SCHEMA_H_

// The tables of the SQLite store, and how a file of an older version gets them.
// Times are microseconds since 1970 (UTC), groups a JSON array and attributes a
// JSON object of strings.

#include <span>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/credentials/secret.h"
#include "core/crypto/random_source.h"
#include "server/stores/sqlite_connection.h"

namespace sallyport::server {

// SqliteMigrations are the steps from an empty file to today's schema; the one
// at index n leads from version n to n + 1. Released steps never change.
std::span<const std::string_view> SqliteMigrations();

// MigrateSqlite applies what `migrations` a file lacks, in one transaction: all
// of them or none. FailedPrecondition where the file's version is newer than
// the last one.
absl::Status MigrateSqlite(SqliteConnection& connection,
                           std::span<const std::string_view> migrations);

// LoadOrCreateSecret is the 32-byte key of that name, which it draws from
// `random` the first time.
absl::StatusOr<Secret> LoadOrCreateSecret(SqliteConnection& connection, std::string_view name,
                                          RandomSource& random);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_SQLITE_SCHEMA_H_
