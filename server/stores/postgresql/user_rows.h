#ifndef SALLYPORT_SERVER_STORES_POSTGRESQL_USER_ROWS_H_
#define SALLYPORT_SERVER_STORES_POSTGRESQL_USER_ROWS_H_

// How users and their credentials are read from the tables: a row for each credential,
// with the user's own columns in each. Thread-safe.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/credentials/account.h"
#include "server/stores/postgresql/postgresql_rows.h"
#include "server/stores/user_directory.h"
#include "server/stores/user_key.h"

namespace sallyport::server {

// SelectAccount and SelectUser are for $1 the tenant and $2 the name; SelectUsers for at
// most $3 users after the name $2.
std::string SelectAccount();
std::string SelectUser();
std::string SelectUsers();

// ReadAccount reads what SelectAccount gave for `user`; null: nothing. DataLoss where
// that cannot be a user's. A credential that cannot be parsed is left out, and logged
// with `where`.
absl::StatusOr<std::shared_ptr<const Account>> ReadAccount(const PostgresqlRows& rows,
                                                           const UserKey& user,
                                                           std::string_view where);

// ReadUsers reads what SelectUser or SelectUsers gave; DataLoss likewise.
absl::StatusOr<std::vector<UserRecord>> ReadUsers(const PostgresqlRows& rows);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_POSTGRESQL_USER_ROWS_H_
