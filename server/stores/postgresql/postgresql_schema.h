#ifndef SALLYPORT_SERVER_STORES_POSTGRESQL_POSTGRESQL_SCHEMA_H_
#define SALLYPORT_SERVER_STORES_POSTGRESQL_POSTGRESQL_SCHEMA_H_

// The tables of the PostgreSQL store, and how a database of an older version gets
// them. A table `schema_version` has a row for each step that was taken. Triggers give a
// user another revision with each change, whoever makes it, and notify the channel that
// is named as the schema: with a JSON array of the tenant and the name, or with nothing
// where any user may have changed.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "server/stores/postgresql/postgresql_session.h"

namespace sallyport::server {

// Limits of what the tables take, in bytes.
inline constexpr size_t kMaxTenantSize = 255;
inline constexpr size_t kMaxNameSize = 255;

// PostgresqlMigrations are the steps from nothing to today's schema; the one at index n
// leads from version n to n + 1. Released steps never change. Their names are
// unqualified.
std::span<const std::string_view> PostgresqlMigrations();

// PrepareSchema takes what `migrations` the schema lacks, in one transaction and under a
// lock, so that several programs may try at once; or, without `migrate`, checks that none
// is lacking. FailedPrecondition where one is, or where the schema's version is newer
// than the last one.
absl::Status PrepareSchema(PostgresqlSession& session, const std::string& schema, bool migrate,
                           std::span<const std::string_view> migrations);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_POSTGRESQL_POSTGRESQL_SCHEMA_H_
