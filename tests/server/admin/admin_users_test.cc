// What an operator can say of users, in several stores and tenants.

#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "process/unix_socket.h"
#include "sallyport/v1/admin.grpc.pb.h"
#include "tests/server/admin/served_directory.h"
#include "tests/server/stores/wait_for_lookup.h"

namespace sallyport::server {
namespace {

class AdminUsersTest : public testing::Test {
 protected:
  // Calls `method` with a request about alice, on which `prepare` has worked.
  template <typename Request>
  grpc::Status Call(grpc::Status (v1::Admin::Stub::*method)(grpc::ClientContext*, const Request&,
                                                            v1::User*),
                    const std::function<void(Request*)>& prepare) {
    Request request;
    request.set_name("alice");
    prepare(&request);
    grpc::ClientContext context;
    user_.Clear();
    return (stub_.get()->*method)(&context, request, &user_);
  }
  grpc::Status Add(const std::function<void(v1::AddUserRequest*)>& prepare = [](auto*) {}) {
    return Call<v1::AddUserRequest>(&v1::Admin::Stub::AddUser, [&](auto* request) {
      request->set_password("pencil");
      prepare(request);
    });
  }
  grpc::Status SetPassword(const std::function<void(v1::SetPasswordRequest*)>& prepare) {
    return Call<v1::SetPasswordRequest>(&v1::Admin::Stub::SetPassword, [&](auto* request) {
      request->set_password("eraser");
      prepare(request);
    });
  }
  grpc::Status Update(const std::function<void(v1::UpdateUserRequest*)>& prepare) {
    return Call<v1::UpdateUserRequest>(&v1::Admin::Stub::UpdateUser, prepare);
  }
  std::shared_ptr<const Account> Find(CredentialStore& store, const std::string& tenant = "") {
    const LookupResult result = WaitForLookup(store, tenant, "alice");
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *result : nullptr;
  }
  std::map<std::string, std::string> Attributes() const {
    return {user_.attributes().begin(), user_.attributes().end()};
  }
  std::vector<std::string> Groups() const { return {user_.groups().begin(), user_.groups().end()}; }

