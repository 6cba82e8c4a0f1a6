#include "tests/process/check_health.h"

#include <grpcpp/impl/codegen/client_unary_call.h>
#include <gtest/gtest.h>

namespace sallyport::process {

// Debian has no generated code of the health checking protocol: a request is
// field 1 with the name, an answer field 1 with the status.
int CheckHealth(const std::shared_ptr<grpc::Channel>& channel, const std::string& service) {
  const std::string request =
      service.empty() ? "" : "\x0a" + std::string(1, static_cast<char>(service.size())) + service;
  const grpc::Slice slice(request);
  const grpc::ByteBuffer sent(&slice, 1);
  grpc::ByteBuffer received;
  grpc::ClientContext context;
  const grpc::internal::RpcMethod check("/grpc.health.v1.Health/Check",
                                        grpc::internal::RpcMethod::NORMAL_RPC);
  const grpc::Status status = grpc::internal::BlockingUnaryCall<grpc::ByteBuffer, grpc::ByteBuffer>(
      channel.get(), check, &context, sent, &received);
  if (status.error_code() == grpc::StatusCode::NOT_FOUND) return 3;
  EXPECT_TRUE(status.ok()) << status.error_message();
  grpc::Slice answer;
  if (!status.ok() || !received.DumpToSingleSlice(&answer).ok() || answer.size() != 2) return 0;
  return answer.begin()[0] == 0x08 ? answer.begin()[1] : 0;
}

}  // namespace sallyport::process
