#include "server/stores/sqlite_account_reader.h"

#include <utility>

#include "process/log.h"
#include "server/stores/sqlite_columns.h"

namespace sallyport::server {
namespace {

// One statement, so that a user and the credentials are of the same moment.
constexpr std::string_view kSelect =
    "SELECT users.disabled, users.expires_at, users.groups, users.attributes,"
    " credentials.id, credentials.secret, credentials.expires_at"
    " FROM users LEFT JOIN credentials ON credentials.user_id = users.id"
    " WHERE users.name = ?1 ORDER BY credentials.id";
enum Column { kDisabled, kExpiresAt, kGroups, kAttributes, kId, kSecret, kSecretExpiresAt };

}  // namespace

absl::StatusOr<SqliteAccountReader> SqliteAccountReader::Open(const std::string& path,
                                                              std::string store,
                                                              std::string tenant) {
  absl::StatusOr<SqliteConnection> connection =
      SqliteConnection::Open(path, SqliteConnection::Access::kReadOnly);
  if (!connection.ok()) return connection.status();
  absl::StatusOr<SqliteStatement> select = connection->Prepare(kSelect);
  if (!select.ok()) return select.status();
  return SqliteAccountReader(*std::move(connection), *std::move(select), std::move(store),
                             std::move(tenant));
}

SqliteAccountReader::SqliteAccountReader(SqliteConnection connection, SqliteStatement select,
                                         std::string store, std::string tenant)
    : connection_(std::move(connection)),
      select_(std::move(select)),
      store_(std::move(store)),
      tenant_(std::move(tenant)) {}

LookupResult SqliteAccountReader::Read(std::string_view authentication_id) {
  LookupResult result = ReadRows(authentication_id);
  select_.Reset();
  if (result.ok()) return result;
  process::Log(process::LogLevel::kError, "credential lookup failed",
               {{"store", store_}, {"error", result.status().message()}});
  return absl::UnavailableError(result.status().message());
}

absl::StatusOr<std::shared_ptr<const Account>> SqliteAccountReader::ReadRows(
    std::string_view authentication_id) {
  if (absl::Status status = select_.Bind(authentication_id); !status.ok()) return status;
  std::shared_ptr<Account> account;
  while (true) {
    const absl::StatusOr<bool> row = select_.Step();
    if (!row.ok()) return row.status();
    if (!*row) return account;
    if (account == nullptr) {
      absl::StatusOr<std::shared_ptr<Account>> user = ReadUser(authentication_id);
      if (!user.ok()) return user.status();
      account = *std::move(user);
    }
    if (!select_.IsNull(kId)) ReadCredential(account.get());
  }
}

absl::StatusOr<std::shared_ptr<Account>> SqliteAccountReader::ReadUser(
    std::string_view authentication_id) const {
  absl::StatusOr<std::vector<std::string>> groups = ParseGroups(select_.Text(kGroups));
  if (!groups.ok()) return groups.status();
  auto attributes = ParseAttributes(select_.Text(kAttributes));
  if (!attributes.ok()) return attributes.status();
  auto account = std::make_shared<Account>();
  account->authentication_id = authentication_id;
  account->store = store_;
  account->tenant = tenant_;
  account->groups = *std::move(groups);
  account->attributes = *std::move(attributes);
  account->disabled = select_.Int64(kDisabled) != 0;
  account->expires_at = ToTime(select_.OptionalInt64(kExpiresAt));
  return account;
}

void SqliteAccountReader::ReadCredential(Account* account) const {
  absl::StatusOr<Credential> credential = ParseCredential(select_.Text(kSecret));
  if (credential.ok()) {
    account->credentials.push_back(
        {*std::move(credential), ToTime(select_.OptionalInt64(kSecretExpiresAt))});
    return;
  }
  process::Log(process::LogLevel::kError, "stored credential skipped",
               {{"store", store_},
                {"authentication_id", account->authentication_id},
                {"credential_id", select_.Int64(kId)},
                {"error", credential.status().message()}});
}

}  // namespace sallyport::server
