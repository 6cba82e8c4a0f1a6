#include "server/stores/sqlite/sqlite_backend.h"

#include <utility>

#include "absl/time/clock.h"
#include "server/stores/sqlite/sqlite_file.h"
#include "server/stores/sqlite/sqlite_schema.h"
#include "server/stores/sqlite/sqlite_user_rows.h"

namespace sallyport::server {
namespace {

constexpr int kReaders = 2;
constexpr int kMaxPageSize = 1000;

absl::Status Closing() { return absl::UnavailableError("the store is closing"); }

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteBackend>> SqliteBackend::Create(
    const v1::SqliteStore& settings, StoreChanges& changes) {
  const std::string& path = settings.path();
  if (path.empty()) return absl::InvalidArgumentError("an SQLite store needs a path");
  if (absl::Status status = PrepareSqliteFile(path); !status.ok()) return status;
  absl::StatusOr<SqliteConnection> writer =
      SqliteConnection::Open(path, SqliteConnection::Access::kReadWrite);
  if (!writer.ok()) return writer.status();
  if (absl::Status status = MigrateSqlite(*writer, SqliteMigrations()); !status.ok()) return status;
  auto outages = std::make_unique<OutageLog>(path);
  Readers readers;
  for (int i = 0; i < kReaders; ++i) {
    auto reader = SqliteAccountReader::Open(path, *outages);
    if (!reader.ok()) return reader.status();
    readers.push_back(*std::move(reader));
  }
  return std::unique_ptr<SqliteBackend>(
      new SqliteBackend(changes, std::move(outages), *std::move(writer), std::move(readers)));
}

SqliteBackend::SqliteBackend(StoreChanges& changes, std::unique_ptr<OutageLog> outages,
                             SqliteConnection writer, Readers readers)
    : changes_(changes),
      outages_(std::move(outages)),
      writer_(std::move(writer)),
      readers_(std::move(readers)) {}

void SqliteBackend::Read(const UserKey& user, LookupDone done) {
  readers_.Run([user, done = std::move(done)](SqliteAccountReader* reader) mutable {
    std::move(done)(reader == nullptr ? Closing() : reader->Read(user));
  });
}

void SqliteBackend::Ping(absl::AnyInvocable<void(absl::Status) &&> done) {
  readers_.Run([done = std::move(done)](SqliteAccountReader* reader) mutable {
    std::move(done)(reader == nullptr ? Closing() : reader->Ping());
  });
}

template <typename Change>
absl::Status SqliteBackend::Write(const UserKey& user, Change change) {
  absl::MutexLock lock(&writer_mutex_);
  absl::StatusOr<SqliteTransaction> transaction = SqliteTransaction::Begin(writer_);
  if (!transaction.ok()) return transaction.status();
  if (absl::Status status = change(writer_); !status.ok()) return status;
  const absl::Status status = transaction->Commit();
  // Also where it failed: it may have failed after the change was made.
  changes_.Changed(user);
  return status;
}

template <typename Change>
absl::StatusOr<UserRecord> SqliteBackend::WriteAndRead(const UserKey& user, Change change) {
  absl::StatusOr<UserRecord> record = absl::UnknownError("");
  const absl::Status status = Write(user, [&](SqliteConnection& connection) {
    if (absl::Status status = change(connection); !status.ok()) return status;
    record = SelectUser(connection, user);
    return record.status();
  });
  if (!status.ok()) return status;
  return record;
}

absl::StatusOr<UserRecord> SqliteBackend::AddUser(const NewUser& user) {
  if (user.key.name.empty()) return absl::InvalidArgumentError("a user must have a name");
  return WriteAndRead(user.key, [&user](SqliteConnection& connection) {
    return InsertUser(connection, user, absl::Now());
  });
}

absl::StatusOr<UserRecord> SqliteBackend::ReplaceCredentials(const UserKey& user,
                                                             const NewCredentials& credentials) {
  return WriteAndRead(user, [&](SqliteConnection& connection) {
    return ReplaceUserCredentials(connection, user, credentials, absl::Now());
  });
}

absl::StatusOr<UserRecord> SqliteBackend::ReplaceUser(const NewUser& user) {
  return WriteAndRead(user.key, [&user](SqliteConnection& connection) {
    return ReplaceUserRow(connection, user, absl::Now());
  });
}

absl::StatusOr<UserRecord> SqliteBackend::UpdateUser(const UserKey& user,
                                                     const UserChange& change) {
  return WriteAndRead(user, [&](SqliteConnection& connection) {
    return UpdateUserRow(connection, user, change, absl::Now());
  });
}

absl::StatusOr<UserRecord> SqliteBackend::EditUser(const UserKey& user, Edit edit) {
  return WriteAndRead(user, [&](SqliteConnection& connection) {
    // The transaction has the database's write lock from its beginning.
    const absl::StatusOr<UserRecord> now = SelectUser(connection, user);
    if (!now.ok()) return now.status();
    const absl::StatusOr<UserChange> change = edit(*now);
    if (!change.ok()) return change.status();
    return UpdateUserRow(connection, user, *change, absl::Now());
  });
}

absl::Status SqliteBackend::DeleteUser(const UserKey& user) {
  return Write(user,
               [&user](SqliteConnection& connection) { return DeleteUserRow(connection, user); });
}

absl::StatusOr<UserRecord> SqliteBackend::GetUser(const UserKey& user) {
  absl::MutexLock lock(&writer_mutex_);
  return SelectUser(writer_, user);
}

absl::StatusOr<UserPage> SqliteBackend::ListUsers(std::string_view tenant, int page_size,
                                                  std::string_view page_token) {
  if (page_size < 1 || page_size > kMaxPageSize) {
    return absl::InvalidArgumentError("a page has from 1 to 1000 users");
  }
  absl::MutexLock lock(&writer_mutex_);
  // One more than asked for tells whether this is the last page.
  absl::StatusOr<std::vector<UserRecord>> users =
      SelectUsers(writer_, tenant, page_token, int64_t{page_size} + 1);
  if (!users.ok()) return users.status();
  UserPage page{.users = *std::move(users)};
  if (page.users.size() > static_cast<size_t>(page_size)) {
    page.users.pop_back();
    page.next_page_token = page.users.back().key.name;
  }
  return page;
}

}  // namespace sallyport::server
