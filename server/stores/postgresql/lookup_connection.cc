#include "server/stores/postgresql/lookup_connection.h"

#include <poll.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "process/log.h"
#include "server/stores/postgresql/postgresql_error.h"
#include "server/stores/postgresql/postgresql_rows.h"
#include "server/stores/postgresql/user_rows.h"

namespace sallyport::server {
namespace {

constexpr char kStatement[] = "lookup";
constexpr int kParameters = 2;
constexpr int kBinary = 1;

}  // namespace

absl::Status LookupConnection::Prepare(PostgresqlSession& session) {
  // The plan is the same for every user.
  absl::Status status = session.RunScript("SET plan_cache_mode TO force_generic_plan");
  return status.ok() ? session.Prepare(kStatement, SelectAccount(), kParameters) : status;
}

void LookupConnection::Attach(PqConnection connection) {
  connection_ = std::move(connection);
  open_batch_ = false;
  flushed_ = true;
  if (PQenterPipelineMode(connection_.get()) == 0) {
    Lose(ConnectionError(connection_.get(), where_));
  }
}

void LookupConnection::Send(PendingLookup lookup) {
  const UserKey& user = lookup.user;
  const char* values[kParameters] = {user.tenant.c_str(), user.name.c_str()};
  const int lengths[kParameters] = {static_cast<int>(user.tenant.size()),
                                    static_cast<int>(user.name.size())};
  const int formats[kParameters] = {kBinary, kBinary};
  const bool alone = lookup.alone;
  if (alone && open_batch_) Synchronise();
  if (!up()) return std::move(lookup.done)(absl::UnavailableError("the connection was lost"));
  const int sent = PQsendQueryPrepared(connection_.get(), kStatement, kParameters, values, lengths,
                                       formats, kBinary);
  in_flight_.push_back(std::move(lookup));
  open_batch_ = true;
  if (sent == 0) return Lose(ConnectionError(connection_.get(), where_));
  if (alone) Synchronise();
}

void LookupConnection::Synchronise() {
  open_batch_ = false;
  in_flight_.push_back(std::nullopt);
  if (PQpipelineSync(connection_.get()) == 0) Lose(ConnectionError(connection_.get(), where_));
}

void LookupConnection::BeforeWait() {
  if (!up()) return;
  if (open_batch_) Synchronise();
  if (up()) Flush();
}

void LookupConnection::Flush() {
  const int unsent = PQflush(connection_.get());
  flushed_ = unsent == 0;
  if (unsent < 0) Lose(ConnectionError(connection_.get(), where_));
}

short LookupConnection::events() const {
  return static_cast<short>(flushed_ ? POLLIN : POLLIN | POLLOUT);
}

absl::Time LookupConnection::deadline() const {
  for (const std::optional<PendingLookup>& lookup : in_flight_) {
    if (lookup.has_value()) return lookup->deadline;
  }
  return absl::InfiniteFuture();
}

void LookupConnection::OnDeadline() {
  Lose(absl::DeadlineExceededError(
      absl::StrCat("PostgreSQL ", where_, ": the server does not answer")));
}

void LookupConnection::OnReady() {
  if (!PqConsumeInput(connection_.get())) {
    return Lose(ConnectionError(connection_.get(), where_));
  }
  // Between two lookups there is one null.
  int nulls = 0;
  while (up() && !in_flight_.empty() && PQisBusy(connection_.get()) == 0) {
    PqResult result(PQgetResult(connection_.get()));
    nulls = result == nullptr ? nulls + 1 : 0;
    if (nulls > 2 || PQstatus(connection_.get()) == CONNECTION_BAD) {
      return Lose(ConnectionError(connection_.get(), where_));
    }
    if (result != nullptr) Take(std::move(result));
  }
  if (up()) Flush();
}

void LookupConnection::Take(PqResult result) {
  const ExecStatusType status = PQresultStatus(result.get());
  std::optional<PendingLookup> lookup = std::move(in_flight_.front());
  in_flight_.pop_front();
  const bool is_synchronisation = status == PGRES_PIPELINE_SYNC;
  if (is_synchronisation == lookup.has_value()) {
    if (lookup.has_value()) in_flight_.push_front(std::move(lookup));
    return Lose(absl::UnavailableError("PostgreSQL's answers are out of step"));
  }
  if (is_synchronisation) return;
  if (status == PGRES_PIPELINE_ABORTED) {
    lookup->alone = true;
    return events_.again(*std::move(lookup));
  }
  if (status == PGRES_TUPLES_OK) return Answer(*std::move(lookup), std::move(result));
  const absl::Status error = ResultError(result.get(), where_);
  events_.asked(error);
  std::move(lookup->done)(absl::UnavailableError(error.message()));
}

void LookupConnection::Answer(PendingLookup lookup, PqResult result) {
  events_.asked(absl::OkStatus());
  LookupResult account = ReadAccount(PostgresqlRows(std::move(result)), lookup.user, where_);
  if (account.ok()) return std::move(lookup.done)(std::move(account));
  process::Log(process::LogLevel::kError, "stored user cannot be read",
               {{"store", where_},
                {"tenant", lookup.user.tenant},
                {"authentication_id", lookup.user.name},
                {"error", account.status().message()}});
  std::move(lookup.done)(absl::UnavailableError(account.status().message()));
}

void LookupConnection::Lose(const absl::Status& status) {
  connection_.reset();
  events_.lost(status);
  Close(absl::UnavailableError(status.message()));
}

void LookupConnection::Close(const absl::Status& status) {
  connection_.reset();
  std::deque<std::optional<PendingLookup>> left;
  left.swap(in_flight_);
  for (std::optional<PendingLookup>& lookup : left) {
    if (lookup.has_value()) std::move(lookup->done)(status);
  }
}

}  // namespace sallyport::server
