#ifndef SALLYPORT_SERVER_RPC_SERVER_CREDENTIALS_H_
#define SALLYPORT_SERVER_RPC_SERVER_CREDENTIALS_H_

// How brokers' connections are secured.

#include <grpcpp/grpcpp.h>

#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "server/config/server_config.h"

namespace sallyport::server {

// MakeServerCredentials is TLS 1.2 or later, with brokers' certificates demanded and
// verified where there is a CA for them; no encryption where `tls` is absent. A new
// connection has what is in the files by then, if that fits together, and else what was
// in them before. InvalidArgument, with the file, where one of them cannot be used now.
absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeServerCredentials(
    const std::optional<ServerTls>& tls);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_RPC_SERVER_CREDENTIALS_H_
