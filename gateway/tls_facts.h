#ifndef SALLYPORT_GATEWAY_TLS_FACTS_H_
#define SALLYPORT_GATEWAY_TLS_FACTS_H_

// What the central service is told of a client's TLS connection: its names, its
// verified certificate and its channel bindings. Pure; one thread at a time for
// one connection.

#include <openssl/ssl.h>

#include "client/handshake_types.h"

namespace sallyport::gateway {

// ReadTlsFacts describes `ssl`, the server's side of a finished handshake.
client::TlsFacts ReadTlsFacts(SSL* ssl);

}  // namespace sallyport::gateway

#endif  // SALLYPORT_GATEWAY_TLS_FACTS_H_
