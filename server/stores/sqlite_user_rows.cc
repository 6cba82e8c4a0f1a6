#include "server/stores/sqlite_user_rows.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/credentials/secret.h"
#include "server/stores/sqlite_columns.h"

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

// Runs a statement that changes the row of one user.
template <typename... Values>
absl::Status Change(SqliteConnection& connection, std::string_view sql, std::string_view name,
                    const Values&... values) {
  if (absl::Status status = Run(connection, sql, name, values...); !status.ok()) return status;
  return connection.changes() == 0 ? NoSuchUser(name) : absl::OkStatus();
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

constexpr char kUserColumns[] = "id, name, disabled, expires_at, created_at, updated_at, groups";

// Reads the row that a SELECT of kUserColumns is at.
absl::StatusOr<UserRecord> ReadUser(SqliteConnection& connection, const SqliteStatement& row) {
  UserRecord user;
  user.name = row.Text(1);
  user.disabled = row.Int64(2) != 0;
  user.expires_at = ToTime(row.OptionalInt64(3));
  user.created_at = absl::FromUnixMicros(row.Int64(4));
  user.updated_at = absl::FromUnixMicros(row.Int64(5));
  absl::StatusOr<std::vector<std::string>> groups = ParseGroups(row.Text(6));
  if (!groups.ok()) return groups.status();
  user.groups = *std::move(groups);
  auto credentials = SelectCredentials(connection, row.Int64(0));
  if (!credentials.ok()) return credentials.status();
  user.credentials = *std::move(credentials);
  return user;
}

}  // namespace

absl::Status InsertUser(SqliteConnection& connection, const NewUser& user, absl::Time now) {
  const absl::Status status =
      Run(connection,
          "INSERT INTO users (name, expires_at, created_at, updated_at, groups)"
          " VALUES (?1, ?2, ?3, ?3, ?4)",
          user.name, ToColumn(user.expires_at), ToColumn(now), ToJsonArray(user.groups));
  if (absl::IsAlreadyExists(status)) {
    return absl::AlreadyExistsError(absl::StrCat("the user '", user.name, "' exists"));
  }
  if (!status.ok()) return status;
  return InsertCredentials(connection, connection.last_insert_id(), user.credentials, now);
}

absl::Status ReplaceUserCredentials(SqliteConnection& connection, std::string_view name,
                                    const std::vector<Credential>& credentials, absl::Time now) {
  absl::StatusOr<SqliteStatement> update =
      connection.Prepare("UPDATE users SET updated_at = ?2 WHERE name = ?1 RETURNING id");
  if (!update.ok()) return update.status();
  if (absl::Status status = update->Bind(name, ToColumn(now)); !status.ok()) return status;
  const absl::StatusOr<bool> row = update->Step();
  if (!row.ok()) return row.status();
  if (!*row) return NoSuchUser(name);
  const int64_t user_id = update->Int64(0);
  update->Reset();
  const absl::Status status =
      Run(connection, "DELETE FROM credentials WHERE user_id = ?1", user_id);
  return status.ok() ? InsertCredentials(connection, user_id, credentials, now) : status;
}

absl::Status UpdateDisabled(SqliteConnection& connection, std::string_view name, bool disabled,
                            absl::Time now) {
  return Change(connection, "UPDATE users SET disabled = ?2, updated_at = ?3 WHERE name = ?1", name,
                int64_t{disabled}, ToColumn(now));
}

absl::Status DeleteUserRow(SqliteConnection& connection, std::string_view name) {
  return Change(connection, "DELETE FROM users WHERE name = ?1", name);
}

absl::StatusOr<UserRecord> SelectUser(SqliteConnection& connection, std::string_view name) {
  absl::StatusOr<SqliteStatement> select =
      connection.Prepare(absl::StrCat("SELECT ", kUserColumns, " FROM users WHERE name = ?1"));
  if (!select.ok()) return select.status();
  if (absl::Status status = select->Bind(name); !status.ok()) return status;
  const absl::StatusOr<bool> row = select->Step();
  if (!row.ok()) return row.status();
  if (!*row) return NoSuchUser(name);
  return ReadUser(connection, *select);
}

absl::StatusOr<std::vector<UserRecord>> SelectUsers(SqliteConnection& connection,
                                                    std::string_view after, int64_t limit) {
  absl::StatusOr<SqliteStatement> select = connection.Prepare(
      absl::StrCat("SELECT ", kUserColumns, " FROM users WHERE name > ?1 ORDER BY name LIMIT ?2"));
  if (!select.ok()) return select.status();
  if (absl::Status status = select->Bind(after, limit); !status.ok()) return status;
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
