// What a probe can ask of the policy that a replica runs.

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "process/unix_socket.h"
#include "sallyport/v1/admin.grpc.pb.h"
#include "tests/server/rpc/running_service.h"

namespace sallyport::server {
namespace {

constexpr int kServes = 1;
constexpr int kDoesNotServe = 2;
constexpr int kUnknown = 3;

class PolicyHealthTest : public testing::Test {
 protected:
  PolicyHealthTest() {
    config_.policy_file =
        std::filesystem::path(config_.decoy_key_file).parent_path() / "policy.yaml";
    Write("version: '1'\n");
    running_.emplace(config_);
    admin_channel_ = grpc::CreateChannel(*process::UnixSocketTarget(config_.admin_socket),
                                         grpc::InsecureChannelCredentials());
  }

  void Write(const std::string& lines) {
    std::ofstream(config_.policy_file, std::ios::trunc) << config_.built_in_policy << lines;
  }
  // The entry of the policy that is active then.
  std::string Reload() {
    const auto admin = v1::Admin::NewStub(admin_channel_);
    v1::PolicyStatus status;
    grpc::ClientContext reloading, getting;
    (void)admin->ReloadPolicy(&reloading, {}, &status);
    EXPECT_TRUE(admin->GetPolicy(&getting, {}, &status).ok());
    return absl::StrCat("sallyport.policy/", status.hash().substr(0, 12));
  }
  void Expect(const std::string& service, int health) {
    EXPECT_EQ(CheckHealth(*running_, service), health) << service << " of the broker's";
    EXPECT_EQ(CheckHealth(admin_channel_, service), health) << service << " of the operator's";
  }

  ServerConfig config_ = ScratchConfig();
  std::optional<RunningService> running_;
  std::shared_ptr<grpc::Channel> admin_channel_;
};

TEST_F(PolicyHealthTest, ServesThePolicyThatIsActiveAndNoOther) {
  const std::string first = Reload();
  Expect("sallyport.policy", kServes);
  Expect(first, kServes);
  Expect("sallyport.policy/000000000000", kUnknown);
  Write("version: '2'\n");
  const std::string second = Reload();
  ASSERT_NE(second, first);
  Expect("sallyport.policy", kServes);
  Expect(first, kDoesNotServe);
  Expect(second, kServes);
  Write("version: '1'\n");
  EXPECT_EQ(Reload(), first);
  Expect(first, kServes);
  Expect(second, kDoesNotServe);
}

TEST_F(PolicyHealthTest, DoesNotServeWhileTheFileIsAnother) {
  const std::string active = Reload();
  Write("wrong: 1\n");
  EXPECT_EQ(Reload(), active);
  Expect("sallyport.policy", kDoesNotServe);
  Expect(active, kServes);
  // Brokers are served all the same.
  Expect("", kServes);
  Write("version: '1'\n");
  EXPECT_EQ(Reload(), active);
  Expect("sallyport.policy", kServes);
}

TEST_F(PolicyHealthTest, DoesNotServeWhileTheFileIsGone) {
  const std::string active = Reload();
  std::filesystem::remove(config_.policy_file);
  EXPECT_EQ(Reload(), active);
  Expect("sallyport.policy", kDoesNotServe);
  Expect(active, kServes);
  Expect("", kServes);
  Write("version: '1'\n");
  EXPECT_EQ(Reload(), active);
  Expect("sallyport.policy", kServes);
}

}  // namespace
}  // namespace sallyport::server
