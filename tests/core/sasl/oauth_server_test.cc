#include <string>
#include <vector>

#include "core/sasl/oauth/oauth.h"
#include "gtest/gtest.h"
#include "tests/core/sasl/mechanism_driver.h"

namespace sallyport {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kToken = "alices.token";

std::string Bearer(std::string_view authzid, std::string_view token) {
  std::string message = "n,";
  if (!authzid.empty()) message.append("a=").append(authzid);
  return message
      .append(
          ",\x01"
          "auth=Bearer ")
      .append(token)
      .append("\x01\x01");
}

std::string Xoauth2(std::string_view user, std::string_view token) {
  std::string message = "user=";
  return message.append(user)
      .append(
          "\x01"
          "auth=Bearer ")
      .append(token)
      .append("\x01\x01");
}

class OauthServerTest : public testing::TestWithParam<OauthForm> {
 protected:
  OauthServerTest() {
    context_.settings = &settings_;
    tokens_[std::string(kToken)].account = TestAccount("alice", "", {});
  }

  std::unique_ptr<ServerMechanism> Mechanism() const {
    return *CreateOauthServer(GetParam(), context_);
  }

  MechanismDriver Server() const { return ServerOf(GetParam()); }

  MechanismDriver ServerOf(OauthForm form) const {
    MechanismDriver server(CreateOauthServer(form, context_), names_);
    server.tokens() = tokens_;
    return server;
  }

  std::string Message(std::string_view token) const {
    return GetParam() == OauthForm::kOauthBearer ? Bearer("", token) : Xoauth2("", token);
  }

  std::string ErrorReport() const {
    return GetParam() == OauthForm::kOauthBearer
               ? R"({"status":"invalid_token"})"
               : R"({"status":"401","schemes":"bearer","scope":""})";
  }

  // Where a login ends, the error report being acknowledged.
  StepResult LogIn(std::string_view message) const {
    MechanismDriver server = Server();
    StepResult result = server.Step(message);
    if (std::holds_alternative<Challenge>(result)) result = server.Step("\x01");
    return result;
  }

