#include "server/stores/sqlite/sqlite_user_rows.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/credentials/secret.h"
#include "server/stores/json_columns.h"
#include "server/stores/sqlite/sqlite_columns.h"

namespace sallyport::server {
namespace {

// What a credential that cannot be parsed is listed as.
constexpr std::string_view kUnreadable = "UNREADABLE";

absl::Status NoSuchUser(std::string_view name) {
  return absl::NotFoundError(absl::StrCat("there is no user '", std::string(name), "'"));
}

template <typename... Values>
absl::Status Run(SqliteConnection& connection, std::string_view sql, const Values&... values) {
  absl::StatusOr<SqliteStatement> statement = connection.Prepare(sql);
  if (!statement.ok()) return statement.status();
  if (absl::Status status = statement->Bind(values...); !status.ok()) return status;
  return statement->Run();
}

absl::StatusOr<int64_t> SelectRevision(SqliteConnection& connection, const UserKey& user) {
  absl::StatusOr<SqliteStatement> select =
      connection.Prepare("SELECT revision FROM users WHERE tenant = ?1 AND name = ?2");
  if (!select.ok()) return select.status();
  if (absl::Status status = select->Bind(user.tenant, user.name); !status.ok()) return status;
  const absl::StatusOr<bool> row = select->Step();
  if (!row.ok()) return row.status();
  if (!*row) return NoSuchUser(user.name);
  return select->Int64(0);
}

// Marks the user as changed, and is its id.
absl::StatusOr<int64_t> Touch(SqliteConnection& connection, const UserKey& user, absl::Time now) {
  absl::StatusOr<SqliteStatement> update = connection.Prepare(
      "UPDATE users SET updated_at = ?3, revision = revision + 1"
      " WHERE tenant = ?1 AND name = ?2 RETURNING id");
  if (!update.ok()) return update.status();
  absl::Status status = update->Bind(user.tenant, user.name, ToColumn(now));
  if (!status.ok()) return status;
  const absl::StatusOr<bool> row = update->Step();
  if (!row.ok()) return row.status();
  if (!*row) return NoSuchUser(user.name);
  const int64_t id = update->Int64(0);
  if (status = update->Run(); !status.ok()) return status;
  return id;
}

absl::Status InsertCredentials(SqliteConnection& connection, int64_t user_id,
                               const std::vector<Credential>& credentials, absl::Time now) {
  for (const Credential& credential : credentials) {
    std::string text = FormatCredential(credential);
    const absl::Status status =
        Run(connection, "INSERT INTO credentials (user_id, secret, created_at) VALUES (?1, ?2, ?3)",
            user_id, text, ToColumn(now));
    Wipe(&text);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<CredentialRecord>> SelectCredentials(SqliteConnection& connection,
                                                                int64_t user_id) {
  absl::StatusOr<SqliteStatement> select = connection.Prepare(
      "SELECT id, secret, created_at, expires_at FROM credentials WHERE user_id = ?1 ORDER BY id");
  if (!select.ok()) return select.status();
  if (absl::Status status = select->Bind(user_id); !status.ok()) return status;
  std::vector<CredentialRecord> records;
  while (true) {
    const absl::StatusOr<bool> row = select->Step();
    if (!row.ok()) return row.status();
    if (!*row) return records;
    CredentialRecord record;
    record.id = select->Int64(0);
    const absl::StatusOr<Credential> credential = ParseCredential(select->Text(1));
    record.scheme = credential.ok() ? SchemeName(*credential) : kUnreadable;
    record.iterations = credential.ok() ? CredentialIterations(*credential) : 0;
    record.created_at = absl::FromUnixMicros(select->Int64(2));
    record.expires_at = ToTime(select->OptionalInt64(3));
    records.push_back(std::move(record));
  }
}

constexpr char kSelectUser[] =
    "SELECT id, tenant, name, disabled, expires_at, created_at, updated_at, groups, attributes"
    " FROM users WHERE tenant = ?1 AND name ";
enum Column {
  kId,
  kTenant,
  kName,
  kDisabled,
  kExpiresAt,
  kCreatedAt,
  kUpdatedAt,
  kGroups,
  kAttributes
};

// Reads the row that a kSelectUser is at.
absl::StatusOr<UserRecord> ReadUser(SqliteConnection& connection, const SqliteStatement& row) {
  UserRecord user;
  user.key = {std::string(row.Text(kTenant)), std::string(row.Text(kName))};
  user.disabled = row.Int64(kDisabled) != 0;
  user.expires_at = ToTime(row.OptionalInt64(kExpiresAt));
  user.created_at = absl::FromUnixMicros(row.Int64(kCreatedAt));
  user.updated_at = absl::FromUnixMicros(row.Int64(kUpdatedAt));
  absl::StatusOr<std::vector<std::string>> groups = ParseGroups(row.Text(kGroups));
  if (!groups.ok()) return groups.status();
  user.groups = *std::move(groups);
  auto attributes = ParseAttributes(row.Text(kAttributes));
  if (!attributes.ok()) return attributes.status();
  user.attributes = *std::move(attributes);
  auto credentials = SelectCredentials(connection, row.Int64(kId));
  if (!credentials.ok()) return credentials.status();
  user.credentials = *std::move(credentials);
  return user;
}

}  // namespace

absl::Status InsertUser(SqliteConnection& connection, const NewUser& user, absl::Time now) {
  // The first revision is the time, so that it differs from all those of a deleted user of this
  // name.
  const absl::Status status =
      Run(connection,
          "INSERT INTO users (tenant, name, disabled, expires_at, created_at, updated_at, revision,"
          " groups, attributes) VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?5, ?6, ?7)",
          user.key.tenant, user.key.name, int64_t{user.disabled}, ToColumn(user.expires_at),
          ToColumn(now), ToJson(user.groups), ToJson(user.attributes));
  if (absl::IsAlreadyExists(status)) {
    return absl::AlreadyExistsError(absl::StrCat("the user '", user.key.name, "' exists"));
  }
  if (!status.ok()) return status;
  return InsertCredentials(connection, connection.last_insert_id(), user.credentials, now);
}

absl::Status ReplaceUserCredentials(SqliteConnection& connection, const UserKey& user,
                                    const NewCredentials& credentials, absl::Time now) {
  if (credentials.if_revision.has_value()) {
    absl::StatusOr<int64_t> revision = SelectRevision(connection, user);
    if (!revision.ok()) return revision.status();
    if (*revision != *credentials.if_revision) {
      return absl::AbortedError(absl::StrCat("the user '", user.name, "' has changed meanwhile"));
    }
  }
  const absl::StatusOr<int64_t> id = Touch(connection, user, now);
  if (!id.ok()) return id.status();
  const bool keep = credentials.old_valid_until.has_value() && *credentials.old_valid_until > now;
  absl::Status status = Run(connection,
                            keep ? "DELETE FROM credentials WHERE user_id = ?1 AND expires_at"
                                   " IS NOT NULL"
                                 : "DELETE FROM credentials WHERE user_id = ?1",
                            *id);
  if (status.ok() && keep) {
    status = Run(connection, "UPDATE credentials SET expires_at = ?2 WHERE user_id = ?1", *id,
                 ToColumn(credentials.old_valid_until));
  }
  if (!status.ok()) return status;
  return InsertCredentials(connection, *id, credentials.credentials,
                           credentials.created_at.value_or(now));
}

absl::Status UpdateUserRow(SqliteConnection& connection, const UserKey& user,
                           const UserChange& change, absl::Time now) {
  const absl::StatusOr<int64_t> id = Touch(connection, user, now);
  absl::Status status = id.status();
  if (status.ok() && change.disabled.has_value()) {
    status = Run(connection, "UPDATE users SET disabled = ?2 WHERE id = ?1", *id,
                 int64_t{*change.disabled});
  }
  if (status.ok() && change.groups.has_value()) {
    status =
        Run(connection, "UPDATE users SET groups = ?2 WHERE id = ?1", *id, ToJson(*change.groups));
  }
  if (status.ok() && change.attributes.has_value()) {
    status = Run(connection, "UPDATE users SET attributes = ?2 WHERE id = ?1", *id,
                 ToJson(*change.attributes));
  }
  if (status.ok() && change.expires_at.has_value()) {
    const bool never = *change.expires_at == absl::InfiniteFuture();
    status = Run(connection, "UPDATE users SET expires_at = ?2 WHERE id = ?1", *id,
                 ToColumn(never ? std::nullopt : change.expires_at));
  }
  return status;
}

absl::Status ReplaceUserRow(SqliteConnection& connection, const NewUser& user, absl::Time now) {
  const UserChange change = {.disabled = user.disabled,
                             .groups = user.groups,
                             .attributes = user.attributes,
                             .expires_at = user.expires_at};
  if (absl::Status status = UpdateUserRow(connection, user.key, change, now); !status.ok()) {
    return status;
  }
  return ReplaceUserCredentials(connection, user.key, {.credentials = user.credentials}, now);
}

absl::Status DeleteUserRow(SqliteConnection& connection, const UserKey& user) {
  const absl::Status status =
      Run(connection, "DELETE FROM users WHERE tenant = ?1 AND name = ?2", user.tenant, user.name);
  if (!status.ok()) return status;
  return connection.changes() == 0 ? NoSuchUser(user.name) : absl::OkStatus();
}

absl::StatusOr<UserRecord> SelectUser(SqliteConnection& connection, const UserKey& user) {
  absl::StatusOr<SqliteStatement> select = connection.Prepare(absl::StrCat(kSelectUser, "= ?2"));
  if (!select.ok()) return select.status();
  if (absl::Status status = select->Bind(user.tenant, user.name); !status.ok()) return status;
  const absl::StatusOr<bool> row = select->Step();
  if (!row.ok()) return row.status();
  if (!*row) return NoSuchUser(user.name);
  return ReadUser(connection, *select);
}

absl::StatusOr<std::vector<UserRecord>> SelectUsers(SqliteConnection& connection,
                                                    std::string_view tenant, std::string_view after,
                                                    int64_t limit) {
  absl::StatusOr<SqliteStatement> select =
      connection.Prepare(absl::StrCat(kSelectUser, "> ?2 ORDER BY name LIMIT ?3"));
  if (!select.ok()) return select.status();
  if (absl::Status status = select->Bind(tenant, after, limit); !status.ok()) return status;
  std::vector<UserRecord> users;
  while (true) {
    const absl::StatusOr<bool> row = select->Step();
    if (!row.ok()) return row.status();
    if (!*row) return users;
    absl::StatusOr<UserRecord> user = ReadUser(connection, *select);
    if (!user.ok()) return user.status();
    users.push_back(*std::move(user));
  }
}

}  // namespace sallyport::server
