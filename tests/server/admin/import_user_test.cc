// Users with credentials that were made elsewhere.

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/credentials/key_derivation.h"
#include "tests/server/admin/served_directory.h"
#include "tests/server/stores/wait_for_lookup.h"

namespace sallyport::server {
namespace {

// Of "pencil" and "eraser".
constexpr char kPencil[] = "{CLEARTEXT}pencil";
constexpr char kEraser[] = "{CLEARTEXT}eraser";

class ImportUserTest : public testing::Test {
 protected:
  static v1::ImportUserRequest Alice(const std::vector<std::string>& credentials,
                                     v1::OnConflict on_conflict = v1::ON_CONFLICT_FAIL) {
    v1::ImportUserRequest request;
    request.set_name("alice");
    for (const std::string& credential : credentials) request.add_credentials(credential);
    request.set_on_conflict(on_conflict);
    return request;
  }
  grpc::Status Import(const v1::ImportUserRequest& request) {
    grpc::ClientContext context;
    response_.Clear();
    return stub_->ImportUser(&context, request, &response_);
  }
  std::shared_ptr<const Account> Find() {
    const LookupResult account = WaitForLookup(served_.store(), "", "alice");
    EXPECT_TRUE(account.ok()) << account.status();
    return account.ok() ? *account : nullptr;
  }
  bool Matches(const std::string& password) {
    PasswordCheck check{Secret(password), {}};
    for (const StoredCredential& stored : Find()->credentials) {
      check.credentials.push_back(stored.secret);
    }
    return std::get<PasswordVerdict>(Derive(check)).matches;
  }

  ServedDirectory served_;
  std::unique_ptr<v1::Admin::Stub> stub_ = served_.Stub();
  v1::ImportUserResponse response_;
};

TEST_F(ImportUserTest, AddsAUserWithWhatTheRequestHolds) {
  v1::ImportUserRequest request = Alice({kPencil});
  request.add_groups("operators");
  (*request.mutable_attributes())["team"] = "red";
  request.set_disabled(true);
  const grpc::Status status = Import(request);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response_.result(), v1::IMPORT_RESULT_ADDED);
  EXPECT_EQ(response_.user().name(), "alice");
  EXPECT_EQ(response_.user().store(), "main");
  ASSERT_EQ(response_.user().credentials_size(), 1);
  EXPECT_EQ(response_.user().credentials(0).scheme(), "CLEARTEXT");
  EXPECT_TRUE(Find()->disabled);
  EXPECT_EQ(Find()->groups, std::vector<std::string>{"operators"});
  EXPECT_EQ(Find()->attributes.at("team"), "red");
  EXPECT_TRUE(Matches("pencil"));
}

TEST_F(ImportUserTest, FailsWhereTheUserExistsUnlessItIsToldOtherwise) {
  ASSERT_TRUE(Import(Alice({kPencil})).ok());
  for (const v1::OnConflict on_conflict : {v1::ON_CONFLICT_UNSPECIFIED, v1::ON_CONFLICT_FAIL}) {
    EXPECT_EQ(Import(Alice({kEraser}, on_conflict)).error_code(), grpc::StatusCode::ALREADY_EXISTS);
  }
  EXPECT_EQ(Import(Alice({kEraser}, static_cast<v1::OnConflict>(99))).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_TRUE(Matches("pencil"));
  EXPECT_FALSE(Matches("eraser"));
}

TEST_F(ImportUserTest, SkipsAUserWhoExists) {
  ASSERT_TRUE(Import(Alice({kPencil})).ok());
  v1::ImportUserRequest request = Alice({kEraser}, v1::ON_CONFLICT_SKIP);
  request.add_groups("new");
  request.set_disabled(true);
  ASSERT_TRUE(Import(request).ok());
  EXPECT_EQ(response_.result(), v1::IMPORT_RESULT_SKIPPED);
  EXPECT_EQ(response_.user().groups_size(), 0);
  EXPECT_TRUE(Matches("pencil"));
  EXPECT_FALSE(Matches("eraser"));
  EXPECT_FALSE(Find()->disabled);
  EXPECT_TRUE(Find()->groups.empty());
}

TEST_F(ImportUserTest, ReplacesCredentialsGroupsAttributesAndState) {
  v1::ImportUserRequest first = Alice({kPencil});
  first.add_groups("old");
  (*first.mutable_attributes())["team"] = "red";
  first.set_disabled(true);
  ASSERT_TRUE(Import(first).ok());

  v1::ImportUserRequest second = Alice({kEraser}, v1::ON_CONFLICT_REPLACE);
  second.add_groups("new");
  ASSERT_TRUE(Import(second).ok());
  EXPECT_EQ(response_.result(), v1::IMPORT_RESULT_REPLACED);
  EXPECT_FALSE(response_.user().disabled());
  EXPECT_FALSE(Find()->disabled);
  EXPECT_EQ(Find()->groups, std::vector<std::string>{"new"});
  EXPECT_TRUE(Find()->attributes.empty());
  EXPECT_TRUE(Matches("eraser"));
  EXPECT_FALSE(Matches("pencil"));

  // With nothing else that differs.
  v1::ImportUserRequest third = second;
  third.set_credentials(0, kPencil);
  ASSERT_TRUE(Import(third).ok());
  EXPECT_FALSE(Find()->disabled);
  EXPECT_TRUE(Matches("pencil"));
  third.set_disabled(true);
  ASSERT_TRUE(Import(third).ok());
  EXPECT_TRUE(Find()->disabled);
  third.set_disabled(false);
  ASSERT_TRUE(Import(third).ok());
  EXPECT_FALSE(Find()->disabled);
}

TEST_F(ImportUserTest, ReplacesNobodyWithWhatCannotBeRead) {
  ASSERT_TRUE(Import(Alice({kPencil})).ok());
  const grpc::Status status = Import(Alice({kEraser, "{SSHA256}hunter2"}, v1::ON_CONFLICT_REPLACE));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_NE(status.error_message().find("credential 2: "), std::string::npos)
      << status.error_message();
  EXPECT_EQ(status.error_message().find("hunter2"), std::string::npos) << status.error_message();
  EXPECT_TRUE(Matches("pencil"));
  EXPECT_FALSE(Matches("eraser"));
}

TEST_F(ImportUserTest, RefusesWhatIsBeyondTheLimits) {
  EXPECT_EQ(Import(Alice(std::vector<std::string>(17, kPencil))).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  v1::ImportUserRequest request = Alice({kPencil});
  request.add_groups("");
  EXPECT_EQ(Import(request).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  request = Alice({kPencil});
  request.set_name("a\tb");
  EXPECT_EQ(Import(request).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Find(), nullptr);
}

TEST_F(ImportUserTest, TakesAUserWithoutCredentials) {
  ASSERT_TRUE(Import(Alice({})).ok());
  EXPECT_TRUE(Find()->credentials.empty());
}

}  // namespace
}  // namespace sallyport::server
