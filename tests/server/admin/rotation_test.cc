// Two passwords while one replaces the other, as clients see it.

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <string>

#include "process/unix_socket.h"
#include "sallyport/v1/admin.grpc.pb.h"
#include "tests/server/rpc/running_service.h"

namespace sallyport::server {
namespace {

class RotationTest : public testing::Test {
 protected:
  static ServerConfig Config() {
    ServerConfig config = ScratchConfig();
    UseRules(&config,
             "credentials: {store_as: [SCRAM-SHA-256, SCRAM-SHA-512], scram_iterations: 5000, "
             "max_rotation: 1h}");
    return config;
  }

  void SetPassword(const std::string& password, int64_t keep_old_for) {
    v1::SetPasswordRequest request;
    request.set_name(kUser);
    request.set_password(password);
    request.mutable_keep_old_for()->set_seconds(keep_old_for);
    grpc::ClientContext context;
    const grpc::Status status = admin_->SetPassword(&context, request, &user_);
    EXPECT_TRUE(status.ok()) << status.error_message();
  }
  bool CanLogIn(const std::string& password, const std::string& mechanism = "SCRAM-SHA-256") {
    RawStream stream(running_.stub());
    ScramClient client(kUser, password, mechanism);
    LogIn(stream, 1, client);
    return client.accepted();
  }

  const ServerConfig config_ = Config();
  RunningService running_{config_};
  std::unique_ptr<v1::Admin::Stub> admin_ = v1::Admin::NewStub(grpc::CreateChannel(
      *process::UnixSocketTarget(config_.admin_socket), grpc::InsecureChannelCredentials()));
  // As it was set last.
  v1::User user_;
};

TEST_F(RotationTest, LetsBothPasswordsInByScram) {
  ASSERT_TRUE(CanLogIn(kPassword));
  SetPassword("second", 3600);
  EXPECT_TRUE(CanLogIn(kPassword));
  EXPECT_TRUE(CanLogIn("second"));
  // The user had no such keys before.
  EXPECT_TRUE(CanLogIn("second", "SCRAM-SHA-512"));
  EXPECT_FALSE(CanLogIn("third"));
}

TEST_F(RotationTest, LetsTheTwoLatestInAndNoOther) {
  SetPassword("second", 3600);
  SetPassword("third", 3600);
  EXPECT_FALSE(CanLogIn(kPassword));
  for (const char* mechanism : {"SCRAM-SHA-256", "SCRAM-SHA-512"}) {
    EXPECT_TRUE(CanLogIn("second", mechanism)) << mechanism;
    EXPECT_TRUE(CanLogIn("third", mechanism)) << mechanism;
  }
}

TEST_F(RotationTest, EndsWithAPasswordThatKeepsNone) {
  SetPassword("second", 3600);
  SetPassword("third", 0);
  EXPECT_FALSE(CanLogIn(kPassword));
  EXPECT_FALSE(CanLogIn("second"));
  EXPECT_TRUE(CanLogIn("third"));
}

TEST_F(RotationTest, KeepsTheIterationsUntilNoOldPasswordIsKept) {
  SetPassword("second", 3600);
  ASSERT_EQ(user_.credentials_size(), 3);
  EXPECT_EQ(user_.credentials(1).scheme(), "SCRAM-SHA-256");
  EXPECT_EQ(user_.credentials(1).iterations(), 4096u);
  EXPECT_EQ(user_.credentials(2).scheme(), "SCRAM-SHA-512");
  EXPECT_EQ(user_.credentials(2).iterations(), 5000u);
  SetPassword("third", 0);
  ASSERT_EQ(user_.credentials_size(), 2);
  EXPECT_EQ(user_.credentials(0).iterations(), 5000u);
}

}  // namespace
}  // namespace sallyport::server
