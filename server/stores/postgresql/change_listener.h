#ifndef SALLYPORT_SERVER_STORES_POSTGRESQL_CHANGE_LISTENER_H_
#define SALLYPORT_SERVER_STORES_POSTGRESQL_CHANGE_LISTENER_H_

// The connection on which the database notifies us of changes, whoever makes them. It
// is tried now and then, since silence may also mean that the network has lost it. Of one
// EventThread alone.

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/stores/postgresql/event_thread.h"
#include "server/stores/postgresql/postgresql_options.h"
#include "server/stores/postgresql/postgresql_session.h"
#include "server/stores/postgresql/pq_handles.h"
#include "server/stores/store_backend.h"

namespace sallyport::server {

class ChangeListener final : public EventThread::Source {
 public:
  // `options` and `changes` must outlive the listener.
  ChangeListener(const PostgresqlOptions& options, StoreChanges& changes,
                 std::function<void(const absl::Status&)> lost)
      : options_(options), changes_(changes), lost_(std::move(lost)) {}
  ChangeListener(const ChangeListener&) = delete;
  ChangeListener& operator=(const ChangeListener&) = delete;

  // Prepare makes a session one that Attach takes: it listens.
  static absl::Status Prepare(PostgresqlSession& session, const std::string& schema);

  // Attach says that all has changed: nothing was heard of what did before.
  void Attach(PqConnection connection);

  void Close() { connection_.reset(); }

  int fd() const override { return connection_ == nullptr ? -1 : PQsocket(connection_.get()); }
  short events() const override;
  absl::Time deadline() const override;
  void OnReady() override;
  void OnDeadline() override;
  void BeforeWait() override {}

 private:
  void TakeNotifications();
  void Lose(const absl::Status& status);

  const PostgresqlOptions& options_;
  StoreChanges& changes_;
  const std::function<void(const absl::Status&)> lost_;
  PqConnection connection_;
  // Whether the server owes an answer, and since when; or when it was last heard.
  bool asked_ = false;
  absl::Time since_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_POSTGRESQL_CHANGE_LISTENER_H_
