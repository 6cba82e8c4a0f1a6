// What the audit log keeps of an operator's changes, and what happens when it is full.

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tests/audit/audit_sample.h"
#include "tests/server/admin/audit_changes.h"
#include "tests/server/admin/served_directory.h"
#include "tests/server/stores/wait_for_lookup.h"

namespace sallyport::server {
namespace {

using audit::ReadText;
using nlohmann::json;

constexpr char kSecretText[] = "$6$not-a-hash";

// Calls each RPC that changes something, about the user `name`.
class Changes {
 public:
  Changes(v1::Admin::Stub& stub, std::string name) : stub_(stub), name_(std::move(name)) {}

  grpc::Status Add() {
    return Call<v1::AddUserRequest>(&v1::Admin::Stub::AddUser,
                                    [](auto* request) { request->set_password("pencil"); });
  }
  grpc::Status SetPassword() {
    return Call<v1::SetPasswordRequest>(&v1::Admin::Stub::SetPassword,
                                        [](auto* request) { request->set_password("eraser"); });
  }
  grpc::Status SetState(bool disabled) {
    return Call<v1::SetUserStateRequest>(&v1::Admin::Stub::SetUserState, [disabled](auto* request) {
      request->set_disabled(disabled);
    });
  }
  grpc::Status Update() {
    return Call<v1::UpdateUserRequest>(&v1::Admin::Stub::UpdateUser, [](auto* request) {
      request->mutable_groups()->add_names("g");
    });
  }
  grpc::Status Delete() {
    v1::DeleteUserRequest request;
    request.set_name(name_);
    v1::DeleteUserResponse response;
    grpc::ClientContext context;
    return stub_.DeleteUser(&context, request, &response);
  }
  grpc::Status Import(const std::string& credential) {
    v1::ImportUserRequest request;
    request.set_name(name_);
    request.add_credentials(credential);
    request.set_on_conflict(v1::ON_CONFLICT_SKIP);
    v1::ImportUserResponse response;
    grpc::ClientContext context;
    return stub_.ImportUser(&context, request, &response);
  }
  grpc::Status Reload() {
    v1::PolicyStatus response;
    grpc::ClientContext context;
    return stub_.ReloadPolicy(&context, {}, &response);
  }
  std::vector<grpc::Status> All() {
    return {Add(),           SetPassword(), SetState(true),
            SetState(false), Update(),      Import("{CLEARTEXT}pencil"),
            Reload(),        Delete()};
  }

 private:
  template <typename Request>
  grpc::Status Call(grpc::Status (v1::Admin::Stub::*method)(grpc::ClientContext*, const Request&,
                                                            v1::User*),
                    const std::function<void(Request*)>& prepare) {
    Request request;
    request.set_name(name_);
    prepare(&request);
    grpc::ClientContext context;
    v1::User user;
    return (stub_.*method)(&context, request, &user);
  }

