#ifndef SALLYPORT_CLIENT_SERVICE_CHANNEL_H_
#define SALLYPORT_CLIENT_SERVICE_CHANNEL_H_

// How the SDK sets up a gRPC channel to the service.

#include <grpcpp/channel.h>
#include <grpcpp/security/credentials.h>

#include <memory>
#include <string>

#include "client/authenticator.h"

namespace sallyport::client {

// MakeServiceChannel makes a channel to `address`, a gRPC target, with a connection of
// its own. It does not wait for it. `authority` is what the service is called; empty: as
// gRPC has it from the address.
std::shared_ptr<grpc::Channel> MakeServiceChannel(
    const AuthenticatorOptions& options, const std::string& address, const std::string& authority,
    const std::shared_ptr<grpc::ChannelCredentials>& credentials);

}  // namespace sallyport::client

#endif  // SALLYPORT_CLIENT_SERVICE_CHANNEL_H_
