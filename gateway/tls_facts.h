#ifndef SALLYPORT_GATEWAY_TLS_FACTS_H_
#define SALLYPORT_GATEWAY_TLS_FACTS_H_

// What the central service is told of a client's TLS connection: its names, its
// verified certificate and its channel bindings. Pure; one thread at a time for
// one connection.

#include <openssl/ssl.h>

#include "client/handshake_types.h"

namespace sallyport::gateway {

// ReadTlsFacts describes `ssl`, the server's side of a finished handshake. The
// bindings are "tls-exporter" (RFC 9266; EXPORTER-Channel-Binding, 32 bytes, a
// zero-length context), "tls-server-end-point" (RFC 5929, where the
// certificate's signature names a hash), and "tls-unique" for TLS 1.2 with the
// extended master secret alone (RFC 7627: without it, it binds nothing). On TLS
// 1.2, tls-exporter too needs the extended master secret.
client::TlsFacts ReadTlsFacts(SSL* ssl);

}  // namespace sallyport::gateway

#endif  // SALLYPORT_GATEWAY_TLS_FACTS_H_