  v1::Admin::Stub& stub_;
  const std::string name_;
};

std::string Summary(const json& change) {
  return absl::StrCat(change.value("action", ""), " ", change.value("user", "-"), " ",
                      change.value("outcome", ""));
}

std::vector<std::string> Summaries(const std::vector<json>& changes) {
  std::vector<std::string> all;
  for (const json& change : changes) all.push_back(Summary(change));
  return all;
}

TEST(AdminAudit, HasEachChangeWithWhoMadeItAndThePolicyInForce) {
  ServedDirectory served({.audit = {.file = "on"}});
  const auto stub = served.Stub();
  for (const grpc::Status& status : Changes(*stub, "alice").All()) {
    EXPECT_TRUE(status.ok()) << status.error_message();
  }
  const std::string hash = served.policies().Current()->policy->hash();
  served.Stop();
  const std::vector<json> changes = ReadChanges(served.audit_file());
  EXPECT_EQ(Summaries(changes),
            (std::vector<std::string>{"user_added alice done", "password_set alice done",
                                      "user_disabled alice done", "user_enabled alice done",
                                      "user_changed alice done", "user_imported alice done",
                                      "policy_loaded - done", "user_deleted alice done"}));
  for (const json& change : changes) {
    EXPECT_EQ(change.value("actor", ""), "admin socket");
    EXPECT_EQ(change.value("policy_hash", ""), hash);
    if (change.contains("user")) {
      EXPECT_EQ(change.value("store", ""), "main");
    }
  }
}

TEST(AdminAudit, HasWhatWasRefusedAndNoSecret) {
  ServedDirectory served({.audit = {.file = "on"}});
  const auto stub = served.Stub();
  Changes alice(*stub, "alice"), nobody(*stub, "a\tb");
  EXPECT_FALSE(alice.SetPassword().ok());
  EXPECT_FALSE(alice.Delete().ok());
  EXPECT_FALSE(alice.Import(kSecretText).ok());
  EXPECT_FALSE(nobody.Add().ok());
  served.WritePolicy("rules: {wrong: 1}\n");
  EXPECT_EQ(alice.Reload().error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  served.Stop();
  EXPECT_EQ(Summaries(ReadChanges(served.audit_file())),
            (std::vector<std::string>{"password_set alice refused", "user_deleted alice refused",
                                      "user_imported alice refused", "user_added a\tb refused",
                                      "policy_refused - refused"}));
  const std::string text = ReadText(served.audit_file());
  for (const char* secret : {"pencil", "eraser", "not-a-hash"}) {
    EXPECT_EQ(text.find(secret), std::string::npos) << secret;
  }
}

TEST(AdminAudit, HasTheTenant) {
  ServedDirectory served({.audit = {.file = "on"}});
  served.AddStore("tenants", true);
  v1::DeleteUserRequest request;
  request.set_name("alice");
  request.set_store("tenants");
  request.set_tenant("blue");
  v1::DeleteUserResponse response;
  grpc::ClientContext context;
  EXPECT_EQ(served.Stub()->DeleteUser(&context, request, &response).error_code(),
            grpc::StatusCode::NOT_FOUND);
  served.Stop();
  const std::vector<json> changes = ReadChanges(served.audit_file());
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].value("store", ""), "tenants");
  EXPECT_EQ(changes[0].value("tenant", ""), "blue");
}

TEST(AdminAudit, RefusesEveryChangeBeforeItIsMadeWhileItIsFull) {
  ServedDirectory served({.audit = {.file = "on", .queue = 0}});
  std::vector<AuditSlot> taken;
  while (auto slot = served.audit().ReserveForChange()) taken.push_back(*std::move(slot));
  ASSERT_TRUE(served.users().AddUser({.key = {"", "bob"}, .groups = {"kept"}}).ok());
  const std::string before = served.policies().Current()->policy->hash();
  served.WritePolicy(served.PolicyText() + "# changed\n");
  const auto stub = served.Stub();
  for (const char* name : {"alice", "bob"}) {
    for (const grpc::Status& status : Changes(*stub, name).All()) {
      EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
    }
  }
  EXPECT_EQ(*WaitForLookup(served.store(), "", "alice"), nullptr);
  const LookupResult bob = WaitForLookup(served.store(), "", "bob");
  ASSERT_NE(*bob, nullptr);
  EXPECT_TRUE((*bob)->credentials.empty());
  EXPECT_FALSE((*bob)->disabled);
  EXPECT_EQ((*bob)->groups, std::vector<std::string>{"kept"});
  EXPECT_EQ(served.policies().Current()->policy->hash(), before);
  // What changes nothing goes on.
  v1::ListUsersResponse page;
  grpc::ClientContext context;
  EXPECT_TRUE(stub->ListUsers(&context, {}, &page).ok());
  taken.clear();
}

TEST(AdminAudit, RecordsChangesAlthoughLoginsTakeUpTheirPlaces) {
  ServedDirectory served({.audit = {.file = "on", .queue = 1}});
  std::optional<AuditSlot> login = served.audit().Reserve();
  ASSERT_FALSE(served.audit().Reserve().has_value());
  EXPECT_TRUE(Changes(*served.Stub(), "alice").Add().ok());
  login.reset();
  served.Stop();
  EXPECT_EQ(Summaries(ReadChanges(served.audit_file())),
            std::vector<std::string>{"user_added alice done"});
}

TEST(AdminAudit, TellsWhichPolicyWasRefusedAndWhichStaysActive) {
  ServedDirectory served({.audit = {.file = "on"}});
  const auto stub = served.Stub();
  Changes changes(*stub, "");
  served.WritePolicy("rules: {mechanisms: [ROT13]}\nversion: refused\n");
  EXPECT_FALSE(changes.Reload().ok());
  std::filesystem::remove(served.policy_file());
  EXPECT_FALSE(changes.Reload().ok());
  const std::string active = served.policies().Current()->policy->hash();
  served.Stop();
  const std::vector<json> lines = ReadChanges(served.audit_file());
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].value("policy_version", ""), "refused");
  EXPECT_EQ(lines[0].value("policy_hash", "").size(), 64u);
  EXPECT_NE(lines[0].value("policy_hash", ""), active);
  EXPECT_FALSE(lines[1].contains("policy_hash")) << "nobody knows it";
  for (const json& line : lines) {
    EXPECT_EQ(Summary(line), "policy_refused - refused");
    EXPECT_NE(line.value("detail", "").find("hash " + active + " stays active: "),
              std::string::npos);
  }
}

TEST(AdminAudit, LetsChangesGoOnWhereItOnlyCounts) {
  ServedDirectory served({.audit = {.file = "on", .queue = 0, .when_full = WhenFull::kCount}});
  std::vector<AuditSlot> taken;
  while (served.audit().lost() == 0) taken.push_back(*served.audit().ReserveForChange());
  const auto stub = served.Stub();
  EXPECT_TRUE(Changes(*stub, "alice").Add().ok());
  EXPECT_EQ(served.audit().lost(), 2u);
  taken.clear();
}

}  // namespace
}  // namespace sallyport::server
