// Passwords that a store judges, rather than the core: by each mechanism whose client
// sends its password.

#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "core/sasl/login/login.h"
#include "core/sasl/plain/plain.h"
#include "gtest/gtest.h"
#include "tests/core/credentials/fake_verifier.h"
#include "tests/core/sasl/mechanism_driver.h"

namespace sallyport {
namespace {

class DelegatedPasswordTest : public testing::TestWithParam<std::string_view> {
 protected:
  DelegatedPasswordTest() { context_.settings = &settings_; }

  MechanismDriver Server() {
    return MechanismDriver(
        GetParam() == "PLAIN" ? CreatePlainServer(context_) : CreateLoginServer(context_), book_);
  }

  StepResult LogIn(MechanismDriver& server, std::string_view name, std::string_view password) {
    if (GetParam() == "PLAIN") {
      std::string message(1, '\0');
      message.append(name).push_back('\0');
      return server.Step(message.append(password));
    }
    server.Step(std::nullopt);
    const StepResult asked = server.Step(name);
    return std::holds_alternative<Challenge>(asked) ? server.Step(password) : asked;
  }

  StepResult LogIn(std::string_view name, std::string_view password) {
    MechanismDriver server = Server();
    return LogIn(server, name, password);
  }

  std::optional<FailureReason> Reason(std::string_view name, std::string_view password) {
    return ReasonOf(LogIn(name, password));
  }

  // An account that `verifier` judges, with stored credentials of `schemes` besides.
  void Know(std::string_view name, std::shared_ptr<const PasswordVerifier> verifier,
            const std::vector<std::string_view>& schemes = {}) {
    auto account = std::make_shared<Account>(*TestAccount(name, "stored", schemes));
    account->password_verifier = std::move(verifier);
    book_[std::string(name)] = {.account = account, .decoy_verifier = decoy_};
  }

  ServerMechanismSettings settings_ = TestSettings();
  ServerMechanismContext context_;
  CredentialBook book_;
  std::shared_ptr<FakeVerifier> decoy_ = std::make_shared<FakeVerifier>(PasswordAnswer::kRight);
};

TEST_P(DelegatedPasswordTest, TheStoreTellsRightFromWrong) {
  Know("alice", std::make_shared<FakeVerifier>("wonderland"));
  const StepResult result = LogIn("alice", "wonderland");
  ASSERT_NE(IdentityIn(result), nullptr);
  EXPECT_EQ(IdentityIn(result)->authentication_id, "alice");
  EXPECT_EQ(Reason("alice", "Wonderland"), FailureReason::kBadCredentials);
  EXPECT_EQ(decoy_->asked(), 0);
}

TEST_P(DelegatedPasswordTest, TheStoreHearsThePasswordAsItIsPrepared) {
  Know("alice", std::make_shared<FakeVerifier>("IX"));
  EXPECT_NE(IdentityIn(LogIn("alice", "\u2168")), nullptr);
}

TEST_P(DelegatedPasswordTest, AnOutageIsNeitherARightNorAWrongPassword) {
  Know("alice", std::make_shared<FakeVerifier>(PasswordAnswer::kUnavailable));
  EXPECT_EQ(Reason("alice", "wonderland"), FailureReason::kStoreUnavailable);
  EXPECT_EQ(CodeFor(*Reason("alice", "wonderland")), amqp::SaslCode::kSysTemp);
}

TEST_P(DelegatedPasswordTest, AnEmptyPasswordIsNeverAskedAbout) {
  const auto verifier = std::make_shared<FakeVerifier>(PasswordAnswer::kRight);
  Know("alice", verifier);
  for (const std::string_view empty : {"", "\u00ad"}) {
    EXPECT_EQ(Reason("alice", empty), FailureReason::kMalformedMessage);
  }
  EXPECT_EQ(verifier->asked(), 0);
}

TEST_P(DelegatedPasswordTest, ADenialRefusesWhoHasThePasswordToo) {
  Know("alice", std::make_shared<FakeVerifier>("wonderland"));
  book_["alice"].denial = FailureReason::kAccountDisabled;
  EXPECT_EQ(Reason("alice", "wonderland"), FailureReason::kAccountDisabled);
  EXPECT_EQ(Reason("alice", "guess"), FailureReason::kBadCredentials);
}

TEST_P(DelegatedPasswordTest, UsableStoredCredentialsDecideAlone) {
  const auto verifier = std::make_shared<FakeVerifier>(PasswordAnswer::kRight);
  Know("alice", verifier, {"SCRAM-SHA-256"});
  EXPECT_NE(IdentityIn(LogIn("alice", "stored")), nullptr);
  EXPECT_EQ(Reason("alice", "another"), FailureReason::kBadCredentials);
  EXPECT_EQ(verifier->asked(), 0);
}

TEST_P(DelegatedPasswordTest, AStoredCredentialThatMayNotVerifyLeavesItToTheStore) {
  Know("alice", std::make_shared<FakeVerifier>("wonderland"));
  auto account = std::make_shared<Account>(*book_["alice"].account);
  account->credentials.push_back({*ParseCredential("{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g="), {}});
  book_["alice"].account = account;
  EXPECT_NE(IdentityIn(LogIn("alice", "wonderland")), nullptr);
  EXPECT_EQ(Reason("alice", "password"), FailureReason::kBadCredentials);
}

TEST_P(DelegatedPasswordTest, AnUnknownUserIsCheckedAsAKnownOneAndRefusedWhateverTheDecoySays) {
  Know("alice", std::make_shared<FakeVerifier>("wonderland"));
  book_["nobody"] = {.account = nullptr, .decoy_verifier = decoy_};
  MechanismDriver known = Server();
  MechanismDriver unknown = Server();
  LogIn(known, "alice", "guess");
  EXPECT_EQ(ReasonOf(LogIn(unknown, "nobody", "guess")), FailureReason::kUnknownUser);
  EXPECT_EQ(decoy_->asked(), 1);
  ASSERT_EQ(unknown.derivations().size(), known.derivations().size());
  EXPECT_EQ(unknown.derivations()[0].index(), known.derivations()[0].index());

  decoy_ = std::make_shared<FakeVerifier>(PasswordAnswer::kUnavailable);
  book_["nobody"].decoy_verifier = decoy_;
  EXPECT_EQ(Reason("nobody", "guess"), FailureReason::kStoreUnavailable);
}

TEST_P(DelegatedPasswordTest, AnAccountWithNothingToCheckIsRefusedWhateverTheDecoySays) {
  Know("bare", nullptr);
  EXPECT_EQ(Reason("bare", "guess"), FailureReason::kNoUsableCredential);
  book_["bare"].denial = FailureReason::kAccountDisabled;
  EXPECT_EQ(Reason("bare", "guess"), FailureReason::kAccountDisabled);
  EXPECT_EQ(decoy_->asked(), 2);
}

INSTANTIATE_TEST_SUITE_P(All, DelegatedPasswordTest, testing::Values("PLAIN", "LOGIN"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace sallyport
