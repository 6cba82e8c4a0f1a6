#ifndef SALLYPORT_GATEWAY_CHANNEL_BINDINGS_H_
#define SALLYPORT_GATEWAY_CHANNEL_BINDINGS_H_

// What ties an authentication to its TLS connection (RFC 5056), read from either
// end of one. Pure; one thread at a time for one connection.

#include <openssl/ssl.h>

#include <vector>

#include "core/sasl/channel_binding.h"

namespace sallyport::gateway {

// ReadChannelBindings describes `ssl`, either side of a finished handshake that
// resumed no session. They are "tls-exporter" (RFC 9266; EXPORTER-Channel-Binding,
// 32 bytes, a zero-length context), "tls-server-end-point" (RFC 5929, where the
// certificate's signature names a hash), and "tls-unique" for TLS 1.2 with the
// extended master secret alone (RFC 7627: without it, it binds nothing). On TLS
// 1.2, tls-exporter too needs the extended master secret.
std::vector<ChannelBinding> ReadChannelBindings(SSL* ssl);

}  // namespace sallyport::gateway

#endif  // SALLYPORT_GATEWAY_CHANNEL_BINDINGS_H_
