#include "server/stores/sqlite/sqlite_account_reader.h"

#include <utility>

#include "process/log.h"
#include "server/stores/json_columns.h"
#include "server/stores/sqlite/sqlite_columns.h"

namespace sallyport::server {
namespace {

// One statement, so that a user and the credentials are of the same moment.
constexpr std::string_view kSelect =
    "SELECT users.disabled, users.expires_at, users.revision, users.groups, users.attributes,"
    " credentials.id, credentials.secret, credentials.created_at, credentials.expires_at"
    " FROM users LEFT JOIN credentials ON credentials.user_id = users.id"
    " WHERE users.tenant = ?1 AND users.name = ?2 ORDER BY credentials.id";
enum Column {
  kDisabled,
  kExpiresAt,
  kRevision,
  kGroups,
  kAttributes,
  kId,
  kSecret,
  kSecretCreatedAt,
  kSecretExpiresAt
};

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteAccountReader>> SqliteAccountReader::Open(
    const std::string& path, OutageLog& outages) {
  absl::StatusOr<SqliteConnection> connection =
      SqliteConnection::Open(path, SqliteConnection::Access::kReadOnly);
  if (!connection.ok()) return connection.status();
  absl::StatusOr<SqliteStatement> select = connection->Prepare(kSelect);
  if (!select.ok()) return select.status();
  return std::unique_ptr<SqliteAccountReader>(
      new SqliteAccountReader(path, outages, *std::move(connection), *std::move(select)));
}

SqliteAccountReader::SqliteAccountReader(const std::string& path, OutageLog& outages,
                                         SqliteConnection connection, SqliteStatement select)
    : path_(path),
      outages_(outages),
      connection_(std::move(connection)),
      select_(std::move(select)) {}

LookupResult SqliteAccountReader::Read(const UserKey& user) {
  absl::Status damage;
  LookupResult result = ReadRows(user, &damage);
  select_.Reset();
  outages_.Report(result.status());
  if (!result.ok()) return absl::UnavailableError(result.status().message());
  if (damage.ok()) return result;
  process::Log(process::LogLevel::kError, "stored user cannot be read",
               {{"store", path_},
                {"tenant", user.tenant},
                {"authentication_id", user.name},
                {"error", damage.message()}});
  return absl::UnavailableError(damage.message());
}

absl::Status SqliteAccountReader::Ping() {
  // Nobody has an empty name, so that no user's row is in the way.
  return Read({}).status();
}

absl::StatusOr<std::shared_ptr<const Account>> SqliteAccountReader::ReadRows(const UserKey& user,
                                                                             absl::Status* damage) {
  if (absl::Status status = select_.Bind(user.tenant, user.name); !status.ok()) return status;
  std::shared_ptr<Account> account;
  while (true) {
    const absl::StatusOr<bool> row = select_.Step();
    if (!row.ok()) return row.status();
    if (!*row) return account;
    if (account == nullptr) {
      account = std::make_shared<Account>();
      account->authentication_id = user.name;
      account->tenant = user.tenant;
      *damage = ReadUser(account.get());
    }
    if (!select_.IsNull(kId)) ReadCredential(account.get());
  }
}

absl::Status SqliteAccountReader::ReadUser(Account* account) const {
  account->disabled = select_.Int64(kDisabled) != 0;
  account->expires_at = ToTime(select_.OptionalInt64(kExpiresAt));
  account->revision = select_.Int64(kRevision);
  absl::StatusOr<std::vector<std::string>> groups = ParseGroups(select_.Text(kGroups));
  if (!groups.ok()) return groups.status();
  account->groups = *std::move(groups);
  auto attributes = ParseAttributes(select_.Text(kAttributes));
  if (!attributes.ok()) return attributes.status();
  account->attributes = *std::move(attributes);
  return absl::OkStatus();
}

void SqliteAccountReader::ReadCredential(Account* account) const {
  absl::StatusOr<Credential> credential = ParseCredential(select_.Text(kSecret));
  if (credential.ok()) {
    account->credentials.push_back({.secret = *std::move(credential),
                                    .expires_at = ToTime(select_.OptionalInt64(kSecretExpiresAt)),
                                    .created_at = ToTime(select_.Int64(kSecretCreatedAt))});
    return;
  }
  process::Log(process::LogLevel::kError, "stored credential skipped",
               {{"store", path_},
                {"tenant", account->tenant},
                {"authentication_id", account->authentication_id},
                {"credential_id", select_.Int64(kId)},
                {"error", credential.status().message()}});
}

}  // namespace sallyport::server
