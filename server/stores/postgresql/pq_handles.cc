#include "server/stores/postgresql/pq_handles.h"

#include <openssl/ssl.h>

namespace sallyport::server {

bool PqConsumeInput(PGconn* connection) {
  const auto* tls = static_cast<const SSL*>(PQgetssl(connection));
  do {
    if (PQconsumeInput(connection) == 0) return false;
  } while (tls != nullptr && SSL_pending(tls) > 0);
  return true;
}

}  // namespace sallyport::server
