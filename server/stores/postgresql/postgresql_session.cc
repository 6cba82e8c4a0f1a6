#include "server/stores/postgresql/postgresql_session.h"

#include <poll.h>

#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/stores/account_cache.h"
#include "server/stores/postgresql/postgresql_error.h"

namespace sallyport::server {
namespace {

constexpr Oid kTextType = 25;
constexpr int kBinary = 1;

void IgnoreNotice(void*, const PGresult*) {}

PqConnection StartConnecting(const PostgresqlSession::Settings& settings) {
  std::vector<const char*> keywords;
  std::vector<const char*> values;
  for (const auto& [keyword, value] : settings.keywords) {
    keywords.push_back(keyword.c_str());
    values.push_back(value.c_str());
  }
  // A C string, whose NUL the Secret's view need not have.
  std::string password(settings.password.view());
  if (!password.empty()) {
    keywords.push_back("password");
    values.push_back(password.c_str());
  }
  keywords.push_back(nullptr);
  values.push_back(nullptr);
  PqConnection connection(
      PQconnectStartParams(keywords.data(), values.data(), /*expand_dbname=*/0));
  Wipe(&password);
  return connection;
}

}  // namespace

absl::StatusOr<PostgresqlSession> PostgresqlSession::Open(const Settings& settings,
                                                          const Interrupt& interrupt) {
  const absl::Time deadline = MonotonicNow() + settings.connect_timeout;
  PqConnection connection = StartConnecting(settings);
  if (connection == nullptr) return absl::UnavailableError("libpq has no memory");
  PostgresqlSession session(std::move(connection), settings, interrupt);
  if (absl::Status status = session.Connect(deadline); !status.ok()) return status;
  const char* encoding = PQparameterStatus(session.connection_.get(), "server_encoding");
  if (encoding == nullptr || std::string_view(encoding) != "UTF8") {
    return absl::FailedPreconditionError(
        absl::StrCat("PostgreSQL ", settings.where,
                     ": the database's encoding is not UTF8: create one with ENCODING 'UTF8'"));
  }
  return session;
}

PostgresqlSession::PostgresqlSession(PqConnection connection, const Settings& settings,
                                     const Interrupt& interrupt)
    : connection_(std::move(connection)),
      query_timeout_(settings.query_timeout),
      where_(settings.where),
      interrupt_(&interrupt) {}

absl::Status PostgresqlSession::Connect(absl::Time deadline) {
  PGconn* connection = connection_.get();
  PQsetNoticeReceiver(connection, IgnoreNotice, nullptr);
  // Only so the message has the SQLSTATE.
  PQsetErrorVerbosity(connection, PQERRORS_VERBOSE);
  PostgresPollingStatusType wanted =
      PQstatus(connection) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
  while (wanted != PGRES_POLLING_OK) {
    if (wanted == PGRES_POLLING_FAILED) return ConnectionError(connection, where_);
    const short events = wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    if (absl::Status status = Await(events, deadline); !status.ok()) return status;
    wanted = PQconnectPoll(connection);
  }
  PQsetErrorVerbosity(connection, PQERRORS_DEFAULT);
  if (PQsetnonblocking(connection, 1) != 0) return ConnectionError(connection, where_);
  return absl::OkStatus();
}

absl::Status PostgresqlSession::Await(short events, absl::Time deadline) const {
  while (true) {
    const absl::Duration left = deadline - MonotonicNow();
    if (left <= absl::ZeroDuration()) {
      return absl::DeadlineExceededError(
          absl::StrCat("PostgreSQL ", where_, ": the server does not answer"));
    }
    pollfd set[] = {{.fd = PQsocket(connection_.get()), .events = events},
                    {.fd = interrupt_->fd(), .events = POLLIN}};
    if (poll(set, 2, PollMilliseconds(left)) <= 0) continue;
    if (set[1].revents != 0) return absl::CancelledError("the store is closing");
    return absl::OkStatus();
  }
}

absl::StatusOr<PostgresqlRows> PostgresqlSession::Run(const std::string& sql,
                                                      const std::vector<Parameter>& parameters) {
  const std::vector<Oid> types(parameters.size(), kTextType);
  // With their lengths, so that a NUL does not end them early.
  const std::vector<int> formats(parameters.size(), kBinary);
  std::vector<const char*> values;
  std::vector<int> lengths;
  for (const Parameter& parameter : parameters) {
    const bool null = !parameter.has_value();
    values.push_back(null ? nullptr : parameter->data() == nullptr ? "" : parameter->data());
    lengths.push_back(null ? 0 : static_cast<int>(parameter->size()));
  }
  return Finish(PQsendQueryParams(connection_.get(), sql.c_str(),
                                  static_cast<int>(parameters.size()), types.data(), values.data(),
                                  lengths.data(), formats.data(), kBinary));
}

absl::Status PostgresqlSession::RunScript(const std::string& sql) {
  return Finish(PQsendQuery(connection_.get(), sql.c_str())).status();
}

absl::Status PostgresqlSession::Prepare(const std::string& name, const std::string& sql,
                                        int parameters) {
  const std::vector<Oid> types(static_cast<size_t>(parameters), kTextType);
  return Finish(
             PQsendPrepare(connection_.get(), name.c_str(), sql.c_str(), parameters, types.data()))
      .status();
}

absl::StatusOr<PostgresqlRows> PostgresqlSession::Finish(int sent) {
  absl::Status error;
  PqResult last;
  if (connection_ == nullptr || sent == 0) {
    error = ConnectionError(connection_.get(), where_);
    connection_.reset();
    return error;
  }
  const absl::Time deadline = MonotonicNow() + query_timeout_;
  while (true) {
    absl::StatusOr<PqResult> result = NextResult(deadline);
    if (!result.ok()) {
      connection_.reset();
      return result.status();
    }
    if (*result == nullptr) break;
    const ExecStatusType status = PQresultStatus(result->get());
    const bool succeeded = status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
    if (!succeeded && error.ok()) error = ResultError(result->get(), where_);
    last = *std::move(result);
  }
  if (PQstatus(connection_.get()) == CONNECTION_BAD) connection_.reset();
  if (!error.ok()) return error;
  return PostgresqlRows(std::move(last));
}

absl::StatusOr<PqResult> PostgresqlSession::NextResult(absl::Time deadline) {
  PGconn* connection = connection_.get();
  while (true) {
    const int unsent = PQflush(connection);
    if (unsent < 0) return ConnectionError(connection, where_);
    if (unsent == 0 && PQisBusy(connection) == 0) return PqResult(PQgetResult(connection));
    const absl::Status status =
        Await(static_cast<short>(unsent == 0 ? POLLIN : POLLIN | POLLOUT), deadline);
    if (!status.ok()) return status;
    if (!PqConsumeInput(connection)) return ConnectionError(connection, where_);
  }
}

std::string PostgresqlSession::Quoted(const std::string& name) const {
  char* quoted = PQescapeIdentifier(connection_.get(), name.data(), name.size());
  // Null for what is no valid text: then nothing has that name.
  std::string text = quoted == nullptr ? "\"\"" : quoted;
  PQfreemem(quoted);
  return text;
}

}  // namespace sallyport::server
