#include "core/sasl/login/login.h"

#include <string>
#include <vector>

#include "core/credentials/credential.h"
#include "gtest/gtest.h"
#include "tests/core/sasl/mechanism_driver.h"

namespace sallyport {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

class LoginTest : public testing::Test {
 protected:
  LoginTest() {
    context_.settings = &settings_;
    book_["alice"].account = TestAccount("alice", "wonderland", {"SCRAM-SHA-256"});
  }

  MechanismDriver Server() { return MechanismDriver(CreateLoginServer(context_), book_); }

  // A login in answer to both prompts.
  StepResult LogIn(std::string_view name, std::string_view password) {
    MechanismDriver server = Server();
    server.Step(std::nullopt);
    const StepResult asked = server.Step(name);
    return std::holds_alternative<Challenge>(asked) ? server.Step(password) : asked;
  }

  // The one check that a login asks for.
  PasswordCheck CheckFor(std::string_view name, std::string_view password) {
    MechanismDriver server = Server();
    EXPECT_TRUE(std::holds_alternative<Challenge>(server.Step(name)));
    EXPECT_TRUE(server.queries().empty());
    server.Step(password);
    EXPECT_EQ(server.queries().size(), 1u);
    EXPECT_EQ(server.derivations().size(), 1u);
    return std::get<PasswordCheck>(server.derivations().at(0));
  }

