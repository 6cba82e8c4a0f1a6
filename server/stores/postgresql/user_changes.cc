#include "server/stores/postgresql/user_changes.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "core/credentials/credential.h"
#include "core/credentials/secret.h"
#include "server/stores/json_columns.h"

namespace sallyport::server {
namespace {

constexpr char kInfinity[] = "infinity";

std::string ToText(bool value) { return value ? "true" : "false"; }

std::string ToText(absl::Time time) {
  if (time == absl::InfiniteFuture()) return kInfinity;
  if (time == absl::InfinitePast()) return absl::StrCat("-", kInfinity);
  return absl::FormatTime("%E4Y-%m-%d %H:%M:%E6S+00", time, absl::UTCTimeZone());
}

template <typename Value>
std::optional<std::string> ToOptionalText(const std::optional<Value>& value) {
  if (!value.has_value()) return std::nullopt;
  return ToText(*value);
}

template <typename Value>
std::optional<std::string> ToOptionalJson(const std::optional<Value>& value) {
  if (!value.has_value()) return std::nullopt;
  return ToJson(*value);
}

absl::Status InsertCredentials(PostgresqlSession& session, const std::string& user_id,
                               const std::vector<Credential>& credentials,
                               std::optional<absl::Time> created_at) {
  for (const Credential& credential : credentials) {
    std::string text = FormatCredential(credential);
    const absl::Status status =
        session
            .Run(
                "INSERT INTO credentials (user_id, secret, created_at)"
                " VALUES ($1::bigint, $2, coalesce($3::timestamptz, now()))",
                {user_id, text, ToOptionalText(created_at)})
            .status();
    Wipe(&text);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status NoSuchUser(const UserKey& user) {
  return absl::NotFoundError(absl::StrCat("there is no user '", user.name, "'"));
}

absl::StatusOr<std::string> LockUser(PostgresqlSession& session, const UserKey& user,
                                     std::optional<int64_t> if_revision) {
  const absl::StatusOr<PostgresqlRows> rows =
      session.Run("SELECT id, revision FROM users WHERE tenant = $1 AND name = $2 FOR UPDATE",
                  {user.tenant, user.name});
  if (!rows.ok()) return rows.status();
  if (rows->size() == 0) return NoSuchUser(user);
  if (if_revision.has_value() && rows->Int64(0, 1) != *if_revision) {
    return absl::AbortedError(absl::StrCat("the user '", user.name, "' has changed meanwhile"));
  }
  return absl::StrCat(rows->Int64(0, 0));
}

absl::Status InsertUser(PostgresqlSession& session, const NewUser& user) {
  const absl::StatusOr<PostgresqlRows> inserted = session.Run(
      "INSERT INTO users (tenant, name, disabled, expires_at, groups, attributes)"
      " VALUES ($1, $2, $3::boolean, $4::timestamptz, $5::jsonb, $6::jsonb) RETURNING id",
      {user.key.tenant, user.key.name, ToText(user.disabled), ToOptionalText(user.expires_at),
       ToJson(user.groups), ToJson(user.attributes)});
  if (absl::IsAlreadyExists(inserted.status())) {
    return absl::AlreadyExistsError(absl::StrCat("the user '", user.key.name, "' exists"));
  }
  if (!inserted.ok()) return inserted.status();
  return InsertCredentials(session, absl::StrCat(inserted->Int64(0, 0)), user.credentials,
                           std::nullopt);
}

absl::Status ReplaceUserCredentials(PostgresqlSession& session, const UserKey& user,
                                    const NewCredentials& credentials) {
  const absl::StatusOr<std::string> id = LockUser(session, user, credentials.if_revision);
  if (!id.ok()) return id.status();
  const auto& until = credentials.old_valid_until;
  const bool keep = until.has_value() && *until > absl::Now();
  absl::Status status = session
                            .Run(
                                "DELETE FROM credentials WHERE user_id = $1::bigint"
                                " AND (expires_at IS NOT NULL OR NOT $2::boolean)",
                                {*id, ToText(keep)})
                            .status();
  if (status.ok() && keep) {
    status = session
                 .Run(
                     "UPDATE credentials SET expires_at = $2::timestamptz"
                     " WHERE user_id = $1::bigint",
                     {*id, ToText(*until)})
                 .status();
  }
  // A change also where there were no credentials and are none.
  if (status.ok()) {
    status =
        session.Run("UPDATE users SET updated_at = now() WHERE id = $1::bigint", {*id}).status();
  }
  if (!status.ok()) return status;
  return InsertCredentials(session, *id, credentials.credentials, credentials.created_at);
}

absl::Status ReplaceUserRow(PostgresqlSession& session, const NewUser& user) {
  const UserChange change = {.disabled = user.disabled,
                             .groups = user.groups,
                             .attributes = user.attributes,
                             .expires_at = user.expires_at};
  if (absl::Status status = UpdateUserRow(session, user.key, change); !status.ok()) return status;
  return ReplaceUserCredentials(session, user.key, {.credentials = user.credentials});
}

absl::Status UpdateUserRow(PostgresqlSession& session, const UserKey& user,
                           const UserChange& change) {
  const absl::StatusOr<PostgresqlRows> updated = session.Run(
      "UPDATE users SET disabled = coalesce($3::boolean, disabled),"
      " groups = coalesce($4::jsonb, groups), attributes = coalesce($5::jsonb, attributes),"
      " expires_at = CASE WHEN $6 IS NULL THEN expires_at"
      " ELSE nullif($6, $7)::timestamptz END"
      " WHERE tenant = $1 AND name = $2 RETURNING id",
      {user.tenant, user.name, ToOptionalText(change.disabled), ToOptionalJson(change.groups),
       ToOptionalJson(change.attributes), ToOptionalText(change.expires_at), kInfinity});
  if (!updated.ok()) return updated.status();
  return updated->size() == 0 ? NoSuchUser(user) : absl::OkStatus();
}

absl::Status DeleteUserRow(PostgresqlSession& session, const UserKey& user) {
  const absl::StatusOr<PostgresqlRows> deleted = session.Run(
      "DELETE FROM users WHERE tenant = $1 AND name = $2 RETURNING id", {user.tenant, user.name});
  if (!deleted.ok()) return deleted.status();
  return deleted->size() == 0 ? NoSuchUser(user) : absl::OkStatus();
}

}  // namespace sallyport::server
