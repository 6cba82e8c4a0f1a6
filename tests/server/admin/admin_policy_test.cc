// The policy as an operator sees it, and what it says of new passwords.

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/server/admin/served_directory.h"

namespace sallyport::server {
namespace {

grpc::Status Get(v1::Admin::Stub& stub, v1::PolicyStatus* status) {
  grpc::ClientContext context;
  return stub.GetPolicy(&context, {}, status);
}

grpc::Status Reload(v1::Admin::Stub& stub, v1::PolicyStatus* status) {
  grpc::ClientContext context;
  return stub.ReloadPolicy(&context, {}, status);
}

TEST(AdminPolicy, IsShownAsItWasLoaded) {
  ServedDirectory served({.policy = "version: '7'  # of spring\n"});
  v1::PolicyStatus status;
  ASSERT_TRUE(Get(*served.Stub(), &status).ok());
  EXPECT_EQ(status.text(), served.PolicyText());
  EXPECT_EQ(status.source(), served.policy_file());
  EXPECT_EQ(status.version(), "7");
  EXPECT_EQ(status.hash(), served.policies().Current()->policy->hash());
  EXPECT_EQ(status.hash().size(), 64u);
  EXPECT_GT(status.loaded_at().seconds(), 1'700'000'000);
  EXPECT_EQ(status.failure(), "");
}

TEST(AdminPolicy, IsReloadedWhenItIsAskedTo) {
  ServedDirectory served;
  const auto stub = served.Stub();
  v1::PolicyStatus before, after;
  ASSERT_TRUE(Reload(*stub, &before).ok());
  served.WritePolicy(served.PolicyText() + "version: '8'\n");
  ASSERT_TRUE(Get(*stub, &after).ok());
  EXPECT_EQ(after.hash(), before.hash());
  ASSERT_TRUE(Reload(*stub, &after).ok());
  EXPECT_NE(after.hash(), before.hash());
  EXPECT_EQ(after.version(), "8");
}

TEST(AdminPolicy, StaysWhereTheFileIsRefused) {
  ServedDirectory served;
  const auto stub = served.Stub();
  v1::PolicyStatus before, now;
  ASSERT_TRUE(Get(*stub, &before).ok());
  served.WritePolicy("rules: {mechanisms: [ROT13]}\n");
  const grpc::Status refused = Reload(*stub, &now);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_NE(refused.error_message().find("ROT13"), std::string::npos) << refused.error_message();
  ASSERT_TRUE(Get(*stub, &now).ok());
  EXPECT_EQ(now.hash(), before.hash());
  EXPECT_EQ(now.failure(), refused.error_message());
  served.WritePolicy();
  ASSERT_TRUE(Reload(*stub, &now).ok());
  EXPECT_EQ(now.failure(), "");
}

constexpr char kTenants[] = R"(default_tenant: blue
tenants:
  - name: blue
  - name: green
    rules: {credentials: {store_as: [SCRAM-SHA-1], scram_iterations: 6000, max_rotation: 1h}}
)";

class NewPasswordTest : public testing::Test {
 protected:
  NewPasswordTest()
      : served_({.credentials = "{store_as: [SCRAM-SHA-512], scram_iterations: 5000}",
                 .policy = kTenants}) {
    served_.AddStore("tenants", true);
    stub_ = served_.Stub();
  }

  // Of alice's first credential.
  std::string AddTo(const std::string& store, const std::string& tenant) {
    v1::AddUserRequest request;
    request.set_name("alice");
    request.set_password("pencil");
    request.set_store(store);
    request.set_tenant(tenant);
    grpc::ClientContext context;
    v1::User user;
    const grpc::Status status = stub_->AddUser(&context, request, &user);
    EXPECT_TRUE(status.ok()) << status.error_message();
    if (user.credentials_size() != 1) return "";
    return absl::StrCat(user.credentials(0).scheme(), " ", user.credentials(0).iterations());
  }
  grpc::Status Rotate(const std::string& tenant, int64_t seconds) {
    v1::SetPasswordRequest request;
    request.set_name("alice");
    request.set_password("eraser");
    request.set_store("tenants");
    request.set_tenant(tenant);
    request.mutable_keep_old_for()->set_seconds(seconds);
    grpc::ClientContext context;
    v1::User user;
    return stub_->SetPassword(&context, request, &user);
  }

  ServedDirectory served_;
  std::unique_ptr<v1::Admin::Stub> stub_;
};

TEST_F(NewPasswordTest, IsStoredByTheRulesOfItsTenant) {
  EXPECT_EQ(AddTo("main", ""), "SCRAM-SHA-512 5000");
  EXPECT_EQ(AddTo("tenants", "blue"), "SCRAM-SHA-512 5000");
  EXPECT_EQ(AddTo("tenants", "green"), "SCRAM-SHA-1 6000");
  EXPECT_EQ(AddTo("tenants", "unheard of"), "SCRAM-SHA-512 5000");
}

TEST_F(NewPasswordTest, IsStoredByTheRulesOfThePolicyInForce) {
  served_.AddToPolicy("  - name: red\n    rules: {credentials: {store_as: [ARGON2ID]}}\n");
  EXPECT_EQ(AddTo("tenants", "red"), "ARGON2ID 2");
}

TEST_F(NewPasswordTest, KeepsTheOldOneNoLongerThanTheTenantsRulesSay) {
  AddTo("tenants", "blue");
  AddTo("tenants", "green");
  const grpc::Status never = Rotate("blue", 1);
  EXPECT_EQ(never.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_NE(never.error_message().find("give 'max_rotation'"), std::string::npos)
      << never.error_message();
  EXPECT_TRUE(Rotate("blue", 0).ok());
  const grpc::Status too_long = Rotate("green", 3601);
  EXPECT_EQ(too_long.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_NE(too_long.error_message().find("at most 1h"), std::string::npos)
      << too_long.error_message();
  EXPECT_TRUE(Rotate("green", 3600).ok());
}

}  // namespace
}  // namespace sallyport::server
