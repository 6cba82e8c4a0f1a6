#ifndef SALLYPORT_SERVER_STORES_POSTGRESQL_POSTGRESQL_DIALER_H_
#define SALLYPORT_SERVER_STORES_POSTGRESQL_POSTGRESQL_DIALER_H_

// Makes sessions with a store's database. Of several servers that the policy names,
// one that lets an attempt run out of time is tried last by the next: libpq itself
// would wait for the same one again. Thread-safe.

#include <atomic>
#include <cstddef>

#include "absl/status/statusor.h"
#include "server/stores/postgresql/interrupt.h"
#include "server/stores/postgresql/postgresql_options.h"
#include "server/stores/postgresql/postgresql_session.h"

namespace sallyport::server {

class PostgresqlDialer {
 public:
  // Both must outlive the dialer and its sessions.
  PostgresqlDialer(const PostgresqlOptions& options, const Interrupt& interrupt)
      : options_(options), interrupt_(interrupt) {}

  // Open reads the password anew. The session's unqualified names are the schema's. It
  // fails as PostgresqlSession::Open and ReadSecret do.
  absl::StatusOr<PostgresqlSession> Open();

 private:
  const PostgresqlOptions& options_;
  const Interrupt& interrupt_;
  std::atomic<size_t> first_host_ = 0;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_POSTGRESQL_POSTGRESQL_DIALER_H_
