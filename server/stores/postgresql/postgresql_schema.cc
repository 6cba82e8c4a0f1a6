#include "server/stores/postgresql/postgresql_schema.h"

#include "absl/strings/str_cat.h"

namespace sallyport::server {
namespace {

// A schema that is not there has version 0.
absl::StatusOr<int64_t> ReadVersion(PostgresqlSession& session, const std::string& schema) {
  // Qualified, so that a schema that we may not use is an error and not as good as empty.
  const std::string table = absl::StrCat(session.Quoted(schema), ".schema_version");
  absl::StatusOr<PostgresqlRows> found = session.Run("SELECT to_regclass($1) IS NOT NULL", {table});
  if (!found.ok()) return found.status();
  if (!found->Bool(0, 0).value_or(false)) return 0;
  absl::StatusOr<PostgresqlRows> version =
      session.Run("SELECT coalesce(max(version), 0)::bigint FROM schema_version");
  if (!version.ok()) return version.status();
  return version->Int64(0, 0);
}

absl::Status CheckNotNewer(int64_t version, int64_t newest, const std::string& schema) {
  if (version <= newest) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("the PostgreSQL schema \"", schema, "\" has version ", version,
                   ", and this program knows ", newest, " at most; use the newer release"));
}

absl::Status CreateSchema(PostgresqlSession& session, const std::string& schema) {
  // Asked first: whoever may not create one may still use one that is there.
  absl::StatusOr<PostgresqlRows> there =
      session.Run("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)", {schema});
  if (!there.ok()) return there.status();
  if (there->Bool(0, 0).value_or(false)) return absl::OkStatus();
  return session.RunScript(absl::StrCat("CREATE SCHEMA ", session.Quoted(schema)));
}

absl::Status TakeStep(PostgresqlSession& session, int64_t step, std::string_view sql) {
  absl::Status status = session.RunScript(std::string(sql));
  if (status.ok()) {
    status = session
                 .Run("INSERT INTO schema_version (version) VALUES ($1::bigint)",
                      {absl::StrCat(step + 1)})
                 .status();
  }
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat("cannot bring the schema from version ", step,
                                                  " to ", step + 1, ": ", status.message()));
}

absl::Status TakeSteps(PostgresqlSession& session, const std::string& schema,
                       std::span<const std::string_view> migrations) {
  absl::Status status =
      session.Run("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", {"sallyport " + schema})
          .status();
  if (status.ok()) status = CreateSchema(session, schema);
  if (status.ok()) {
    status = session.RunScript(
        "CREATE TABLE IF NOT EXISTS schema_version ("
        " version bigint PRIMARY KEY, taken_at timestamptz NOT NULL DEFAULT now())");
  }
  if (!status.ok()) return status;
  // Again: another program may have migrated meanwhile.
  const absl::StatusOr<int64_t> version = ReadVersion(session, schema);
  if (!version.ok()) return version.status();
  const auto newest = static_cast<int64_t>(migrations.size());
  status = CheckNotNewer(*version, newest, schema);
  for (int64_t step = *version; status.ok() && step < newest; ++step) {
    status = TakeStep(session, step, migrations[static_cast<size_t>(step)]);
  }
  return status;
}

}  // namespace

absl::Status PrepareSchema(PostgresqlSession& session, const std::string& schema, bool migrate,
                           std::span<const std::string_view> migrations) {
  const absl::StatusOr<int64_t> version = ReadVersion(session, schema);
  if (!version.ok()) return version.status();
  const auto newest = static_cast<int64_t>(migrations.size());
  if (*version == newest) return absl::OkStatus();
  if (absl::Status status = CheckNotNewer(*version, newest, schema); !status.ok()) return status;
  if (!migrate) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the PostgreSQL schema \"", schema, "\" has version ", *version, " and this program needs ",
        newest, ": start once with `migrate: true` as a user who may create it"));
  }
  if (absl::Status status = session.RunScript("BEGIN"); !status.ok()) return status;
  const absl::Status status = TakeSteps(session, schema, migrations);
  const absl::Status ended = session.RunScript(status.ok() ? "COMMIT" : "ROLLBACK");
  return status.ok() ? ended : status;
}

}  // namespace sallyport::server
