#include "tests/client/fake_service.h"

#include <algorithm>
#include <map>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"

namespace sallyport::client {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(30);

}  // namespace

std::string UniqueAddress() {
  // Tests that run at once may have one process id, each in a namespace of its own, and yet
  // share these names.
  std::random_device random;
  return absl::StrCat("unix-abstract:sallyport-client-test-", random(), "-", random());
}

FakeService::FakeService(Script script, std::string address,
                         std::shared_ptr<grpc::ServerCredentials> credentials)
    : script_(std::move(script)) {
  if (address.empty()) address = UniqueAddress();
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort(address, std::move(credentials), &port);
  builder.RegisterService(this);
  server_ = builder.BuildAndStart();
  target_ = address == "127.0.0.1:0" ? absl::StrCat("127.0.0.1:", port) : address;
}

void FakeService::Stop() {
  if (!server_) return;
  server_->Shutdown(std::chrono::system_clock::now());
  server_->Wait();
  server_.reset();
}

grpc::Status FakeService::Handshake(grpc::ServerContext*, ServerStream* stream) {
  const int number = [&] {
    absl::MutexLock lock(&mu_);
    return ++streams_;
  }();
  v1::HandshakeRequest request;
  while (stream->Read(&request)) {
    if (request.inputs_size() == 0) continue;
    {
      absl::MutexLock lock(&mu_);
      ++requests_;
      largest_request_ = std::max(largest_request_, request.ByteSizeLong());
      for (const auto& input : request.inputs()) {
        inputs_.push_back(input);
        if (input.closed()) closed_ = true;
      }
    }
    Reply reply = script_(request, number);
    v1::HandshakeResponse response;
    for (auto& output : reply.outputs) *response.add_outputs() = std::move(output);
    if (response.outputs_size() > 0) stream->Write(response);
    if (reply.end) return *reply.end;
  }
  return grpc::Status::OK;
}

int FakeService::streams() {
  absl::MutexLock lock(&mu_);
  return streams_;
}

int FakeService::requests() {
  absl::MutexLock lock(&mu_);
  return requests_;
}

std::vector<v1::ConnectionInput> FakeService::inputs() {
  absl::MutexLock lock(&mu_);
  return inputs_;
}

size_t FakeService::largest_request() {
  absl::MutexLock lock(&mu_);
  return largest_request_;
}

bool FakeService::WaitForInputs(size_t count) {
  const auto enough = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return inputs_.size() >= count; };
  absl::MutexLock lock(&mu_);
  return mu_.AwaitWithTimeout(absl::Condition(&enough), kPatience);
}

bool FakeService::WaitForStreams(int count) {
  const auto enough = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return streams_ >= count; };
  absl::MutexLock lock(&mu_);
  return mu_.AwaitWithTimeout(absl::Condition(&enough), kPatience);
}

bool FakeService::WaitForClosed() {
  absl::MutexLock lock(&mu_);
  return mu_.AwaitWithTimeout(absl::Condition(&closed_), kPatience);
}

v1::ConnectionOutput Send(uint64_t id, std::string bytes, uint64_t consumed) {
  v1::ConnectionOutput output;
  output.set_connection_id(id);
  output.set_to_send(std::move(bytes));
  output.set_consumed(consumed);
  return output;
}

v1::ConnectionOutput Succeed(uint64_t id, std::string bytes, uint64_t consumed,
                             const std::string& name) {
  v1::ConnectionOutput output = Send(id, std::move(bytes), consumed);
  output.mutable_outcome()->set_code(v1::SASL_CODE_OK);
  output.mutable_outcome()->set_handshake_id("handshake-1");
  output.mutable_outcome()->mutable_identity()->set_authentication_id(name);
  output.mutable_outcome()->mutable_identity()->set_authorization_id(name);
  return output;
}

v1::ConnectionOutput Fail(uint64_t id, v1::SaslCode code, v1::FailureReason reason,
                          std::string bytes) {
  v1::ConnectionOutput output = Send(id, std::move(bytes));
  output.mutable_outcome()->set_code(code);
  output.mutable_outcome()->set_reason(reason);
  return output;
}

Script HeaderThenOk(size_t consumed) {
  struct State {
    absl::Mutex mu;
    std::map<std::pair<int, uint64_t>, size_t> received;
  };
  return [consumed, state = std::make_shared<State>()](const v1::HandshakeRequest& request,
                                                       int stream) {
    absl::MutexLock lock(&state->mu);
    Reply reply;
    for (const auto& input : request.inputs()) {
      const uint64_t id = input.connection_id();
      size_t& received = state->received[{stream, id}];
      if (input.has_open()) reply.outputs.push_back(Send(id, "header"));
      const size_t before = received;
      received += input.received().size();
      if (before < consumed && received >= consumed) {
        reply.outputs.push_back(Succeed(id, "outcome", consumed));
      }
    }
    return reply;
  };
}

}  // namespace sallyport::client
