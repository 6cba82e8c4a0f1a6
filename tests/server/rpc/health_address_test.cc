// What probes that cannot encrypt are told at the health address.

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>

#include "tests/server/rpc/running_service.h"

namespace sallyport::server {
namespace {

constexpr int kServes = 1;
constexpr int kDoesNotServe = 2;

ServerConfig WithHealthAddress() {
  ServerConfig config = ScratchConfig();
  config.health_address = "127.0.0.1:0";
  return config;
}

std::shared_ptr<grpc::Channel> HealthChannel(RunningService& running) {
  return grpc::CreateChannel(running.service().health_address(),
                             grpc::InsecureChannelCredentials());
}

// Once the first store has answered.
void AwaitReady(const std::shared_ptr<grpc::Channel>& probe) {
  while (CheckHealth(probe, "sallyport.ready") != kServes) std::this_thread::yield();
}

TEST(HealthAddress, TellsThatTheServiceIsReadyAndUnderWhichPolicy) {
  RunningService running(WithHealthAddress());
  const auto probe = HealthChannel(running);
  EXPECT_EQ(CheckHealth(probe, ""), kServes);
  AwaitReady(probe);
  EXPECT_EQ(CheckHealth(probe, "sallyport.policy"), kServes);
}

TEST(HealthAddress, ServesNoBroker) {
  RunningService running(WithHealthAddress());
  const auto stub = v1::Authenticator::NewStub(HealthChannel(running));
  grpc::ClientContext context;
  v1::ListMechanismsResponse response;
  EXPECT_EQ(stub->ListMechanisms(&context, {}, &response).error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
}

// A kubelet kills what does not live; it must not kill what drains.
TEST(HealthAddress, IsAliveAndNotReadyWhileTheServiceDrains) {
  ServerConfig config = WithHealthAddress();
  config.drain = absl::Seconds(60);
  RunningService running(config);
  const auto probe = HealthChannel(running);
  AwaitReady(probe);
  RawStream stream(running.stub());
  ScramClient client;
  v1::ConnectionInput open = OpenInput(1);
  open.set_received(client.Header());
  stream.SendOne(open);
  ASSERT_TRUE(stream.ReadUntil([&] { return !stream.Of(1).sent.empty(); }));

  std::thread drain([&] { running.service().Drain(); });
  while (CheckHealth(running, "") != kDoesNotServe) std::this_thread::yield();
  EXPECT_EQ(CheckHealth(probe, "sallyport.ready"), kDoesNotServe);
  EXPECT_EQ(CheckHealth(probe, ""), kServes);

  v1::ConnectionInput closed;
  closed.set_connection_id(1);
  closed.set_closed(true);
  stream.SendOne(closed);
  drain.join();
  EXPECT_EQ(CheckHealth(probe, ""), kServes);
}

TEST(HealthAddress, FailsTheStartWhereItCannotListen) {
  RunningService running(WithHealthAddress());
  ServerConfig config = ScratchConfig();
  config.health_address = running.service().health_address();
  const auto second = Service::Start(config);
  ASSERT_FALSE(second.ok());
  EXPECT_NE(second.status().message().find(config.health_address), absl::string_view::npos);
}

}  // namespace
}  // namespace sallyport::server
