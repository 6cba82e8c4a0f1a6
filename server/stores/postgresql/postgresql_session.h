#ifndef SALLYPORT_SERVER_STORES_POSTGRESQL_POSTGRESQL_SESSION_H_
#define SALLYPORT_SERVER_STORES_POSTGRESQL_POSTGRESQL_SESSION_H_

// A connection whose calls block, but never for longer than its limits of time, nor
// when an Interrupt is set: libpq's own blocking calls have no such limits. One thread
// at a time.

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/credentials/secret.h"
#include "server/stores/postgresql/interrupt.h"
#include "server/stores/postgresql/postgresql_rows.h"
#include "server/stores/postgresql/pq_handles.h"

namespace sallyport::server {

class PostgresqlSession {
 public:
  struct Settings {
    std::map<std::string, std::string> keywords;
    // Empty: none.
    Secret password;
    absl::Duration connect_timeout;
    absl::Duration query_timeout;
    std::string where;
  };
  // A Parameter is text; nothing is null. It may hold any byte: what the database does
  // not take it refuses.
  using Parameter = std::optional<std::string_view>;

  // Open fails as ConnectionError, with DeadlineExceeded or Cancelled; with
  // FailedPrecondition where the database's encoding is not UTF8. `interrupt` must
  // outlive the session.
  static absl::StatusOr<PostgresqlSession> Open(const Settings& settings,
                                                const Interrupt& interrupt);

  // Run runs one statement, with $1, $2, ... for the parameters, all of type text.
  absl::StatusOr<PostgresqlRows> Run(const std::string& sql,
                                     const std::vector<Parameter>& parameters = {});

  // RunScript runs statements without parameters or rows.
  absl::Status RunScript(const std::string& sql);

  // Prepare makes `name` a statement of so many text parameters.
  absl::Status Prepare(const std::string& name, const std::string& sql, int parameters);

  // Quoted is `name` as an identifier in SQL.
  std::string Quoted(const std::string& name) const;

  // usable is false once a call ended without the server's answer.
  bool usable() const { return connection_ != nullptr; }

  // Release hands the connection on, which is non-blocking.
  PqConnection Release() && { return std::move(connection_); }

 private:
  PostgresqlSession(PqConnection connection, const Settings& settings, const Interrupt& interrupt);

  absl::Status Connect(absl::Time deadline);
  // Waits for the server's answer to what was sent, and takes its last result.
  absl::StatusOr<PostgresqlRows> Finish(int sent);
  absl::StatusOr<PqResult> NextResult(absl::Time deadline);
  absl::Status Await(short events, absl::Time deadline) const;

  PqConnection connection_;
  absl::Duration query_timeout_;
  std::string where_;
  const Interrupt* interrupt_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_POSTGRESQL_POSTGRESQL_SESSION_H_
