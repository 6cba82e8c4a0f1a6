#include "server/stores/postgresql/change_listener.h"

#include <poll.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/stores/account_cache.h"
#include "server/stores/postgresql/postgresql_error.h"

namespace sallyport::server {
namespace {

struct FreeNotification {
  void operator()(PGnotify* notification) const { PQfreemem(notification); }
};
using Notification = std::unique_ptr<PGnotify, FreeNotification>;

std::optional<UserKey> ParseChange(const char* payload) {
  const nlohmann::json parsed =
      nlohmann::json::parse(payload, /*callback=*/nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_array() || parsed.size() != 2) return std::nullopt;
  const auto* tenant = parsed[0].get_ptr<const std::string*>();
  const auto* name = parsed[1].get_ptr<const std::string*>();
  if (tenant == nullptr || name == nullptr) return std::nullopt;
  return UserKey{*tenant, *name};
}

}  // namespace

absl::Status ChangeListener::Prepare(PostgresqlSession& session, const std::string& schema) {
  return session.RunScript(absl::StrCat("LISTEN ", session.Quoted(schema)));
}

void ChangeListener::Attach(PqConnection connection) {
  connection_ = std::move(connection);
  asked_ = false;
  since_ = MonotonicNow();
  changes_.AllChanged();
  // Some may have come while the connection was made.
  TakeNotifications();
}

short ChangeListener::events() const {
  // A question is so small that it always goes out at once, or the connection is lost.
  return POLLIN;
}

absl::Time ChangeListener::deadline() const {
  if (connection_ == nullptr) return absl::InfiniteFuture();
  return since_ + (asked_ ? options_.query_timeout : options_.heartbeat);
}

void ChangeListener::OnReady() {
  if (!PqConsumeInput(connection_.get())) {
    return Lose(ConnectionError(connection_.get(), options_.where));
  }
  since_ = MonotonicNow();
  TakeNotifications();
  while (asked_ && PQisBusy(connection_.get()) == 0) {
    asked_ = PqResult(PQgetResult(connection_.get())) != nullptr;
  }
}

void ChangeListener::OnDeadline() {
  if (asked_) {
    return Lose(absl::DeadlineExceededError(
        absl::StrCat("PostgreSQL ", options_.where, ": the server does not answer")));
  }
  asked_ = true;
  since_ = MonotonicNow();
  if (PQsendQuery(connection_.get(), "SELECT 1") == 0 || PQflush(connection_.get()) != 0) {
    Lose(ConnectionError(connection_.get(), options_.where));
  }
}

void ChangeListener::TakeNotifications() {
  while (const auto notification = Notification(PQnotifies(connection_.get()))) {
    const std::optional<UserKey> user = ParseChange(notification->extra);
    if (user.has_value()) {
      changes_.Changed(*user);
    } else {
      changes_.AllChanged();
    }
  }
}

void ChangeListener::Lose(const absl::Status& status) {
  connection_.reset();
  lost_(status);
}

}  // namespace sallyport::server