  ServerMechanismSettings settings_ = TestSettings();
  ServerMechanismContext context_;
  CredentialBook book_;
};

TEST_F(LoginTest, HasThePromptsThatClientsKnow) {
  MechanismDriver server = Server();
  EXPECT_EQ(std::get<Challenge>(server.Step(std::nullopt)).bytes, "Username:");
  EXPECT_EQ(std::get<Challenge>(server.Step("alice")).bytes, "Password:");
  const StepResult end = server.Step("wonderland");
  ASSERT_NE(IdentityIn(end), nullptr);
  EXPECT_EQ(IdentityIn(end)->authentication_id, "alice");
  EXPECT_EQ(IdentityIn(end)->authorization_id, "alice");
}

TEST_F(LoginTest, TakesTheNameAsAnInitialResponse) {
  MechanismDriver server = Server();
  EXPECT_EQ(std::get<Challenge>(server.Step("alice")).bytes, "Password:");
  EXPECT_NE(IdentityIn(server.Step("wonderland")), nullptr);
}

TEST_F(LoginTest, SaysWhyItRefuses) {
  EXPECT_EQ(ReasonOf(LogIn("alice", "guess")), FailureReason::kBadCredentials);
  EXPECT_EQ(ReasonOf(LogIn("nobody", "wonderland")), FailureReason::kUnknownUser);
  book_["alice"].denial = FailureReason::kAccountDisabled;
  EXPECT_EQ(ReasonOf(LogIn("alice", "wonderland")), FailureReason::kAccountDisabled);
  EXPECT_EQ(ReasonOf(LogIn("alice", "guess")), FailureReason::kBadCredentials);
}

TEST_F(LoginTest, RefusesMalformedNamesBeforeItAsksForThePassword) {
  for (const std::string& name : {""s, "al\xff"s, "al\u0007ice"s, "al\0ice"s, "\u00ad"s, "\u0627x"s,
                                  std::string(1025, 'a')}) {
    MechanismDriver server = Server();
    server.Step(std::nullopt);
    EXPECT_EQ(ReasonOf(server.Step(name)), FailureReason::kMalformedMessage)
        << testing::PrintToString(name);
  }
  EXPECT_EQ(ReasonOf(Server().Step("al\xff")), FailureReason::kMalformedMessage);
}

TEST_F(LoginTest, RefusesMalformedPasswordsBeforeItLooksAnybodyUp) {
  for (const std::string& password :
       {""s, "wonder\xc3"s, "wonder\0land"s, "\u00ad"s, "w\u200e"s, std::string(1025, 'a')}) {
    MechanismDriver server = Server();
    server.Step("alice");
    EXPECT_EQ(ReasonOf(server.Step(password)), FailureReason::kMalformedMessage)
        << testing::PrintToString(password);
    EXPECT_TRUE(server.queries().empty());
  }
}

TEST_F(LoginTest, PreparesNamesAndPasswords) {
  book_["a"].account = TestAccount("a", "IX", {"SCRAM-SHA-256"});
  for (const std::string_view password : {"IX", "\u2168", "I\u00ad\u2169"}) {
    const StepResult result = LogIn("\u00aa", password);
    ASSERT_NE(IdentityIn(result), nullptr);
    EXPECT_EQ(IdentityIn(result)->authentication_id, "a");
  }
}

TEST_F(LoginTest, AnUnknownUserCostsWhatAKnownOneCosts) {
  for (const std::string_view scheme : {"SCRAM-SHA-256", "PBKDF2-SHA512", "ARGON2ID"}) {
    settings_.decoy_schemes = {std::string(scheme)};
    book_["alice"].account = TestAccount("alice", "wonderland", {scheme});
    const PasswordCheck known = CheckFor("alice", "guess");
    const PasswordCheck unknown = CheckFor("nobody", "guess");
    ASSERT_EQ(unknown.credentials.size(), 1u);
    EXPECT_EQ(SchemeName(unknown.credentials[0]), SchemeName(known.credentials[0]));
    EXPECT_EQ(CredentialIterations(unknown.credentials[0]),
              CredentialIterations(known.credentials[0]));
  }
}

TEST_F(LoginTest, ADecoyThatMatchesIsNotBelieved) {
  auto server = *CreateLoginServer(context_);
  ASSERT_TRUE(server->Step("nobody").ok());
  const auto asked = server->Step("x");
  const auto work = server->Resume(std::get<NeedCredentials>(*asked).ticket,
                                   CredentialAnswer(CredentialsFound{}));
  const auto end = server->Resume(std::get<NeedDerivation>(*work).ticket,
                                  DerivationAnswer(PasswordVerdict{true}));
  EXPECT_EQ(ReasonOf(*end), FailureReason::kUnknownUser);
}

TEST_F(LoginTest, SavesTheNameAndNoMore) {
  auto server = *CreateLoginServer(context_);
  ASSERT_TRUE(server->Step("alice").ok());
  StateWriter state;
  ASSERT_TRUE(server->SaveState(state).ok());
  EXPECT_LT(state.view().size(), "alice"sv.size() + 4);
  EXPECT_NE(state.view().find("alice"), std::string_view::npos);
}

TEST_F(LoginTest, TheClientAnswersAnyTwoPrompts) {
  const ClientCredentials credentials = {"al ice", "al ice", Secret("wonder land")};
  const auto client = *CreateLoginClient({.credentials = &credentials});
  EXPECT_FALSE(std::get<ClientResponse>(StepClient(*client, std::nullopt)).bytes.has_value());
  EXPECT_TRUE(client->Finish(std::nullopt).has_value());
  EXPECT_EQ(std::get<ClientResponse>(StepClient(*client, "")).bytes, "al ice");
  EXPECT_TRUE(client->Finish(std::nullopt).has_value());
  EXPECT_EQ(std::get<ClientResponse>(StepClient(*client, "Who?\xff")).bytes, "wonder land");
  EXPECT_FALSE(client->Finish(std::nullopt).has_value());
}

TEST_F(LoginTest, TheClientAnswersNoThirdPrompt) {
  const ClientCredentials credentials = {"alice", "", Secret("wonderland")};
  const auto client = *CreateLoginClient({.credentials = &credentials});
  StepClient(*client, std::nullopt);
  StepClient(*client, "Username:");
  StepClient(*client, "Password:");
  EXPECT_TRUE(std::holds_alternative<ServerFault>(StepClient(*client, "Password:")));
  EXPECT_TRUE(client->Finish(std::nullopt).has_value());
  EXPECT_EQ(client->Step("Password:").status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(LoginTest, TheClientIsNotMadeForWhatLoginCannotCarry) {
  const ClientCredentials unusable[] = {
      {"", "", Secret("p")}, {"alice", "", Secret("")}, {"alice", "bob", Secret("p")}};
  for (const ClientCredentials& credentials : unusable) {
    EXPECT_EQ(CreateLoginClient({.credentials = &credentials}).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

TEST_F(LoginTest, TheClientTakesNoStateOfMoreAnswersThanItHas) {
  const ClientCredentials credentials = {"alice", "", Secret("wonderland")};
  for (const uint64_t answered : {3u, 1000u}) {
    StateWriter state;
    state.Number(answered);
    StateReader reader(state.view());
    EXPECT_EQ((*CreateLoginClient({.credentials = &credentials}))->RestoreState(reader).code(),
              absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace sallyport
