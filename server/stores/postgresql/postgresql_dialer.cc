#include "server/stores/postgresql/postgresql_dialer.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "server/stores/secret_reference.h"

namespace sallyport::server {
namespace {

// The server ends a statement before we give up its connection, so that none is left running.
constexpr double kStatementShare = 0.9;

// The lists of hosts and their ports keep step.
std::string Rotated(const std::string& list, size_t first) {
  std::vector<std::string> items = absl::StrSplit(list, ',');
  std::rotate(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(first % items.size()),
              items.end());
  return absl::StrJoin(items, ",");
}

}  // namespace

absl::StatusOr<PostgresqlSession> PostgresqlDialer::Open() {
  PostgresqlSession::Settings settings = {.keywords = options_.keywords,
                                          .connect_timeout = options_.connect_timeout,
                                          .query_timeout = options_.query_timeout,
                                          .where = options_.where};
  const size_t first_host = first_host_.load(std::memory_order_relaxed);
  for (const char* list : {"host", "hostaddr", "port"}) {
    const auto value = settings.keywords.find(list);
    if (value != settings.keywords.end()) value->second = Rotated(value->second, first_host);
  }
  if (options_.password.has_value()) {
    absl::StatusOr<Secret> password = ReadSecret(*options_.password);
    if (!password.ok()) return password.status();
    settings.password = *std::move(password);
  }
  absl::StatusOr<PostgresqlSession> session = PostgresqlSession::Open(settings, interrupt_);
  if (!session.ok()) {
    if (absl::IsDeadlineExceeded(session.status())) first_host_.store(first_host + 1);
    return session.status();
  }
  const int64_t limit =
      std::max<int64_t>(1, absl::ToInt64Milliseconds(options_.query_timeout * kStatementShare));
  const absl::Status status =
      session->RunScript(absl::StrCat("SET search_path TO ", session->Quoted(options_.schema),
                                      ", pg_temp; SET statement_timeout TO ", limit,
                                      "; SET idle_in_transaction_session_timeout TO ", limit));
  if (!status.ok()) return status;
  return session;
}

}  // namespace sallyport::server
