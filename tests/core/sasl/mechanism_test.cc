// One suite for every mechanism in the registry: ours against ours, and the
// order of steps.

#include <string>
#include <vector>

#include "core/sasl/mechanism_registry.h"
#include "gtest/gtest.h"
#include "tests/core/sasl/local_mechanisms.h"
#include "tests/core/sasl/mechanism_driver.h"
#include "tests/core/sasl/test_certificate.h"

namespace sallyport {
namespace {

class MechanismTest : public testing::TestWithParam<std::string> {
 protected:
  MechanismTest() {
    credentials_.authentication_id = "alice";
    credentials_.password = Secret("wonderland");
    credentials_.token = Secret("of.alice");
    book_["alice"].account = TestAccount(
        "alice", "wonderland", {"SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512", "CLEARTEXT"});
    server_context_.settings = &settings_;
    server_context_.random = &SystemRandom();
    server_context_.channel_bindings = bindings_;
    server_context_.plus_offered = true;
    server_context_.peer_certificate = certificate_;
    client_context_.credentials = &credentials_;
    client_context_.random = &SystemRandom();
    client_context_.channel_bindings = bindings_;
    client_context_.plus_offered = true;
    client_context_.server_name = "host.test";
  }

  const MechanismDescriptor& descriptor() const { return *FindMechanism(GetParam()); }

  MechanismDriver Server() const {
    MechanismDriver server(descriptor().create_server(server_context_), book_);
    const auto alice = book_.find("alice");
    if (alice != book_.end()) server.tokens()["of.alice"] = alice->second;
    return server;
  }

  Conversation Talk() {
    MechanismDriver server = Server();
    auto client = descriptor().create_client(client_context_);
    EXPECT_TRUE(client.ok()) << client.status();
    return Converse(server, **client);
  }

  // The message with which our client begins.
  std::string FirstMessage() {
    auto client = descriptor().create_client(client_context_);
    return *std::get<ClientResponse>(*(*client)->Step(std::nullopt)).bytes;
  }

  // The ticket of the query that `server` has once our client has said enough.
  uint64_t AskForCredentials(ServerMechanism& server) {
    auto client = *descriptor().create_client(client_context_);
    std::optional<std::string> challenge;
    while (true) {
      const auto said = StepClient(*client, challenge);
      const auto step = server.Step(std::get<ClientResponse>(said).bytes);
      if (const auto* need = std::get_if<NeedCredentials>(&*step)) return need->ticket;
      challenge = std::get<Challenge>(*step).bytes;
    }
  }

