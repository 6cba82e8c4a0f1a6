#ifndef SALLYPORT_SERVER_RPC_GRPC_STATUS_H_
#define SALLYPORT_SERVER_RPC_GRPC_STATUS_H_

// The one place where a caller's mistake or our own failure becomes a gRPC
// status. Thread-safe.

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace sallyport::server {

// ToGrpcStatus keeps the code and the message.
grpc::Status ToGrpcStatus(const absl::Status& status);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_RPC_GRPC_STATUS_H_
