#ifndef SALLYPORT_SERVER_STORES_POSTGRESQL_POSTGRESQL_BACKEND_H_
#define SALLYPORT_SERVER_STORES_POSTGRESQL_POSTGRESQL_BACKEND_H_

// The store for a fleet: users and their secrets in a PostgreSQL database that all
// replicas share. Lookups go through a few connections, each of which carries many at
// once; the database notifies of every change, whoever makes it. docs/stores.md says what
// the operator sets up. Thread-safe.

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "server/stores/outage_log.h"
#include "server/stores/postgresql/change_listener.h"
#include "server/stores/postgresql/connection_keeper.h"
#include "server/stores/postgresql/event_thread.h"
#include "server/stores/postgresql/interrupt.h"
#include "server/stores/postgresql/lookup_connection.h"
#include "server/stores/postgresql/postgresql_dialer.h"
#include "server/stores/postgresql/postgresql_directory.h"
#include "server/stores/postgresql/postgresql_options.h"
#include "server/stores/store_backend.h"

namespace sallyport::server {

class PostgresqlBackend final : public StoreBackend {
 public:
  // Create tries to connect, and to bring the schema up to date, once. A server that
  // cannot be reached is no failure: the backend goes on trying. It fails with
  // InvalidArgument (the settings), PermissionDenied (the login or a permission was
  // refused) or FailedPrecondition (no such database, a schema of a newer release, or one
  // to be migrated where that is not wanted). `changes` must outlive the backend.
  static absl::StatusOr<std::unique_ptr<PostgresqlBackend>> Create(
      const v1::PostgresqlStore& settings, StoreChanges& changes);
  static absl::StatusOr<std::unique_ptr<PostgresqlBackend>> Create(PostgresqlOptions options,
                                                                   StoreChanges& changes);
  ~PostgresqlBackend() override;

  void Read(const UserKey& user, LookupDone done) override;
  void Ping(absl::AnyInvocable<void(absl::Status) &&> done) override;
  UserDirectory* directory() override { return &directory_; }
  std::vector<SessionCount> sessions() override {
    const size_t lost = keeper_.lost();
    return {{"up", keeper_.slots() - lost}, {"down", lost}};
  }

 private:
  PostgresqlBackend(PostgresqlOptions options, StoreChanges& changes);

  std::vector<ConnectionKeeper::Slot> Slots();
  std::unique_ptr<LookupConnection> MakeLookupConnection(size_t slot);
  absl::Status Start();
  // On the event thread: to the connection that has the least to do.
  void Dispatch(PendingLookup lookup);
  void DispatchAgain(PendingLookup lookup);
  // Why lookups cannot be answered, as Unavailable.
  absl::Status Outage();

  const PostgresqlOptions options_;
  Interrupt interrupt_;
  PostgresqlDialer dialer_;
  OutageLog outages_;
  EventThread events_;
  std::vector<std::unique_ptr<LookupConnection>> lookups_;
  ChangeListener listener_;
  ConnectionKeeper keeper_;
  PostgresqlDirectory directory_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_POSTGRESQL_POSTGRESQL_BACKEND_H_
