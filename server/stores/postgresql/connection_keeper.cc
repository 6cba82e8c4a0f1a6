#include "server/stores/postgresql/connection_keeper.h"

#include <algorithm>
#include <utility>

#include "process/log.h"
#include "server/stores/account_cache.h"
#include "server/stores/postgresql/postgresql_error.h"
#include "server/stores/postgresql/postgresql_schema.h"

namespace sallyport::server {

using process::LogLevel;

ConnectionKeeper::ConnectionKeeper(const PostgresqlOptions& options, PostgresqlDialer& dialer,
                                   const Interrupt& interrupt, std::vector<Slot> slots)
    : options_(options),
      dialer_(dialer),
      interrupt_(interrupt),
      slots_(std::move(slots)),
      delay_(options.first_retry),
      down_(slots_.size(), true) {}

void ConnectionKeeper::Start() {
  attempted_at_ = MonotonicNow();
  thread_ = std::thread([this] { Run(); });
}

void ConnectionKeeper::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

void ConnectionKeeper::Run() {
  while (AwaitLoss()) {
    if (interrupt_.WaitFor(NextDelay())) return;
    ConnectAll().IgnoreError();
    attempted_at_ = MonotonicNow();
  }
}

bool ConnectionKeeper::AwaitLoss() {
  const auto called = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return stopping_ || std::find(down_.begin(), down_.end(), true) != down_.end();
  };
  absl::MutexLock lock(&mutex_, absl::Condition(&called));
  return !stopping_;
}

absl::Duration ConnectionKeeper::NextDelay() {
  // Also what was up for a moment only has failed again.
  const bool calm = MonotonicNow() - attempted_at_ > 2 * options_.last_retry;
  delay_ = calm ? options_.first_retry : std::min(2 * delay_, options_.last_retry);
  return delay_ * std::uniform_real_distribution(0.5, 1.0)(random_);
}

absl::Status ConnectionKeeper::ConnectAll() {
  for (size_t i = 0; i < slots_.size(); ++i) {
    {
      absl::MutexLock lock(&mutex_);
      if (!down_[i]) continue;
      // Before the connection is handed on, which may then be lost at any time.
      down_[i] = false;
    }
    const absl::Status status = Connect(slots_[i]);
    if (absl::IsCancelled(status)) return status;
    if (!status.ok()) {
      Lost(i, status);
      return status;
    }
  }
  absl::MutexLock lock(&mutex_);
  const bool all_up = std::find(down_.begin(), down_.end(), true) == down_.end();
  if (all_up && !last_error_.ok()) {
    process::Log(LogLevel::kInfo, "PostgreSQL connections are up again",
                 {{"store", options_.where}});
    last_error_ = absl::OkStatus();
  }
  return absl::OkStatus();
}

absl::Status ConnectionKeeper::Connect(const Slot& slot) {
  absl::StatusOr<PostgresqlSession> session = dialer_.Open();
  if (!session.ok()) return session.status();
  if (!schema_ready()) {
    const absl::Status status =
        PrepareSchema(*session, options_.schema, options_.migrate, PostgresqlMigrations());
    if (!status.ok()) return status;
    absl::MutexLock lock(&mutex_);
    schema_ready_ = true;
  }
  if (absl::Status status = slot.prepare(*session); !status.ok()) return status;
  slot.take(std::move(*session).Release());
  return absl::OkStatus();
}

void ConnectionKeeper::Lost(size_t slot, const absl::Status& status) {
  absl::MutexLock lock(&mutex_);
  down_[slot] = true;
  // Said again only where the reason is another one.
  if (status.code() != last_error_.code()) {
    process::Log(IsDefinite(status) ? LogLevel::kError : LogLevel::kWarning,
                 "PostgreSQL connection is down: trying again",
                 {{"store", options_.where}, {"error", status.message()}});
  }
  last_error_ = status;
}

absl::Status ConnectionKeeper::last_error() {
  absl::MutexLock lock(&mutex_);
  return last_error_;
}

bool ConnectionKeeper::schema_ready() {
  absl::MutexLock lock(&mutex_);
  return schema_ready_;
}

size_t ConnectionKeeper::lost() {
  absl::MutexLock lock(&mutex_);
  return static_cast<size_t>(std::count(down_.begin(), down_.end(), true));
}

}  // namespace sallyport::server
