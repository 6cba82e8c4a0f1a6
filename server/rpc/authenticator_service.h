#ifndef SALLYPORT_SERVER_RPC_AUTHENTICATOR_SERVICE_H_
#define SALLYPORT_SERVER_RPC_AUTHENTICATOR_SERVICE_H_

// The Authenticator service of sallyport.v1: what brokers call. Thread-safe.

#include <grpcpp/grpcpp.h>

#include "sallyport/v1/authenticator.grpc.pb.h"
#include "server/rpc/handshake_host.h"
#include "server/rpc/stream_registry.h"

namespace sallyport::server {

class AuthenticatorService final
    : public v1::Authenticator::WithRawCallbackMethod_Handshake<
          v1::Authenticator::WithCallbackMethod_ListMechanisms<v1::Authenticator::Service>> {
 public:
  // `host` and `streams` must outlive the gRPC server.
  AuthenticatorService(HandshakeHost& host, StreamRegistry& streams)
      : host_(host), streams_(streams) {}

  HandshakeReactor* Handshake(grpc::CallbackServerContext* context) override;

  grpc::ServerUnaryReactor* ListMechanisms(grpc::CallbackServerContext* context,
                                           const v1::ListMechanismsRequest* request,
                                           v1::ListMechanismsResponse* response) override;

 private:
  HandshakeHost& host_;
  StreamRegistry& streams_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_RPC_AUTHENTICATOR_SERVICE_H_
