#include "server/stores/postgresql/postgresql_directory.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/stores/postgresql/user_changes.h"
#include "server/stores/postgresql/user_rows.h"

namespace sallyport::server {
namespace {

constexpr int kMaxPageSize = 1000;

absl::StatusOr<UserRecord> SelectOne(PostgresqlSession& session, const UserKey& user) {
  absl::StatusOr<PostgresqlRows> rows = session.Run(SelectUser(), {user.tenant, user.name});
  if (!rows.ok()) return rows.status();
  auto users = ReadUsers(*rows);
  if (!users.ok()) return users.status();
  if (users->empty()) return NoSuchUser(user);
  return std::move(users->front());
}

}  // namespace

absl::Status PostgresqlDirectory::Begin() {
  if (absl::Status status = schema_status_(); !status.ok()) return status;
  if (session_.has_value() && session_->usable()) {
    const absl::Status status = session_->RunScript("BEGIN");
    // A session that was idle may have been lost meanwhile, and nothing is done yet.
    if (status.ok() || session_->usable()) return status;
  }
  session_.reset();
  absl::StatusOr<PostgresqlSession> fresh = dialer_.Open();
  if (!fresh.ok()) return fresh.status();
  session_ = *std::move(fresh);
  return session_->RunScript("BEGIN");
}

absl::Status PostgresqlDirectory::Transact(Work work) {
  absl::MutexLock lock(&mutex_);
  if (absl::Status status = Begin(); !status.ok()) return status;
  if (absl::Status status = work(*session_); !status.ok()) {
    // What cannot be rolled back is lost, and with it the transaction.
    if (!session_->usable() || !session_->RunScript("ROLLBACK").ok()) session_.reset();
    return status;
  }
  return session_->RunScript("COMMIT");
}

absl::Status PostgresqlDirectory::Write(const UserKey& user, Work work) {
  bool worked = false;
  const absl::Status status = Transact([&](PostgresqlSession& session) {
    const absl::Status status = work(session);
    worked = status.ok();
    return status;
  });
  // Also where the end failed: that may have been after the change was made.
  if (worked) changes_.Changed(user);
  return status;
}

absl::StatusOr<UserRecord> PostgresqlDirectory::WriteAndRead(const UserKey& user, Work work) {
  absl::StatusOr<UserRecord> record = absl::UnknownError("");
  const absl::Status status = Write(user, [&](PostgresqlSession& session) {
    if (absl::Status status = work(session); !status.ok()) return status;
    record = SelectOne(session, user);
    return record.status();
  });
  if (!status.ok()) return status;
  return record;
}

absl::StatusOr<UserRecord> PostgresqlDirectory::AddUser(const NewUser& user) {
  if (user.key.name.empty()) return absl::InvalidArgumentError("a user must have a name");
  return WriteAndRead(user.key,
                      [&](PostgresqlSession& session) { return InsertUser(session, user); });
}

absl::StatusOr<UserRecord> PostgresqlDirectory::ReplaceCredentials(
    const UserKey& user, const NewCredentials& credentials) {
  return WriteAndRead(user, [&](PostgresqlSession& session) {
    return ReplaceUserCredentials(session, user, credentials);
  });
}

absl::StatusOr<UserRecord> PostgresqlDirectory::ReplaceUser(const NewUser& user) {
  return WriteAndRead(user.key,
                      [&](PostgresqlSession& session) { return ReplaceUserRow(session, user); });
}

absl::StatusOr<UserRecord> PostgresqlDirectory::UpdateUser(const UserKey& user,
                                                           const UserChange& change) {
  return WriteAndRead(
      user, [&](PostgresqlSession& session) { return UpdateUserRow(session, user, change); });
}

absl::StatusOr<UserRecord> PostgresqlDirectory::EditUser(const UserKey& user, Edit edit) {
  return WriteAndRead(user, [&](PostgresqlSession& session) {
    if (absl::Status status = LockUser(session, user).status(); !status.ok()) return status;
    const absl::StatusOr<UserRecord> now = SelectOne(session, user);
    if (!now.ok()) return now.status();
    const absl::StatusOr<UserChange> change = edit(*now);
    if (!change.ok()) return change.status();
    return UpdateUserRow(session, user, *change);
  });
}

absl::Status PostgresqlDirectory::DeleteUser(const UserKey& user) {
  return Write(user, [&](PostgresqlSession& session) { return DeleteUserRow(session, user); });
}

absl::StatusOr<UserRecord> PostgresqlDirectory::GetUser(const UserKey& user) {
  absl::StatusOr<UserRecord> record = absl::UnknownError("");
  const absl::Status status = Transact([&](PostgresqlSession& session) {
    record = SelectOne(session, user);
    return record.status();
  });
  if (!status.ok()) return status;
  return record;
}

absl::StatusOr<UserPage> PostgresqlDirectory::ListUsers(std::string_view tenant, int page_size,
                                                        std::string_view page_token) {
  if (page_size < 1 || page_size > kMaxPageSize) {
    return absl::InvalidArgumentError("a page has from 1 to 1000 users");
  }
  UserPage page;
  const absl::Status status = Transact([&](PostgresqlSession& session) {
    // One more than asked for tells whether this is the last page.
    absl::StatusOr<PostgresqlRows> rows =
        session.Run(SelectUsers(), {tenant, page_token, absl::StrCat(page_size + 1)});
    if (!rows.ok()) return rows.status();
    absl::StatusOr<std::vector<UserRecord>> users = ReadUsers(*rows);
    if (users.ok()) page.users = *std::move(users);
    return users.status();
  });
  if (!status.ok()) return status;
  if (page.users.size() > static_cast<size_t>(page_size)) {
    page.users.pop_back();
    page.next_page_token = page.users.back().key.name;
  }
  return page;
}

}  // namespace sallyport::server
