#ifndef SALLYPORT_CLIENT_SERVICE_CHANNEL_H_
#define SALLYPORT_CLIENT_SERVICE_CHANNEL_H_

// How the SDK sets up a gRPC channel to the service.

#include <grpcpp/channel.h>
#include <grpcpp/security/credentials.h>

#include <memory>

#include "client/authenticator.h"

namespace sallyport::client {

// MakeServiceChannel makes a channel with a connection of its own. It does not
// wait for it.
std::shared_ptr<grpc::Channel> MakeServiceChannel(
    const AuthenticatorOptions& options,
    const std::shared_ptr<grpc::ChannelCredentials>& credentials);

}  // namespace sallyport::client

#endif  // SALLYPORT_CLIENT_SERVICE_CHANNEL_H_