  ServerMechanismSettings settings_ = TestSettings();
  ServerMechanismContext context_;
  // A store of names, and the tokens of an issuer.
  CredentialBook names_;
  CredentialBook tokens_;
};

INSTANTIATE_TEST_SUITE_P(BothForms, OauthServerTest,
                         testing::Values(OauthForm::kOauthBearer, OauthForm::kXoauth2),
                         [](const auto& info) {
                           return info.param == OauthForm::kOauthBearer ? "OAUTHBEARER" : "XOAUTH2";
                         });

TEST_P(OauthServerTest, IsWhoTheTokenVouchesFor) {
  MechanismDriver server = Server();
  const StepResult result = server.Step(Message(kToken));
  ASSERT_NE(IdentityIn(result), nullptr);
  EXPECT_EQ(IdentityIn(result)->authentication_id, "alice");
  EXPECT_EQ(IdentityIn(result)->authorization_id, "alice");
  EXPECT_EQ(IdentityIn(result)->account, tokens_.find(kToken)->second.account);
  ASSERT_EQ(server.queries().size(), 1u);
  EXPECT_EQ(server.queries()[0].token.view(), kToken);
  EXPECT_EQ(server.queries()[0].authentication_id, "");
  EXPECT_EQ(server.queries()[0].authorization_id, "");
}

// A host that does not know of tokens finds the account by its name.
TEST_P(OauthServerTest, BelievesNoAccountThatTheTokenDoesNotVouchFor) {
  for (const bool denied : {false, true}) {
    auto server = Mechanism();
    const auto asked = server->Step(Message(kToken));
    CredentialsFound found = {TestAccount("alice", "", {}), std::nullopt};
    if (denied) found.denial = FailureReason::kAccountDisabled;
    const auto refused = server->Resume(std::get<NeedCredentials>(*asked).ticket,
                                        CredentialAnswer(std::move(found)));
    ASSERT_TRUE(refused.ok());
    ASSERT_TRUE(std::holds_alternative<Challenge>(*refused));
    EXPECT_EQ(ReasonOf(*server->Step("\x01")), FailureReason::kBadCredentials);
  }
}

TEST_P(OauthServerTest, BelievesNoAccountWithoutAName) {
  tokens_[std::string(kToken)].account = std::make_shared<Account>();
  EXPECT_EQ(ReasonOf(LogIn(Message(kToken))), FailureReason::kInternal);
}

TEST_P(OauthServerTest, ReportsARefusedTokenBeforeItFails) {
  for (const FailureReason reason :
       {FailureReason::kTokenInvalid, FailureReason::kTokenExpired,
        FailureReason::kTokenNotAccepted, FailureReason::kUnknownUser, FailureReason::kLockedOut}) {
    tokens_["refused"] = {nullptr, reason};
    for (const std::string_view answer : {"\x01"sv, ""sv, "anything"sv}) {
      MechanismDriver server = Server();
      const StepResult result = server.Step(Message("refused"));
      ASSERT_TRUE(std::holds_alternative<Challenge>(result));
      EXPECT_EQ(std::get<Challenge>(result).bytes, ErrorReport());
      EXPECT_EQ(ReasonOf(server.Step(answer)), reason);
    }
  }
  EXPECT_EQ(ReasonOf(LogIn(Message("unknown"))), FailureReason::kUnknownUser);
}

TEST_P(OauthServerTest, RefusesAnAccountThatMayNotLogIn) {
  tokens_.find(kToken)->second.denial = FailureReason::kAccountDisabled;
  MechanismDriver server = Server();
  const StepResult result = server.Step(Message(kToken));
  ASSERT_TRUE(std::holds_alternative<Challenge>(result));
  // Not to be told from a token that is not valid.
  EXPECT_EQ(std::get<Challenge>(result).bytes, ErrorReport());
  EXPECT_EQ(ReasonOf(server.Step("\x01")), FailureReason::kAccountDisabled);
}

TEST_P(OauthServerTest, FailsAtOnceWhereTheListenerWantsIt) {
  settings_.token_error_as_challenge = false;
  tokens_["expired"] = {nullptr, FailureReason::kTokenExpired};
  EXPECT_EQ(ReasonOf(Server().Step(Message("expired"))), FailureReason::kTokenExpired);
}

TEST_P(OauthServerTest, FailsAtOnceWhereTheTokenIsNotToBlame) {
  EXPECT_EQ(ReasonOf(Server().Step("nonsense")), FailureReason::kMalformedMessage);
  tokens_["policy"] = {nullptr, FailureReason::kNoPolicy};
  EXPECT_EQ(ReasonOf(Server().Step(Message("policy"))), FailureReason::kNoPolicy);
  auto server = Mechanism();
  const auto asked = server->Step(Message(kToken));
  const auto ended =
      server->Resume(std::get<NeedCredentials>(*asked).ticket,
                     CredentialAnswer(CredentialsUnavailable{FailureReason::kStoreUnavailable}));
  ASSERT_TRUE(ended.ok());
  EXPECT_EQ(ReasonOf(*ended), FailureReason::kStoreUnavailable);
}

TEST_P(OauthServerTest, TheErrorReportIsTheEnd) {
  auto server = Mechanism();
  const auto asked = server->Step(Message("unknown"));
  ASSERT_TRUE(
      server->Resume(std::get<NeedCredentials>(*asked).ticket, CredentialAnswer(CredentialsFound{}))
          .ok());
  // Not even with a token that is good.
  EXPECT_EQ(ReasonOf(*server->Step(Message(kToken))), FailureReason::kUnknownUser);
  EXPECT_EQ(server->Step(Message(kToken)).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_P(OauthServerTest, TakesATokenUpToTheLimit) {
  const std::string longest(16 * 1024, 'a');
  EXPECT_EQ(ReasonOf(LogIn(Message(longest))), FailureReason::kUnknownUser);
  EXPECT_EQ(ReasonOf(LogIn(Message(longest + "a"))), FailureReason::kMalformedMessage);
}

// Where the server waits for the error report's answer.
std::string SavedAtTheReport(ServerMechanism& server, std::string_view message,
                             FailureReason reason) {
  const auto asked = server.Step(message);
  const auto reported = server.Resume(std::get<NeedCredentials>(*asked).ticket,
                                      CredentialAnswer(CredentialsFound{nullptr, reason}));
  EXPECT_TRUE(std::holds_alternative<Challenge>(*reported));
  StateWriter state;
  EXPECT_TRUE(server.SaveState(state).ok());
  return std::string(state.view());
}

TEST_P(OauthServerTest, AReportThatMovedEndsInItsRefusal) {
  const std::string state =
      SavedAtTheReport(*Mechanism(), Message("secret.token"), FailureReason::kTokenExpired);
  EXPECT_EQ(state.find("secret"), std::string::npos);
  for (const std::string& answer : {std::string("\x01"), Message(kToken)}) {
    // Of a listener that reports no errors, or does: it is reported already.
    settings_.token_error_as_challenge = !settings_.token_error_as_challenge;
    auto moved = Mechanism();
    StateReader reader(state);
    ASSERT_TRUE(moved->RestoreState(reader).ok());
    EXPECT_TRUE(reader.at_end());
    StateWriter again;
    ASSERT_TRUE(moved->SaveState(again).ok());
    EXPECT_EQ(again.view(), state);
    EXPECT_EQ(ReasonOf(*moved->Step(answer)), FailureReason::kTokenExpired);
  }
}

TEST_P(OauthServerTest, NoStateRestoresToAnythingButARefusal) {
  const std::string state =
      SavedAtTheReport(*Mechanism(), Message("t"), FailureReason::kTokenInvalid);
  ASSERT_EQ(state.size(), 2u);
  int readable = 0;
  for (int byte = 0; byte < 128; ++byte) {
    const std::string altered = {state[0], static_cast<char>(byte)};
    auto moved = Mechanism();
    StateReader reader(altered);
    if (!moved->RestoreState(reader).ok() || !reader.at_end()) continue;
    ++readable;
    const auto end = moved->Step(Message(kToken));
    ASSERT_TRUE(end.ok());
    ASSERT_TRUE(ReasonOf(*end).has_value()) << byte;
    EXPECT_EQ(CodeFor(*ReasonOf(*end)), amqp::SaslCode::kAuth) << byte;
  }
  EXPECT_GT(readable, 1);
  // A number that a reason does not have room for.
  auto moved = Mechanism();
  StateReader reader(state.substr(0, 1) + "\x98\x02");
  ASSERT_TRUE(moved->RestoreState(reader).ok());
  EXPECT_FALSE(reader.at_end());
}

TEST_P(OauthServerTest, IsSavedWhileItWaitsForItsMessage) {
  auto server = Mechanism();
  ASSERT_TRUE(server->Step(std::nullopt).ok());
  StateWriter state;
  ASSERT_TRUE(server->SaveState(state).ok());
  auto moved = Mechanism();
  StateReader reader(state.view());
  ASSERT_TRUE(moved->RestoreState(reader).ok());
  EXPECT_TRUE(std::holds_alternative<NeedCredentials>(*moved->Step(Message(kToken))));
  StateWriter none;
  EXPECT_EQ(moved->SaveState(none).code(), absl::StatusCode::kFailedPrecondition);
}

class OauthBearerServerTest : public OauthServerTest {};

INSTANTIATE_TEST_SUITE_P(OneForm, OauthBearerServerTest, testing::Values(OauthForm::kOauthBearer));

TEST_P(OauthBearerServerTest, CarriesAnAuthorizationId) {
  for (const auto& [sent, prepared] : std::vector<std::pair<std::string, std::string>>{
           {"alice", "alice"}, {"al\u00adice", "alice"}, {"b=2Co=3Db", "b,o=b"}}) {
    MechanismDriver server = Server();
    const StepResult result = server.Step(Bearer(sent, kToken));
    ASSERT_NE(IdentityIn(result), nullptr) << sent;
    EXPECT_EQ(IdentityIn(result)->authentication_id, "alice");
    EXPECT_EQ(IdentityIn(result)->authorization_id, prepared);
    EXPECT_EQ(server.queries().at(0).authentication_id, "");
    EXPECT_EQ(server.queries().at(0).authorization_id, prepared);
  }
  tokens_.find(kToken)->second.denial = FailureReason::kAuthzidNotAllowed;
  EXPECT_EQ(ReasonOf(LogIn(Bearer("root", kToken))), FailureReason::kAuthzidNotAllowed);
}

TEST_P(OauthBearerServerTest, RefusesAnAuthorizationIdThatCannotBePrepared) {
  const std::string too_long(1025, 'a');
  for (const std::string_view name :
       {"\u0007"sv, "\xff"sv, "\u00ad"sv, "a\u0627"sv, "a\0b"sv, std::string_view(too_long)}) {
    MechanismDriver server = Server();
    EXPECT_EQ(ReasonOf(server.Step(Bearer(name, kToken))), FailureReason::kMalformedMessage)
        << testing::PrintToString(name);
    EXPECT_TRUE(server.queries().empty());
  }
}

TEST_P(OauthBearerServerTest, AnswersAClientThatAsksWhatItNeeds) {
  tokens_[""].account = tokens_.find(kToken)->second.account;
  MechanismDriver server = Server();
  const StepResult result = server.Step(
      "n,a=alice,\x01"
      "auth=\x01\x01");
  ASSERT_TRUE(std::holds_alternative<Challenge>(result));
  EXPECT_EQ(std::get<Challenge>(result).bytes, ErrorReport());
  EXPECT_EQ(ReasonOf(server.Step("\x01")), FailureReason::kTokenInvalid);
  EXPECT_TRUE(server.queries().empty());
}

TEST_P(OauthBearerServerTest, TellsWhereTheClientConnectedTo) {
  auto server = Mechanism();
  ASSERT_TRUE(server
                  ->Step("n,,\x01host=h.example\x01port=5671\x01"
                         "auth=Bearer t\x01\x01")
                  .ok());
  const MechanismProperties properties = server->properties();
  ASSERT_EQ(properties.size(), 2u);
  EXPECT_EQ(properties[0].name, "host");
  EXPECT_EQ(properties[0].value, "h.example");
  EXPECT_EQ(properties[1].name, "port");
  EXPECT_EQ(properties[1].value, "5671");
  EXPECT_TRUE(Mechanism()->properties().empty());
}

class Xoauth2ServerTest : public OauthServerTest {};

INSTANTIATE_TEST_SUITE_P(OneForm, Xoauth2ServerTest, testing::Values(OauthForm::kXoauth2));

TEST_P(Xoauth2ServerTest, TakesTheUserThatTheTokenVouchesFor) {
  MechanismDriver server = Server();
  const StepResult result = server.Step(Xoauth2("al\u00adice", kToken));
  ASSERT_NE(IdentityIn(result), nullptr);
  EXPECT_EQ(IdentityIn(result)->authentication_id, "alice");
  EXPECT_EQ(IdentityIn(result)->authorization_id, "alice");
  EXPECT_EQ(server.queries().at(0).authentication_id, "alice");
  EXPECT_EQ(server.queries().at(0).authorization_id, "");
}

TEST_P(Xoauth2ServerTest, RefusesAnyOtherUser) {
  names_["bob"].account = TestAccount("bob", "", {});
  for (const std::string_view user : {"bob"sv, "Alice"sv, "alice2"sv, "alic"sv}) {
    EXPECT_EQ(ReasonOf(LogIn(Xoauth2(user, kToken))), FailureReason::kAuthzidNotAllowed) << user;
  }
  MechanismDriver server = Server();
  const StepResult result = server.Step(Xoauth2("bob", kToken));
  EXPECT_EQ(std::get<Challenge>(result).bytes, ErrorReport());
}

TEST_P(Xoauth2ServerTest, RefusesAUserThatCannotBePrepared) {
  const std::string too_long(1025, 'a');
  for (const std::string_view name :
       {"\u0007"sv, "\xff"sv, "\u00ad"sv, "a\u0627"sv, "a\0b"sv, std::string_view(too_long)}) {
    MechanismDriver server = Server();
    EXPECT_EQ(ReasonOf(server.Step(Xoauth2(name, kToken))), FailureReason::kMalformedMessage)
        << testing::PrintToString(name);
    EXPECT_TRUE(server.queries().empty());
  }
}

}  // namespace
}  // namespace sallyport
