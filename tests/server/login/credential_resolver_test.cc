#include "server/login/credential_resolver.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <variant>

#include "absl/status/status.h"

namespace sallyport::server {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

std::shared_ptr<Account> Alice() {
  auto account = std::make_shared<Account>();
  account->authentication_id = "alice";
  account->credentials.push_back({.secret = Cleartext{Secret("pencil")}});
  return account;
}

// Answers as it is told; stands in where a store's failure must be injected.
class ScriptedBackend : public StoreBackend {
 public:
  explicit ScriptedBackend(LookupResult result) : result_(std::move(result)) {}
  void Read(const UserKey&, LookupDone done) override { std::move(done)(result_); }
  void Ping(absl::AnyInvocable<void(absl::Status) &&> done) override {
    std::move(done)(result_.status());
  }

 private:
  LookupResult result_;
};

FailureReason ReasonWhenTheStoreSays(absl::Status status) {
  const auto store = CredentialStore::Create({.name = "scripted"}, [&](StoreChanges&) {
    return std::make_unique<ScriptedBackend>(std::move(status));
  });
  CredentialResolver resolver(**store, nullptr);
  FailureReason reason = FailureReason::kInternal;
  resolver.Resolve({.authentication_id = "alice"}, [&](CredentialAnswer answer) {
    if (auto* unavailable = std::get_if<CredentialsUnavailable>(&answer)) {
      reason = unavailable->reason;
    }
  });
  return reason;
}

TEST(JudgeAccount, LetsAnAccountInThatMayLogIn) {
  const auto account = Alice();
  const CredentialsFound found = JudgeAccount(account, {.authentication_id = "alice"}, kNow);
  EXPECT_EQ(found.account, account);
  EXPECT_FALSE(found.denial);
}

TEST(JudgeAccount, DeniesAUserThatIsUnknown) {
  const CredentialsFound found = JudgeAccount(nullptr, {}, kNow);
  EXPECT_EQ(found.account, nullptr);
  EXPECT_EQ(found.denial, FailureReason::kUnknownUser);
}

TEST(JudgeAccount, DeniesADisabledAccountButHandsItOverSoThatThePeerSeesNoDifference) {
  const auto account = Alice();
  account->disabled = true;
  const CredentialsFound found = JudgeAccount(account, {}, kNow);
  EXPECT_EQ(found.account, account);
  EXPECT_EQ(found.denial, FailureReason::kAccountDisabled);
}

TEST(JudgeAccount, DeniesAnAccountFromTheMomentItExpires) {
  const auto account = Alice();
  account->expires_at = kNow;
  EXPECT_EQ(JudgeAccount(account, {}, kNow).denial, FailureReason::kAccountExpired);
  EXPECT_FALSE(JudgeAccount(account, {}, kNow - absl::Nanoseconds(1)).denial);
}

TEST(JudgeAccount, DeniesAnotherAuthorizationId) {
  EXPECT_EQ(JudgeAccount(Alice(), {.authorization_id = "bob"}, kNow).denial,
            FailureReason::kAuthzidNotAllowed);
}

TEST(JudgeAccount, LeavesOutCredentialsThatHaveExpired) {
  const auto account = Alice();
  account->credentials.push_back(
      {.secret = Cleartext{Secret("old")}, .expires_at = kNow - absl::Seconds(1)});
  const CredentialsFound found = JudgeAccount(account, {}, kNow);
  ASSERT_EQ(found.account->credentials.size(), 1u);
  EXPECT_EQ(std::get<Cleartext>(found.account->credentials[0].secret).password.view(), "pencil");
  EXPECT_FALSE(found.denial);
}

TEST(JudgeAccount, DeniesAnAccountAllOfWhoseCredentialsHaveExpired) {
  const auto account = Alice();
  account->credentials[0].expires_at = kNow;
  const CredentialsFound found = JudgeAccount(account, {}, kNow);
  EXPECT_TRUE(found.account->credentials.empty());
  EXPECT_EQ(found.denial, FailureReason::kCredentialExpired);
}

TEST(CredentialResolver, NeverTurnsAnOutageIntoAnAnswerAboutTheUser) {
  EXPECT_EQ(ReasonWhenTheStoreSays(absl::UnavailableError("down")),
            FailureReason::kStoreUnavailable);
  EXPECT_EQ(ReasonWhenTheStoreSays(absl::InternalError("?")), FailureReason::kStoreUnavailable);
  EXPECT_EQ(ReasonWhenTheStoreSays(absl::ResourceExhaustedError("full")),
            FailureReason::kOverloaded);
  EXPECT_EQ(ReasonWhenTheStoreSays(absl::DeadlineExceededError("slow")), FailureReason::kTimedOut);
}

}  // namespace
}  // namespace sallyport::server
