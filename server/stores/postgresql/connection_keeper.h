#ifndef SALLYPORT_SERVER_STORES_POSTGRESQL_CONNECTION_KEEPER_H_
#define SALLYPORT_SERVER_STORES_POSTGRESQL_CONNECTION_KEEPER_H_

// Keeps a store's connections up: a thread that makes each anew that is lost, and after
// a failure ever more slowly, with jitter, so that replicas do not come back in one wave.
// The first session sees to the schema before any is handed on. Thread-safe.

#include <cstddef>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/stores/postgresql/interrupt.h"
#include "server/stores/postgresql/postgresql_dialer.h"
#include "server/stores/postgresql/postgresql_options.h"
#include "server/stores/postgresql/postgresql_session.h"

namespace sallyport::server {

class ConnectionKeeper {
 public:
  // Slot is a connection to be kept: what its session needs, and who takes it.
  struct Slot {
    std::function<absl::Status(PostgresqlSession&)> prepare;
    std::function<void(PqConnection)> take;
  };

  // All of them must outlive the keeper.
  ConnectionKeeper(const PostgresqlOptions& options, PostgresqlDialer& dialer,
                   const Interrupt& interrupt, std::vector<Slot> slots);

  // ~ConnectionKeeper needs the Interrupt to be set, and a Stop.
  ~ConnectionKeeper() = default;
  ConnectionKeeper(const ConnectionKeeper&) = delete;
  ConnectionKeeper& operator=(const ConnectionKeeper&) = delete;

  // ConnectAll makes what is lacking, once. It is the first error.
  absl::Status ConnectAll();

  // Start begins the thread, once ConnectAll was called.
  void Start();

  // Stop waits for the thread, which ends as the Interrupt was set.
  void Stop();

  // Lost says that the connection of `slot` is gone.
  void Lost(size_t slot, const absl::Status& status);

  // last_error is what the last failure was, or OK; schema_ready, whether the schema
  // was seen to.
  absl::Status last_error();
  bool schema_ready();

  // slots is how many connections are kept, and lost how many of them are down.
  size_t slots() const { return slots_.size(); }
  size_t lost();

 private:
  absl::Status Connect(const Slot& slot);
  void Run();
  bool AwaitLoss();
  absl::Duration NextDelay();

  const PostgresqlOptions& options_;
  PostgresqlDialer& dialer_;
  const Interrupt& interrupt_;
  const std::vector<Slot> slots_;
  // Of the thread alone.
  std::mt19937 random_{std::random_device{}()};
  absl::Duration delay_;
  absl::Time attempted_at_ = absl::InfinitePast();

  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool schema_ready_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<bool> down_ ABSL_GUARDED_BY(mutex_);
  absl::Status last_error_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_POSTGRESQL_CONNECTION_KEEPER_H_
