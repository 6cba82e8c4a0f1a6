#include "server/stores/sqlite_store.h"

#include <utility>

#include "absl/time/clock.h"
#include "core/crypto/random_source.h"
#include "server/stores/sqlite_account_reader.h"
#include "server/stores/sqlite_file.h"
#include "server/stores/sqlite_schema.h"
#include "server/stores/sqlite_user_rows.h"

namespace sallyport::server {
namespace {

constexpr int kMaxPageSize = 1000;
constexpr std::string_view kDecoyKey = "decoy-key";

AccountCacheOptions CacheOptions(const SqliteStoreOptions& options) {
  AccountCacheOptions cache;
  cache.capacity = options.cache_size;
  cache.ttl = options.cache_ttl;
  return cache;
}

absl::StatusOr<std::vector<LookupPool::Reader>> OpenReaders(const SqliteStoreOptions& options) {
  std::vector<LookupPool::Reader> readers;
  for (int i = 0; i < options.reader_threads; ++i) {
    absl::StatusOr<SqliteAccountReader> reader =
        SqliteAccountReader::Open(options.path, options.name, options.tenant);
    if (!reader.ok()) return reader.status();
    readers.push_back([reader = *std::move(reader)](const std::string& name) mutable {
      return reader.Read(name);
    });
  }
  return readers;
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteStore>> SqliteStore::Open(SqliteStoreOptions options) {
  if (options.path.empty() || options.reader_threads < 1) {
    return absl::InvalidArgumentError("an SQLite store needs a path and a reader thread");
  }
  if (absl::Status status = PrepareSqliteFile(options.path); !status.ok()) return status;
  absl::StatusOr<SqliteConnection> writer =
      SqliteConnection::Open(options.path, SqliteConnection::Access::kReadWrite);
  if (!writer.ok()) return writer.status();
  if (absl::Status status = MigrateSqlite(*writer, SqliteMigrations()); !status.ok()) return status;
  absl::StatusOr<Secret> decoy_key = LoadOrCreateSecret(*writer, kDecoyKey, SystemRandom());
  if (!decoy_key.ok()) return decoy_key.status();
  absl::StatusOr<std::vector<LookupPool::Reader>> readers = OpenReaders(options);
  if (!readers.ok()) return readers.status();
  return std::unique_ptr<SqliteStore>(
      new SqliteStore(options, *std::move(writer), *std::move(decoy_key), *std::move(readers)));
}

SqliteStore::SqliteStore(const SqliteStoreOptions& options, SqliteConnection writer,
                         Secret decoy_key, std::vector<LookupPool::Reader> readers)
    : name_(options.name),
      decoy_key_(std::move(decoy_key)),
      writer_(std::move(writer)),
      cache_(CacheOptions(options)),
      pool_(std::move(readers), options.max_queued_lookups, cache_) {}

std::optional<std::shared_ptr<const Account>> SqliteStore::LookupCached(
    std::string_view authentication_id) {
  return cache_.Get(authentication_id);
}

void SqliteStore::Lookup(std::string authentication_id, LookupDone done) {
  pool_.Lookup(std::move(authentication_id), std::move(done));
}

template <typename Change>
absl::Status SqliteStore::Write(std::string_view name, Change change) {
  absl::MutexLock lock(&writer_mutex_);
  absl::StatusOr<SqliteTransaction> transaction = SqliteTransaction::Begin(writer_);
  if (!transaction.ok()) return transaction.status();
  if (absl::Status status = change(writer_); !status.ok()) return status;
  const absl::Status status = transaction->Commit();
  // Also where it failed: it may have failed after the change was made.
  cache_.Invalidate(name);
  return status;
}

template <typename Change>
absl::StatusOr<UserRecord> SqliteStore::WriteAndRead(std::string_view name, Change change) {
  absl::StatusOr<UserRecord> record = absl::UnknownError("");
  const absl::Status status = Write(name, [&](SqliteConnection& connection) {
    if (absl::Status status = change(connection); !status.ok()) return status;
    record = SelectUser(connection, name);
    return record.status();
  });
  if (!status.ok()) return status;
  return record;
}

absl::StatusOr<UserRecord> SqliteStore::AddUser(const NewUser& user) {
  if (user.name.empty()) return absl::InvalidArgumentError("a user must have a name");
  return WriteAndRead(user.name, [&user](SqliteConnection& connection) {
    return InsertUser(connection, user, absl::Now());
  });
}

absl::StatusOr<UserRecord> SqliteStore::ReplaceCredentials(
    std::string_view name, const std::vector<Credential>& credentials) {
  return WriteAndRead(name, [&](SqliteConnection& connection) {
    return ReplaceUserCredentials(connection, name, credentials, absl::Now());
  });
}

absl::StatusOr<UserRecord> SqliteStore::SetDisabled(std::string_view name, bool disabled) {
  return WriteAndRead(name, [&](SqliteConnection& connection) {
    return UpdateDisabled(connection, name, disabled, absl::Now());
  });
}

absl::Status SqliteStore::DeleteUser(std::string_view name) {
  return Write(name,
               [name](SqliteConnection& connection) { return DeleteUserRow(connection, name); });
}

absl::StatusOr<UserRecord> SqliteStore::GetUser(std::string_view name) {
  absl::MutexLock lock(&writer_mutex_);
  return SelectUser(writer_, name);
}

absl::StatusOr<UserPage> SqliteStore::ListUsers(int page_size, std::string_view page_token) {
  if (page_size < 1 || page_size > kMaxPageSize) {
    return absl::InvalidArgumentError("a page has from 1 to 1000 users");
  }
  absl::MutexLock lock(&writer_mutex_);
  // One more than asked for tells whether this is the last page.
  absl::StatusOr<std::vector<UserRecord>> users =
      SelectUsers(writer_, page_token, int64_t{page_size} + 1);
  if (!users.ok()) return users.status();
  UserPage page{.users = *std::move(users)};
  if (page.users.size() > static_cast<size_t>(page_size)) {
    page.users.pop_back();
    page.next_page_token = page.users.back().name;
  }
  return page;
}

}  // namespace sallyport::server
