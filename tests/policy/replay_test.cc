#include "policy/replay.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/policy/load_policy.h"

namespace sallyport::policy {
namespace {

constexpr char kPolicy[] = R"yaml(
stores: [{name: main, sqlite: {path: /x}}, {name: acme, sqlite: {path: /y}}]
rules:
  stores: [{store: main}]
  mechanisms: [SCRAM-SHA-256-PLUS, SCRAM-SHA-256, PLAIN, EXTERNAL]
  act_as:
    - {users: [proxy], as_users: [alice]}
    - {groups: [admins], as_users: [root]}
default_tenant: main
tenants:
  - {name: main}
  - {name: acme, hostnames: [acme.example], rules: {stores: [{store: acme}]}}
)yaml";

class Replaying : public testing::Test {
 protected:
  Replaying() : policy_(MustLoad(kPolicy)) {
    login_.listener = "amqps";
    login_.encrypted = true;
    login_.mechanism = "PLAIN";
    login_.authentication_id = "alice";
    login_.authorization_id = "alice";
    login_.tenant = "main";
    login_.store = "main";
  }

  std::string Change() const {
    return std::string(ReplayChangeName(Replay(*policy_, login_).change));
  }
  std::string Why() const { return Replay(*policy_, login_).why; }

  std::shared_ptr<const Policy> policy_;
  RecordedLogin login_;
};

TEST_F(Replaying, ChangesNothingWhereTheAnswerIsTheSame) {
  EXPECT_EQ(Change(), "none");
  EXPECT_EQ(Why(), "");
  EXPECT_EQ(Replay(*policy_, login_).tenant, "main");
  EXPECT_EQ(Replay(*policy_, login_).stores, std::vector<std::string>{"main"});
  login_.reason = FailureReason::kBadCredentials;
  EXPECT_EQ(Change(), "none");
  login_.mechanism = "LOGIN";
  EXPECT_EQ(Change(), "none");
}

TEST_F(Replaying, TellsWhoWouldBeRefused) {
  login_.mechanism = "LOGIN";
  EXPECT_EQ(Change(), "now-refused");
  EXPECT_EQ(Why(), "mechanism_not_offered: The client chose a mechanism that was not offered.");
  login_.mechanism = "PLAIN";
  login_.encrypted = false;
  EXPECT_EQ(Change(), "now-refused");
  EXPECT_TRUE(Replay(*policy_, login_).stores.empty());
  login_.encrypted = true;
  login_.authorization_id = "bob";
  EXPECT_EQ(Change(), "now-refused");
}

TEST_F(Replaying, TellsWhoWouldBeLetThrough) {
  login_.store.clear();
  for (const FailureReason reason :
       {FailureReason::kMechanismNotOffered, FailureReason::kTlsRequired,
        FailureReason::kTenantUnknown, FailureReason::kNoPolicy, FailureReason::kBrokerNotAllowed,
        FailureReason::kAuthzidNotAllowed, FailureReason::kIdentityRefused}) {
    login_.reason = reason;
    EXPECT_EQ(Change(), "now-let-through") << ReasonName(reason);
  }
  login_.encrypted = false;
  EXPECT_EQ(Change(), "none");
}

TEST_F(Replaying, TellsAnotherTenant) {
  login_.hostname = "acme.example";
  EXPECT_EQ(Change(), "other-tenant");
  EXPECT_EQ(Why(), "it was of 'main', and would be of 'acme'");
}

TEST_F(Replaying, TellsOtherStores) {
  login_.store = "old";
  EXPECT_EQ(Change(), "other-stores");
  EXPECT_EQ(Why(), "'old' would not be asked");
}

TEST_F(Replaying, CannotTellWhatTheRecordLacks) {
  login_.authorization_id = "root";
  EXPECT_EQ(Change(), "cannot-tell");
  EXPECT_NE(Why().find("groups"), std::string::npos);
  login_.authorization_id = "alice";
  login_.truncated = true;
  EXPECT_EQ(Change(), "cannot-tell");
  login_.truncated = false;
  policy_ = MustLoad(std::string(kPolicy) + "brokers: [{name: b, identities: [b]}]");
  EXPECT_EQ(Change(), "cannot-tell");
  login_.broker = "b";
  EXPECT_EQ(Change(), "none");
  login_.broker = "c";
  EXPECT_EQ(Change(), "now-refused");
}

TEST_F(Replaying, TakesEveryAcceptedBindingForThatOfTheRecord) {
  login_.mechanism = "SCRAM-SHA-256-PLUS";
  // Two of the three types are accepted.
  EXPECT_EQ(Change(), "cannot-tell");
  std::string text = kPolicy;
  text.insert(text.find("  act_as"),
              "  channel_bindings: [tls-unique, tls-exporter, tls-server-end-point]\n");
  policy_ = MustLoad(text);
  EXPECT_EQ(Change(), "none");
}

TEST_F(Replaying, DoesNotMapANameTwice) {
  login_.mechanism = "EXTERNAL";
  EXPECT_EQ(Change(), "none");
  std::string text = kPolicy;
  text.insert(text.find("  act_as"),
              "  identity_mappings: [{from: certificate, pattern: '(.*)', to: 'x-\\1'}]\n");
  policy_ = MustLoad(text);
  EXPECT_EQ(Change(), "cannot-tell");
  login_.mechanism = "PLAIN";
  EXPECT_EQ(Change(), "none");
}

}  // namespace
}  // namespace sallyport::policy
