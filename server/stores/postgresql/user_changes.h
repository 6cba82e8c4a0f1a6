#ifndef SALLYPORT_SERVER_STORES_POSTGRESQL_USER_CHANGES_H_
#define SALLYPORT_SERVER_STORES_POSTGRESQL_USER_CHANGES_H_

// The statements behind UserDirectory's changes, within the caller's transaction. They
// fail as PostgresqlSession::Run does, and as UserDirectory says.

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/stores/postgresql/postgresql_session.h"
#include "server/stores/user_directory.h"
#include "server/stores/user_key.h"

namespace sallyport::server {

// NoSuchUser is NotFound.
absl::Status NoSuchUser(const UserKey& user);

// LockUser is the id of the user, whose row nobody else changes until the transaction ends.
// Aborted where there is an `if_revision` and the user has another.
absl::StatusOr<std::string> LockUser(PostgresqlSession& session, const UserKey& user,
                                     std::optional<int64_t> if_revision = std::nullopt);

absl::Status InsertUser(PostgresqlSession& session, const NewUser& user);
absl::Status ReplaceUserCredentials(PostgresqlSession& session, const UserKey& user,
                                    const NewCredentials& credentials);
absl::Status ReplaceUserRow(PostgresqlSession& session, const NewUser& user);
absl::Status UpdateUserRow(PostgresqlSession& session, const UserKey& user,
                           const UserChange& change);
absl::Status DeleteUserRow(PostgresqlSession& session, const UserKey& user);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_POSTGRESQL_USER_CHANGES_H_
