// sallyport-canned-service: answers Authenticator.Handshake with fixed bytes of
// the sizes that a SCRAM-SHA-256 login has, a batch for a batch, and does no SASL
// at all: the floor under every figure of sallyportd.

#include <grpcpp/grpcpp.h>

#include <iostream>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "process/signals.h"
#include "sallyport/v1/authenticator.grpc.pb.h"

namespace {

namespace v1 = sallyport::v1;

constexpr size_t kGreetingSize = 90;
constexpr size_t kChallengeSize = 110;
constexpr size_t kOutcomeSize = 80;
constexpr size_t kHeaderSize = 8;

class CannedStream final
    : public grpc::ServerBidiReactor<v1::HandshakeRequest, v1::HandshakeResponse> {
 public:
  CannedStream() { StartRead(&request_); }

  void OnReadDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::OK);
    response_.Clear();
    for (const v1::ConnectionInput& input : request_.inputs()) Answer(input);
    if (response_.outputs().empty()) return StartRead(&request_);
    StartWrite(&response_);
  }
  void OnWriteDone(bool ok) override {
    if (ok) StartRead(&request_);
  }
  void OnDone() override { delete this; }

 private:
  void Answer(const v1::ConnectionInput& input) {
    uint64_t& received = received_[input.connection_id()];
    const uint64_t before = received;
    received += input.received().size();
    size_t size = input.has_open() ? kGreetingSize : 0;
    // The header takes no answer; what follows it is the init, and then the
    // response.
    if (before <= kHeaderSize && received > kHeaderSize) size += kChallengeSize;
    const bool last = before > kHeaderSize && received > before;
    if (last) size += kOutcomeSize;
    if (size == 0) return;
    v1::ConnectionOutput* output = response_.add_outputs();
    output->set_connection_id(input.connection_id());
    output->mutable_to_send()->assign(size, 'x');
    output->set_consumed(received);
    if (!last) return;
    v1::Outcome* outcome = output->mutable_outcome();
    outcome->set_code(v1::SASL_CODE_OK);
    outcome->mutable_identity()->set_authentication_id("bench-0");
    outcome->mutable_identity()->set_authorization_id("bench-0");
    outcome->set_handshake_id("0123456789abcdef-00000000");
    received_.erase(input.connection_id());
  }

  v1::HandshakeRequest request_;
  v1::HandshakeResponse response_;
  absl::flat_hash_map<uint64_t, uint64_t> received_;
};

class CannedService final : public v1::Authenticator::CallbackService {
  grpc::ServerBidiReactor<v1::HandshakeRequest, v1::HandshakeResponse>* Handshake(
      grpc::CallbackServerContext*) override {
    return new CannedStream;
  }
};

}  // namespace

int main() {
  sallyport::process::BlockedSignals signals({SIGTERM, SIGINT});
  CannedService service;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) return 1;
  std::cout << "127.0.0.1:" << port << std::endl;
  signals.Wait();
  server->Shutdown(std::chrono::system_clock::now());
  return 0;
}
