#ifndef SALLYPORT_SERVER_STORES_POSTGRESQL_POSTGRESQL_ERROR_H_
#define SALLYPORT_SERVER_STORES_POSTGRESQL_POSTGRESQL_ERROR_H_

// PostgreSQL's errors (SQLSTATE) as absl::Status:
//
//   AlreadyExists       a UNIQUE constraint
//   InvalidArgument     a value that the database does not take
//   PermissionDenied    a login or a permission refused
//   FailedPrecondition  a database, schema, table or column that is missing
//   Unavailable         anything else, such as no connection
//
// Messages carry the server's primary message and never its details, which may quote
// whole rows.

#include <postgresql/libpq-fe.h>

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace sallyport::server {

// ConnectionError is why `connection`, to `where`, was not made or is lost.
absl::Status ConnectionError(const PGconn* connection, std::string_view where);

// ResultError is what failed a query.
absl::Status ResultError(const PGresult* result, std::string_view where);

// IsDefinite is whether trying again cannot help.
bool IsDefinite(const absl::Status& status);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_POSTGRESQL_POSTGRESQL_ERROR_H_
