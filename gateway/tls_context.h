#ifndef SALLYPORT_GATEWAY_TLS_CONTEXT_H_
#define SALLYPORT_GATEWAY_TLS_CONTEXT_H_

// Makes OpenSSL's contexts for the gateway's two sides: TLS 1.2 or later, no
// renegotiation, no compression, and no resumption (a resumed session would
// carry a client certificate that was verified some time ago). The contexts are
// not changed afterwards, and are shared by threads.

#include <string>

#include "absl/status/statusor.h"
#include "gateway/gateway_config.h"
#include "gateway/openssl_types.h"

namespace sallyport::gateway {

// MakeListenerTls reads the files that `config` names. It fails with
// InvalidArgument; the message names the file and the cause.
absl::StatusOr<SslContextPtr> MakeListenerTls(const ListenerTlsConfig& config);

// MakeBrokerTls is MakeListenerTls for connections to the broker, whose
// certificate is verified.
absl::StatusOr<SslContextPtr> MakeBrokerTls(const BrokerTlsConfig& config);

// NewListenerSsl is the server's side of one connection; null when out of memory.
SslPtr NewListenerSsl(SSL_CTX* context);

// NewBrokerSsl is the client's side of one connection, which accepts no other
// server than `server_name`, a DNS name or an IP address. Null where OpenSSL
// cannot make it.
SslPtr NewBrokerSsl(SSL_CTX* context, const std::string& server_name);

}  // namespace sallyport::gateway

#endif  // SALLYPORT_GATEWAY_TLS_CONTEXT_H_
