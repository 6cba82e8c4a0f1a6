#ifndef SALLYPORT_SERVER_STORES_SQLITE_USER_ROWS_H_
#define SALLYPORT_SERVER_STORES_SQLITE_USER_ROWS_H_

// The statements behind UserDirectory, without transactions, locks and caches:
// those are the caller's. Every name is as SASLprep left it.

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/stores/sqlite_connection.h"
#include "server/stores/user_directory.h"

namespace sallyport::server {

// InsertUser fails with AlreadyExists.
absl::Status InsertUser(SqliteConnection& connection, const NewUser& user, absl::Time now);

// ReplaceUserCredentials, UpdateDisabled, DeleteUserRow and SelectUser fail with
// NotFound.
absl::Status ReplaceUserCredentials(SqliteConnection& connection, std::string_view name,
                                    const std::vector<Credential>& credentials, absl::Time now);
absl::Status UpdateDisabled(SqliteConnection& connection, std::string_view name, bool disabled,
                            absl::Time now);
absl::Status DeleteUserRow(SqliteConnection& connection, std::string_view name);
absl::StatusOr<UserRecord> SelectUser(SqliteConnection& connection, std::string_view name);

// SelectUsers is up to `limit` users whose names come after `after`, in order.
absl::StatusOr<std::vector<UserRecord>> SelectUsers(SqliteConnection& connection,
                                                    std::string_view after, int64_t limit);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_SQLITE_USER_ROWS_H_
