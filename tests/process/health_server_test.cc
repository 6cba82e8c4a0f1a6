#include "process/health_server.h"

#include <gtest/gtest.h>

#include "tests/process/check_health.h"

namespace sallyport::process {
namespace {

constexpr int kServes = 1;
constexpr int kDoesNotServe = 2;

std::shared_ptr<grpc::Channel> ChannelTo(const HealthServer& server) {
  return grpc::CreateChannel(server.address(), grpc::InsecureChannelCredentials());
}

TEST(HealthServer, IsAliveAtOnceAndReadyWhenItIsTold) {
  const auto server = HealthServer::Start("127.0.0.1:0");
  ASSERT_TRUE(server.ok()) << server.status();
  const auto probe = ChannelTo(**server);
  EXPECT_EQ(CheckHealth(probe, ""), kServes);
  EXPECT_EQ(CheckHealth(probe, kReadyHealthName), kDoesNotServe);
  (*server)->SetReady(true);
  EXPECT_EQ(CheckHealth(probe, kReadyHealthName), kServes);
  (*server)->SetReady(false);
  EXPECT_EQ(CheckHealth(probe, kReadyHealthName), kDoesNotServe);
  EXPECT_EQ(CheckHealth(probe, ""), kServes);
}

TEST(HealthServer, NamesTheAddressThatItCannotHave) {
  const auto server = HealthServer::Start("127.0.0.1:0");
  ASSERT_TRUE(server.ok()) << server.status();
  const auto second = HealthServer::Start((*server)->address());
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_NE(second.status().message().find((*server)->address()), absl::string_view::npos);
}

}  // namespace
}  // namespace sallyport::process
