#ifndef SALLYPORT_SERVER_STORES_SQLITE_SQLITE_SCHEMA_H_
#define SALLYPORT_SERVER_STORES_SQLITE_SQLITE_SCHEMA_H_

// The tables of the SQLite store, and how a file of an older version gets them.
// Times are microseconds since 1970 (UTC), groups a JSON array and attributes a
// JSON object of strings. A user's tenant is empty where users are not kept apart by
// tenant; the revision changes with each change of the user, and a name's never comes
// back.

#include <span>
#include <string_view>

#include "absl/status/status.h"
#include "server/stores/sqlite/sqlite_connection.h"

namespace sallyport::server {

// SqliteMigrations are the steps from an empty file to today's schema; the one
// at index n leads from version n to n + 1. Released steps never change.
std::span<const std::string_view> SqliteMigrations();

// MigrateSqlite applies what `migrations` a file lacks, in one transaction: all
// of them or none. FailedPrecondition where the file's version is newer than
// the last one.
absl::Status MigrateSqlite(SqliteConnection& connection,
                           std::span<const std::string_view> migrations);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_SQLITE_SQLITE_SCHEMA_H_