  ServedDirectory served_;
  std::unique_ptr<v1::Admin::Stub> stub_ = v1::Admin::NewStub(grpc::CreateChannel(
      *process::UnixSocketTarget(served_.socket_path()), grpc::InsecureChannelCredentials()));
  // What was answered last.
  v1::User user_;
};

TEST_F(AdminUsersTest, SaysWhereAUserIs) {
  ASSERT_TRUE(Add().ok());
  EXPECT_EQ(user_.store(), "main");
  EXPECT_EQ(user_.tenant(), "");
}

TEST_F(AdminUsersTest, NeedsAStoreWhereThereAreSeveral) {
  CredentialStore& other = served_.AddStore("other", false);
  const grpc::Status status = Add();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_NE(status.error_message().find("main, other"), std::string::npos);
  ASSERT_TRUE(Add([](auto* request) { request->set_store("other"); }).ok());
  EXPECT_EQ(user_.store(), "other");
  EXPECT_NE(Find(other), nullptr);
  EXPECT_EQ(Find(served_.store()), nullptr);
  EXPECT_EQ(Add([](auto* request) { request->set_store("third"); }).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(AdminUsersTest, NeedsATenantExactlyWhereTheStoreHasThem) {
  CredentialStore& tenants = served_.AddStore("tenants", true);
  const auto add = [this](const std::string& store, const std::string& tenant) {
    return Add([&](auto* request) {
             request->set_store(store);
             request->set_tenant(tenant);
           })
        .error_code();
  };
  EXPECT_EQ(add("tenants", ""), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(add("main", "blue"), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(add("tenants", std::string("a\0b", 3)), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(add("tenants", std::string(256, 't')), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(add("tenants", "blue"), grpc::StatusCode::OK);
  EXPECT_EQ(user_.tenant(), "blue");
  EXPECT_EQ(add("tenants", "green"), grpc::StatusCode::OK);
  EXPECT_EQ(add("tenants", "blue"), grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(add("main", ""), grpc::StatusCode::OK);
  EXPECT_NE(Find(tenants, "blue"), nullptr);
  EXPECT_EQ(Find(tenants, "red"), nullptr);
}

TEST_F(AdminUsersTest, ChangesAndShowsUsersOfTheTenantThatIsNamed) {
  CredentialStore& tenants = served_.AddStore("tenants", true);
  const auto in = [](const std::string& tenant) {
    return [tenant](auto* request) {
      request->set_store("tenants");
      request->set_tenant(tenant);
    };
  };
  ASSERT_TRUE(Add(in("blue")).ok());
  ASSERT_TRUE(Add(in("green")).ok());
  ASSERT_TRUE(Call<v1::SetUserStateRequest>(&v1::Admin::Stub::SetUserState, [&](auto* request) {
                in("blue")(request);
                request->set_disabled(true);
              }).ok());
  EXPECT_TRUE(Find(tenants, "blue")->disabled);
  EXPECT_FALSE(Find(tenants, "green")->disabled);
  ASSERT_TRUE(Call<v1::GetUserRequest>(&v1::Admin::Stub::GetUser, in("blue")).ok());
  EXPECT_TRUE(user_.disabled());
  EXPECT_EQ(user_.tenant(), "blue");

  v1::ListUsersRequest list;
  in("green")(&list);
  v1::ListUsersResponse page;
  grpc::ClientContext listing;
  ASSERT_TRUE(stub_->ListUsers(&listing, list, &page).ok());
  ASSERT_EQ(page.users_size(), 1);
  EXPECT_EQ(page.users(0).tenant(), "green");

  v1::DeleteUserRequest request;
  request.set_name("alice");
  in("blue")(&request);
  v1::DeleteUserResponse deleted;
  grpc::ClientContext deleting;
  ASSERT_TRUE(stub_->DeleteUser(&deleting, request, &deleted).ok());
  EXPECT_EQ(Find(tenants, "blue"), nullptr);
  EXPECT_NE(Find(tenants, "green"), nullptr);
}

TEST_F(AdminUsersTest, KeepsTheOldPasswordForAsLongAsItIsTold) {
  ASSERT_TRUE(Add([](auto* request) { request->add_schemes("SCRAM-SHA-256"); }).ok());
  const auto scheme = [](auto* request) { request->add_schemes("SCRAM-SHA-512"); };
  const absl::Time before = absl::Now();
  ASSERT_TRUE(SetPassword([&](auto* request) {
                scheme(request);
                request->mutable_keep_old_for()->set_seconds(3600);
              }).ok());
  ASSERT_EQ(user_.credentials_size(), 2);
  EXPECT_EQ(user_.credentials(0).scheme(), "SCRAM-SHA-256");
  const auto expiry = absl::FromUnixSeconds(user_.credentials(0).expires_at().seconds());
  EXPECT_GE(expiry, before + absl::Minutes(59));
  EXPECT_LE(expiry, absl::Now() + absl::Hours(1));
  EXPECT_FALSE(user_.credentials(1).has_expires_at());

  ASSERT_TRUE(SetPassword(scheme).ok());
  EXPECT_EQ(user_.credentials_size(), 1);
  for (const int64_t seconds : {int64_t{-1}, int64_t{1} << 40}) {
    EXPECT_EQ(SetPassword([&](auto* request) {
                request->mutable_keep_old_for()->set_seconds(seconds);
              }).error_code(),
              grpc::StatusCode::INVALID_ARGUMENT);
  }
}

TEST_F(AdminUsersTest, StoresAndChangesAttributesOneByOne) {
  using Map = std::map<std::string, std::string>;
  ASSERT_TRUE(Add([](auto* request) {
                (*request->mutable_attributes())["team"] = "red";
                (*request->mutable_attributes())["desk"] = "7";
              }).ok());
  EXPECT_EQ(Attributes(), (Map{{"desk", "7"}, {"team", "red"}}));
  ASSERT_TRUE(Update([](auto* request) {
                (*request->mutable_set_attributes())["team"] = "blue";
                (*request->mutable_set_attributes())["mail"] = "a@b";
                request->add_remove_attributes("desk");
                request->add_remove_attributes("unknown");
              }).ok());
  EXPECT_EQ(Attributes(), (Map{{"mail", "a@b"}, {"team", "blue"}}));
  EXPECT_EQ(Find(served_.store())->attributes, Attributes());
}

TEST_F(AdminUsersTest, UpdatesOnlyWhatTheRequestHolds) {
  ASSERT_TRUE(Add([](auto* request) {
                request->add_groups("a");
                (*request->mutable_attributes())["team"] = "red";
                request->mutable_expires_at()->set_seconds(4'000'000'000);
              }).ok());
  ASSERT_TRUE(Update([](auto* request) { request->mutable_groups()->add_names("b"); }).ok());
  EXPECT_EQ(Groups(), std::vector<std::string>{"b"});
  EXPECT_EQ(Attributes().size(), 1u);
  EXPECT_EQ(user_.expires_at().seconds(), 4'000'000'000);
  ASSERT_TRUE(Update([](auto* request) {
                request->mutable_expires_at()->set_seconds(5'000'000'000);
              }).ok());
  EXPECT_EQ(Groups(), std::vector<std::string>{"b"});
  EXPECT_EQ(user_.expires_at().seconds(), 5'000'000'000);
  ASSERT_TRUE(Update([](auto* request) {
                request->mutable_groups();
                request->set_never_expires(true);
              }).ok());
  EXPECT_EQ(user_.groups_size(), 0);
  EXPECT_FALSE(user_.has_expires_at());
  EXPECT_EQ(Attributes().size(), 1u);
  EXPECT_EQ(user_.credentials_size(), 2);
}

TEST_F(AdminUsersTest, RefusesUpdatesBeyondTheLimits) {
  const auto code = [this](const std::function<void(v1::UpdateUserRequest*)>& prepare) {
    return Update(prepare).error_code();
  };
  EXPECT_EQ(code([](auto*) {}), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(code([](auto* request) { (*request->mutable_set_attributes())["a"] = "b"; }),
            grpc::StatusCode::NOT_FOUND);
  ASSERT_TRUE(Add().ok());
  EXPECT_EQ(code([](auto* request) { request->mutable_groups()->add_names(""); }),
            grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(code([](auto* request) { (*request->mutable_set_attributes())[""] = "b"; }),
            grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(code([](auto* request) {
              (*request->mutable_set_attributes())["a"] = std::string(16 << 10, 'b');
            }),
            grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(code([](auto* request) {
              for (int i = 0; i < 65; ++i) {
                (*request->mutable_set_attributes())[std::to_string(i)] = "";
              }
            }),
            grpc::StatusCode::INVALID_ARGUMENT);
  // Also together with what is there.
  EXPECT_EQ(code([](auto* request) {
              for (int i = 0; i < 64; ++i) {
                (*request->mutable_set_attributes())[std::to_string(i)] = "";
              }
            }),
            grpc::StatusCode::OK);
  EXPECT_EQ(code([](auto* request) { (*request->mutable_set_attributes())["one more"] = ""; }),
            grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Find(served_.store())->attributes.size(), 64u);
}

}  // namespace
}  // namespace sallyport::server
