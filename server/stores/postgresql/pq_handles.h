#ifndef SALLYPORT_SERVER_STORES_POSTGRESQL_PQ_HANDLES_H_
#define SALLYPORT_SERVER_STORES_POSTGRESQL_PQ_HANDLES_H_

// libpq's handles with owners.

#include <postgresql/libpq-fe.h>

#include <memory>

namespace sallyport::server {

struct PqFinish {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct PqClear {
  void operator()(PGresult* result) const { PQclear(result); }
};

// PqConsumeInput is PQconsumeInput for all that has come: what is left in TLS's own
// buffer poll does not tell of.
bool PqConsumeInput(PGconn* connection);

using PqConnection = std::unique_ptr<PGconn, PqFinish>;
using PqResult = std::unique_ptr<PGresult, PqClear>;

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_POSTGRESQL_PQ_HANDLES_H_
