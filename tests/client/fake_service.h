#ifndef SALLYPORT_TESTS_CLIENT_FAKE_SERVICE_H_
#define SALLYPORT_TESTS_CLIENT_FAKE_SERVICE_H_

// A service in the test's process that does to each input what a script says,
// faults included. Thread-safe.

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "sallyport/v1/authenticator.grpc.pb.h"

namespace sallyport::client {

using ServerStream = grpc::ServerReaderWriter<v1::HandshakeResponse, v1::HandshakeRequest>;

// Reply is what a script does: outputs to send, and whether to end the stream.
struct Reply {
  std::vector<v1::ConnectionOutput> outputs;
  std::optional<grpc::Status> end;
};

// A script sees each request, and the number of the stream that it came on.
using Script = std::function<Reply(const v1::HandshakeRequest&, int stream)>;

class FakeService final : public v1::Authenticator::Service {
 public:
  // `address` is a gRPC listening address; empty: one that no other test has.
  explicit FakeService(
      Script script, std::string address = "",
      std::shared_ptr<grpc::ServerCredentials> credentials = grpc::InsecureServerCredentials());
  ~FakeService() override { Stop(); }

  // Stop breaks every stream and stops listening.
  void Stop();

  const std::string& target() const { return target_; }
  int streams();

  // requests are those that had inputs; inputs are all of theirs, in order.
  int requests();
  std::vector<v1::ConnectionInput> inputs();
  size_t largest_request();

  // WaitForInputs waits until `count` came; false: it took too long.
  bool WaitForInputs(size_t count);
  // WaitForStreams waits until `count` streams were begun.
  bool WaitForStreams(int count);
  // WaitForClosed waits for the news that a connection is gone.
  bool WaitForClosed();

 private:
  grpc::Status Handshake(grpc::ServerContext* context, ServerStream* stream) override;

  const Script script_;
  std::string target_;
  absl::Mutex mu_;
  int streams_ ABSL_GUARDED_BY(mu_) = 0;
  std::vector<v1::ConnectionInput> inputs_ ABSL_GUARDED_BY(mu_);
  int requests_ ABSL_GUARDED_BY(mu_) = 0;
  size_t largest_request_ ABSL_GUARDED_BY(mu_) = 0;
  bool closed_ ABSL_GUARDED_BY(mu_) = false;
  std::unique_ptr<grpc::Server> server_;
};

// UniqueAddress is a local address that nothing listens on.
std::string UniqueAddress();

// What scripts are made of.
v1::ConnectionOutput Send(uint64_t id, std::string bytes, uint64_t consumed = 0);
v1::ConnectionOutput Succeed(uint64_t id, std::string bytes, uint64_t consumed,
                             const std::string& name = "alice");
v1::ConnectionOutput Fail(uint64_t id, v1::SaslCode code, v1::FailureReason reason,
                          std::string bytes = "");

// HeaderThenOk answers `open` with "header", and bytes with a success that
// consumes `consumed` of them in all, once as many are there.
Script HeaderThenOk(size_t consumed);

}  // namespace sallyport::client

#endif  // SALLYPORT_TESTS_CLIENT_FAKE_SERVICE_H_
