#include "server/stores/postgresql/user_rows.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/credentials/credential.h"
#include "process/log.h"
#include "server/stores/json_columns.h"

namespace sallyport::server {
namespace {

// What a credential that cannot be parsed is listed as.
constexpr std::string_view kUnreadable = "UNREADABLE";

constexpr int kMaxCredentials = 64;

enum Column {
  kId,
  kTenant,
  kName,
  kDisabled,
  kExpiresAt,
  kCreatedAt,
  kUpdatedAt,
  kRevision,
  kGroups,
  kAttributes,
  kCredentialId,
  kSecret,
  kSecretCreatedAt,
  kSecretExpiresAt
};

constexpr char kSelectColumns[] =
    "SELECT u.id, u.tenant, u.name, u.disabled, u.expires_at, u.created_at, u.updated_at,"
    " u.revision, u.groups::text, u.attributes::text,"
    " c.id, c.secret, c.created_at, c.expires_at ";

absl::StatusOr<UserRecord> ReadUser(const PostgresqlRows& rows, int row) {
  UserRecord user;
  user.key = {std::string(rows.Text(row, kTenant)), std::string(rows.Text(row, kName))};
  const std::optional<bool> disabled = rows.Bool(row, kDisabled);
  if (!disabled.has_value()) return absl::DataLossError("whether a user is disabled is no boolean");
  user.disabled = *disabled;
  user.expires_at = rows.Time(row, kExpiresAt);
  user.created_at = rows.Time(row, kCreatedAt).value_or(absl::InfinitePast());
  user.updated_at = rows.Time(row, kUpdatedAt).value_or(absl::InfinitePast());
  absl::StatusOr<std::vector<std::string>> groups = ParseGroups(rows.Text(row, kGroups));
  if (!groups.ok()) return groups.status();
  user.groups = *std::move(groups);
  auto attributes = ParseAttributes(rows.Text(row, kAttributes));
  if (!attributes.ok()) return attributes.status();
  user.attributes = *std::move(attributes);
  return user;
}

CredentialRecord ReadCredentialRecord(const PostgresqlRows& rows, int row) {
  CredentialRecord record;
  record.id = rows.Int64(row, kCredentialId);
  const absl::StatusOr<Credential> credential = ParseCredential(rows.Text(row, kSecret));
  record.scheme = credential.ok() ? SchemeName(*credential) : kUnreadable;
  record.iterations = credential.ok() ? CredentialIterations(*credential) : 0;
  record.created_at = rows.Time(row, kSecretCreatedAt).value_or(absl::InfinitePast());
  record.expires_at = rows.Time(row, kSecretExpiresAt);
  return record;
}

void AddCredential(const PostgresqlRows& rows, int row, std::string_view where, Account* account) {
  absl::StatusOr<Credential> credential = ParseCredential(rows.Text(row, kSecret));
  if (credential.ok()) {
    account->credentials.push_back({.secret = *std::move(credential),
                                    .expires_at = rows.Time(row, kSecretExpiresAt),
                                    .created_at = rows.Time(row, kSecretCreatedAt)});
    return;
  }
  process::Log(process::LogLevel::kError, "stored credential skipped",
               {{"store", where},
                {"tenant", account->tenant},
                {"authentication_id", account->authentication_id},
                {"credential_id", rows.Int64(row, kCredentialId)},
                {"error", credential.status().message()}});
}

}  // namespace

std::string SelectAccount() {
  // One credential more than is taken tells that there are too many.
  return absl::StrCat(SelectUser(), " LIMIT ", kMaxCredentials + 1);
}

std::string SelectUser() {
  return absl::StrCat(kSelectColumns,
                      "FROM users u LEFT JOIN credentials c ON c.user_id = u.id"
                      " WHERE u.tenant = $1 AND u.name = $2 ORDER BY c.id");
}

std::string SelectUsers() {
  return absl::StrCat(kSelectColumns,
                      "FROM (SELECT * FROM users WHERE tenant = $1 AND name > $2"
                      " ORDER BY name LIMIT $3::bigint) u"
                      " LEFT JOIN credentials c ON c.user_id = u.id ORDER BY u.name, c.id");
}

absl::StatusOr<std::shared_ptr<const Account>> ReadAccount(const PostgresqlRows& rows,
                                                           const UserKey& user,
                                                           std::string_view where) {
  if (rows.size() == 0) return std::shared_ptr<const Account>();
  if (rows.size() > kMaxCredentials) {
    return absl::DataLossError(
        absl::StrCat("a user has more than ", kMaxCredentials, " credentials: delete some"));
  }
  absl::StatusOr<UserRecord> record = ReadUser(rows, 0);
  if (!record.ok()) return record.status();
  // So that no confusion of answers can make one user another.
  if (record->key != user) return absl::DataLossError("the database answered for another user");
  auto account = std::make_shared<Account>();
  account->authentication_id = user.name;
  account->tenant = user.tenant;
  account->groups = std::move(record->groups);
  account->attributes = std::move(record->attributes);
  account->disabled = record->disabled;
  account->expires_at = record->expires_at;
  account->revision = rows.Int64(0, kRevision);
  for (int row = 0; row < rows.size(); ++row) {
    if (!rows.IsNull(row, kCredentialId)) AddCredential(rows, row, where, account.get());
  }
  return std::shared_ptr<const Account>(std::move(account));
}

absl::StatusOr<std::vector<UserRecord>> ReadUsers(const PostgresqlRows& rows) {
  std::vector<UserRecord> users;
  int64_t last_id = 0;
  for (int row = 0; row < rows.size(); ++row) {
    const int64_t id = rows.Int64(row, kId);
    if (users.empty() || id != last_id) {
      absl::StatusOr<UserRecord> user = ReadUser(rows, row);
      if (!user.ok()) return user.status();
      users.push_back(*std::move(user));
      last_id = id;
    }
    if (!rows.IsNull(row, kCredentialId)) {
      users.back().credentials.push_back(ReadCredentialRecord(rows, row));
    }
  }
  return users;
}

}  // namespace sallyport::server