  ServerMechanismSettings settings_ = TestSettings();
  std::vector<ChannelBinding> bindings_ = {{"tls-exporter", std::string(32, 'x')}};
  std::string certificate_ = TestCertificate({"alice"}, "");
  ClientCredentials credentials_;
  CredentialBook book_;
  ServerMechanismContext server_context_;
  ClientMechanismContext client_context_;
};

std::vector<std::string> Names() {
  std::vector<std::string> names;
  for (const MechanismDescriptor& mechanism : LocalMechanisms()) names.emplace_back(mechanism.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(All, MechanismTest, testing::ValuesIn(Names()), [](const auto& info) {
  std::string name = info.param;
  std::erase(name, '-');
  return name;
});

TEST_P(MechanismTest, OursLogsInToOurs) {
  const Conversation talk = Talk();
  const Identity* identity = IdentityIn(talk.outcome);
  ASSERT_NE(identity, nullptr);
  EXPECT_FALSE(talk.fault.has_value());
  const bool anonymous = GetParam() == "ANONYMOUS";
  EXPECT_EQ(identity->authentication_id, anonymous ? "anonymous" : "alice");
  EXPECT_EQ(identity->authorization_id, identity->authentication_id);
  EXPECT_EQ(identity->mechanism, GetParam());
  EXPECT_EQ(identity->channel_bound, descriptor().channel_binding);
  EXPECT_EQ(identity->account, anonymous ? nullptr : book_["alice"].account);
  EXPECT_EQ(std::get<Success>(talk.outcome).additional_data.has_value(),
            descriptor().server_sends_final_data);
}

TEST_P(MechanismTest, CarriesAnAuthorizationIdThatIsAllowed) {
  if (!descriptor().supports_authzid) GTEST_SKIP();
  credentials_.authorization_id = "bo,b=x";
  const Conversation talk = Talk();
  ASSERT_NE(IdentityIn(talk.outcome), nullptr);
  EXPECT_EQ(IdentityIn(talk.outcome)->authentication_id, "alice");
  EXPECT_EQ(IdentityIn(talk.outcome)->authorization_id, "bo,b=x");
}

TEST_P(MechanismTest, RefusesAnAuthorizationIdThatIsDenied) {
  if (!descriptor().supports_authzid) GTEST_SKIP();
  credentials_.authorization_id = "root";
  book_["alice"].denial = FailureReason::kAuthzidNotAllowed;
  EXPECT_EQ(ReasonOf(Talk().outcome), FailureReason::kAuthzidNotAllowed);
}

TEST_P(MechanismTest, AsksForNoOtherIdentityThanItsOwn) {
  if (!descriptor().supports_authzid) GTEST_SKIP();
  credentials_.authorization_id = "al\u00adice";
  MechanismDriver server = Server();
  auto client = descriptor().create_client(client_context_);
  const Conversation talk = Converse(server, **client);
  ASSERT_NE(IdentityIn(talk.outcome), nullptr);
  EXPECT_EQ(IdentityIn(talk.outcome)->authorization_id, "alice");
  ASSERT_EQ(server.queries().size(), 1u);
  // Whose a token is, is the host's to say.
  const bool asks_who = descriptor().needs_token;
  EXPECT_EQ(server.queries()[0].authentication_id, asks_who ? "" : "alice");
  EXPECT_EQ(server.queries()[0].authorization_id, asks_who ? "alice" : "");
  EXPECT_EQ(server.queries()[0].mechanism, GetParam());
}

TEST_P(MechanismTest, RefusesADisabledAccount) {
  if (GetParam() == "ANONYMOUS") GTEST_SKIP();
  book_["alice"].denial = FailureReason::kAccountDisabled;
  EXPECT_EQ(ReasonOf(Talk().outcome), FailureReason::kAccountDisabled);
}

TEST_P(MechanismTest, RefusesAnUnknownUser) {
  if (GetParam() == "ANONYMOUS") GTEST_SKIP();
  book_.clear();
  EXPECT_EQ(ReasonOf(Talk().outcome), FailureReason::kUnknownUser);
}

TEST_P(MechanismTest, NeverSucceedsWithoutAnAccountWhateverTheHostSays) {
  if (GetParam() == "ANONYMOUS") GTEST_SKIP();
  book_["alice"] = {nullptr, FailureReason::kLockedOut};
  EXPECT_EQ(ReasonOf(Talk().outcome), FailureReason::kLockedOut);
}

TEST_P(MechanismTest, TellsAbsentFromEmpty) {
  if (descriptor().client_first != ClientFirst::kRequired) GTEST_SKIP();
  MechanismDriver server = Server();
  const StepResult absent = server.Step(std::nullopt);
  if (descriptor().absent_is_empty) {
    EXPECT_NE(IdentityIn(absent), nullptr);
    return;
  }
  ASSERT_TRUE(std::holds_alternative<Challenge>(absent));
  EXPECT_EQ(std::get<Challenge>(absent).bytes, "");
  EXPECT_TRUE(server.queries().empty());
  EXPECT_NE(ReasonOf(server.Step(FirstMessage())), FailureReason::kMalformedMessage);

  MechanismDriver other = Server();
  EXPECT_EQ(ReasonOf(other.Step("")), FailureReason::kMalformedMessage);
}

TEST_P(MechanismTest, BeginsItselfWhereTheClientDoesNotHaveTo) {
  if (descriptor().client_first == ClientFirst::kRequired) GTEST_SKIP();
  for (const std::optional<std::string_view> nothing : {std::optional<std::string_view>(), {""}}) {
    MechanismDriver server = Server();
    const StepResult begun = server.Step(nothing);
    ASSERT_TRUE(std::holds_alternative<Challenge>(begun));
    EXPECT_NE(std::get<Challenge>(begun).bytes, "");
    EXPECT_TRUE(server.queries().empty());
  }
  if (descriptor().client_first == ClientFirst::kOptional) return;
  EXPECT_EQ(ReasonOf(Server().Step("early")), FailureReason::kMalformedMessage);
}

TEST_P(MechanismTest, AnAnswerToAChallengeCannotBeAbsent) {
  if (descriptor().absent_is_empty) GTEST_SKIP();
  auto server = *descriptor().create_server(server_context_);
  ASSERT_TRUE(server->Step(std::nullopt).ok());
  EXPECT_EQ(server->Step(std::nullopt).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_P(MechanismTest, RefusesStaleTickets) {
  if (GetParam() == "ANONYMOUS") GTEST_SKIP();
  auto server = *descriptor().create_server(server_context_);
  EXPECT_EQ(server->Resume(0, CredentialAnswer()).status().code(),
            absl::StatusCode::kFailedPrecondition);
  const uint64_t ticket = AskForCredentials(*server);
  EXPECT_EQ(server->Resume(ticket + 1, CredentialAnswer()).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(server->Resume(ticket, DerivationAnswer()).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(server->Step("again").status().code(), absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(server->Resume(ticket, CredentialAnswer(CredentialsFound{})).ok());
  EXPECT_EQ(server->Resume(ticket, CredentialAnswer(CredentialsFound{})).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_P(MechanismTest, AnOutageIsNotARefusal) {
  if (GetParam() == "ANONYMOUS") GTEST_SKIP();
  for (const FailureReason reason :
       {FailureReason::kStoreUnavailable, FailureReason::kMisconfigured}) {
    auto server = *descriptor().create_server(server_context_);
    const uint64_t ticket = AskForCredentials(*server);
    const auto ended = server->Resume(ticket, CredentialAnswer(CredentialsUnavailable{reason}));
    ASSERT_TRUE(ended.ok());
    EXPECT_EQ(ReasonOf(*ended), reason);
    EXPECT_EQ(server->Step("more").status().code(), absl::StatusCode::kFailedPrecondition);
  }
}

TEST_P(MechanismTest, GoesOnElsewhereAtEveryStep) {
  MechanismDriver server = Server();
  auto client = *descriptor().create_client(client_context_);
  std::optional<std::string> challenge;
  StepResult step;
  do {
    const auto said = StepClient(*client, challenge);
    ASSERT_TRUE(std::holds_alternative<ClientResponse>(said));
    client = MovedClient(*client, descriptor().create_client(client_context_));
    step = server.Step(std::get<ClientResponse>(said).bytes);
    const auto* asked = std::get_if<Challenge>(&step);
    if (asked == nullptr) break;
    challenge = asked->bytes;
    server.Move(descriptor().create_server(server_context_));
  } while (true);
  ASSERT_NE(IdentityIn(step), nullptr);
  EXPECT_FALSE(client->Finish(std::get<Success>(step).additional_data).has_value());
}

TEST_P(MechanismTest, IsSavedOnlyWhileItWaitsForItsPeer) {
  StateWriter state;
  auto server = *descriptor().create_server(server_context_);
  auto client = *descriptor().create_client(client_context_);
  EXPECT_EQ(server->SaveState(state).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(client->SaveState(state).code(), absl::StatusCode::kFailedPrecondition);
  if (GetParam() != "ANONYMOUS") {
    AskForCredentials(*server);
    EXPECT_EQ(server->SaveState(state).code(), absl::StatusCode::kFailedPrecondition);
  }
  ASSERT_TRUE(client->Step(std::nullopt).ok());
  ASSERT_TRUE(client->SaveState(state).ok());
  StateReader reader(state.view());
  EXPECT_EQ(client->RestoreState(reader).code(), absl::StatusCode::kFailedPrecondition);
  StateReader again(state.view());
  EXPECT_EQ(server->RestoreState(again).code(), GetParam() == "ANONYMOUS"
                                                    ? absl::StatusCode::kInvalidArgument
                                                    : absl::StatusCode::kFailedPrecondition);
}

TEST_P(MechanismTest, TheEndIsFinal) {
  auto server = *descriptor().create_server(server_context_);
  auto result = server->Step(std::string(4096, '\x01'));
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(ReasonOf(*result), FailureReason::kMalformedMessage);
  EXPECT_EQ(server->Step("").status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(server->Resume(1, CredentialAnswer(CredentialsFound{})).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_P(MechanismTest, TheClientStartsOnceAndFirst) {
  auto client = *descriptor().create_client(client_context_);
  EXPECT_EQ(client->Step("early").status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(client->Finish(std::nullopt).has_value());
  client = *descriptor().create_client(client_context_);
  ASSERT_TRUE(client->Step(std::nullopt).ok());
  EXPECT_EQ(client->Step(std::nullopt).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(client->Resume(1, DerivationAnswer()).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_P(MechanismTest, TheClientRefusesAChallengeThatMakesNoSense) {
  // It answers any prompt.
  if (GetParam() == "LOGIN") GTEST_SKIP();
  auto client = *descriptor().create_client(client_context_);
  ASSERT_TRUE(client->Step(std::nullopt).ok());
  const auto result = client->Step("?");
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(std::holds_alternative<ServerFault>(*result));
}

}  // namespace
}  // namespace sallyport
