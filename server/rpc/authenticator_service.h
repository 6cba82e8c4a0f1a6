#ifndef SALLYPORT_SERVER_RPC_AUTHENTICATOR_SERVICE_H_
#define SALLYPORT_SERVER_RPC_AUTHENTICATOR_SERVICE_H_

// The Authenticator service of sallyport.v1: what brokers call. Thread-safe.

#include <grpcpp/grpcpp.h>

#include "sallyport/v1/authenticator.grpc.pb.h"
#include "server/login/handshake_host.h"
#include "server/rpc/exchange_stream.h"
#include "server/rpc/handshake_stream.h"
#include "server/rpc/stream_registry.h"

namespace sallyport::server {

class AuthenticatorService final
    : public v1::Authenticator::WithRawCallbackMethod_Handshake<
          v1::Authenticator::WithRawCallbackMethod_Exchange<
              v1::Authenticator::WithCallbackMethod_ListMechanisms<v1::Authenticator::Service>>> {
 public:
  // `host` and the registries, one for the calls of each RPC, must outlive the
  // gRPC server.
  AuthenticatorService(HandshakeHost& host, StreamRegistry& streams, StreamRegistry& exchanges)
      : host_(host), streams_(streams), exchanges_(exchanges) {}

  HandshakeReactor* Handshake(grpc::CallbackServerContext* context) override;

  ExchangeReactor* Exchange(grpc::CallbackServerContext* context) override;

  grpc::ServerUnaryReactor* ListMechanisms(grpc::CallbackServerContext* context,
                                           const v1::ListMechanismsRequest* request,
                                           v1::ListMechanismsResponse* response) override;

 private:
  HandshakeHost& host_;
  StreamRegistry& streams_;
  StreamRegistry& exchanges_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_RPC_AUTHENTICATOR_SERVICE_H_
