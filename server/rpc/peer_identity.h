#ifndef SALLYPORT_SERVER_RPC_PEER_IDENTITY_H_
#define SALLYPORT_SERVER_RPC_PEER_IDENTITY_H_

// Who is at the other end of a call.

#include <grpcpp/server_context.h>

#include "policy/broker.h"

namespace sallyport::server {

// BrokerOf is what the transport has proved of a call's caller: of a certificate that
// no authority vouched for, nothing.
policy::BrokerIdentity BrokerOf(const grpc::ServerContextBase& context);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_RPC_PEER_IDENTITY_H_
