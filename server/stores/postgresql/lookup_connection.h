#ifndef SALLYPORT_SERVER_STORES_POSTGRESQL_LOOKUP_CONNECTION_H_
#define SALLYPORT_SERVER_STORES_POSTGRESQL_LOOKUP_CONNECTION_H_

// A connection that carries many lookups at once, in libpq's pipeline mode: each is
// answered in turn. What gathers while the thread is busy goes out together, as one
// transaction; if one of them fails, those behind it are asked again, each by itself. Of
// one EventThread alone.

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/stores/postgresql/event_thread.h"
#include "server/stores/postgresql/postgresql_session.h"
#include "server/stores/postgresql/pq_handles.h"
#include "server/stores/store_backend.h"

namespace sallyport::server {

// PendingLookup is one question and who asked it.
struct PendingLookup {
  UserKey user;
  // By MonotonicNow.
  absl::Time deadline;
  LookupDone done;
  // Whether it failed along with another one, and now goes out by itself.
  bool alone = false;
};

class LookupConnection final : public EventThread::Source {
 public:
  struct Events {
    // The connection is gone. Called before its lookups are told.
    std::function<void(const absl::Status&)> lost;
    // The lookup, which is to go out alone now, was not answered for another one's fault.
    std::function<void(PendingLookup)> again;
    // What came of asking: OK, or why there is no answer.
    std::function<void(const absl::Status&)> asked;
  };

  LookupConnection(std::string where, Events events)
      : where_(std::move(where)), events_(std::move(events)) {}
  LookupConnection(const LookupConnection&) = delete;
  LookupConnection& operator=(const LookupConnection&) = delete;

  // Prepare makes a session one that Attach takes.
  static absl::Status Prepare(PostgresqlSession& session);

  void Attach(PqConnection connection);

  bool up() const { return connection_ != nullptr; }
  // load is how many lookups wait here.
  size_t load() const { return in_flight_.size(); }

  // Send needs the connection to be up.
  void Send(PendingLookup lookup);

  // Close answers what waits with `status`.
  void Close(const absl::Status& status);

  int fd() const override { return up() ? PQsocket(connection_.get()) : -1; }
  short events() const override;
  absl::Time deadline() const override;
  void OnReady() override;
  void OnDeadline() override;
  void BeforeWait() override;

 private:
  // Ends the batch: what follows does not fail with it.
  void Synchronise();
  void Flush();
  // What the server says to the first that waits.
  void Take(PqResult result);
  void Answer(PendingLookup lookup, PqResult result);
  void Lose(const absl::Status& status);

  const std::string where_;
  const Events events_;
  PqConnection connection_;
  bool flushed_ = true;
  // Lookups were sent that no synchronisation point follows yet.
  bool open_batch_ = false;
  // Nothing stands for a synchronisation point.
  std::deque<std::optional<PendingLookup>> in_flight_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_POSTGRESQL_LOOKUP_CONNECTION_H_
