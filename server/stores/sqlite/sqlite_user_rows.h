#ifndef SALLYPORT_SERVER_STORES_SQLITE_SQLITE_USER_ROWS_H_
#define SALLYPORT_SERVER_STORES_SQLITE_SQLITE_USER_ROWS_H_

// The statements behind UserDirectory, without transactions, locks and caches:
// those are the caller's. Every name is as SASLprep left it.

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/stores/sqlite/sqlite_connection.h"
#include "server/stores/user_directory.h"

namespace sallyport::server {

// InsertUser fails with AlreadyExists.
absl::Status InsertUser(SqliteConnection& connection, const NewUser& user, absl::Time now);

// ReplaceUserCredentials, ReplaceUserRow, UpdateUserRow, DeleteUserRow and SelectUser fail
// with NotFound; ReplaceUserCredentials also with Aborted.
absl::Status ReplaceUserCredentials(SqliteConnection& connection, const UserKey& user,
                                    const NewCredentials& credentials, absl::Time now);
absl::Status ReplaceUserRow(SqliteConnection& connection, const NewUser& user, absl::Time now);
absl::Status UpdateUserRow(SqliteConnection& connection, const UserKey& user,
                           const UserChange& change, absl::Time now);
absl::Status DeleteUserRow(SqliteConnection& connection, const UserKey& user);
absl::StatusOr<UserRecord> SelectUser(SqliteConnection& connection, const UserKey& user);

// SelectUsers is up to `limit` users of `tenant` whose names come after `after`, in
// order.
absl::StatusOr<std::vector<UserRecord>> SelectUsers(SqliteConnection& connection,
                                                    std::string_view tenant, std::string_view after,
                                                    int64_t limit);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_SQLITE_SQLITE_USER_ROWS_H_
