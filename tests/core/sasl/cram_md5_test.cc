#include "core/sasl/cram_md5/cram_md5.h"

#include <string>
#include <vector>

#include "core/sasl/cram_md5/cram_message.h"
#include "core/sasl/md5_hex.h"
#include "gtest/gtest.h"
#include "tests/core/sasl/mechanism_driver.h"
#include "tests/vectors/vector_file.h"

namespace sallyport {
namespace {

using namespace std::string_literals;

constexpr std::string_view kChallenge = "<1@test>";

std::string DigestOf(std::string_view password) {
  return std::string(HmacMd5Hex(password, kChallenge)->view());
}

class CramMd5Test : public testing::Test {
 protected:
  CramMd5Test() {
    server_context_.settings = &settings_;
    server_context_.random = &SystemRandom();
    server_context_.parameters = parameters_;
    client_context_.credentials = &credentials_;
    book_["alice"].account = TestAccount("alice", "wonderland", {"SCRAM-SHA-256", "CLEARTEXT"});
  }

  MechanismDriver Server() { return MechanismDriver(CreateCramMd5Server(server_context_), book_); }

  StepResult Answer(std::string_view response) {
    MechanismDriver server = Server();
    EXPECT_EQ(std::get<Challenge>(server.Step(std::nullopt)).bytes, kChallenge);
    return server.Step(response);
  }

  StepResult LogIn(std::string_view name, std::string_view password) {
    return Answer(std::string(name).append(" ").append(DigestOf(password)));
  }

  ServerMechanismSettings settings_ = TestSettings();
  std::vector<MechanismParameter> parameters_ = {{"nonce", std::string(kChallenge)}};
  ClientCredentials credentials_ = {"alice", "", Secret("wonderland")};
  CredentialBook book_;
  ServerMechanismContext server_context_;
  ClientMechanismContext client_context_;
};

TEST_F(CramMd5Test, AgreesWithThePublishedExample) {
  ForEachVector("tests/vectors/sasl/cram_md5.txt", [this](VectorRecord& vector) {
    const std::string name = vector.Bytes("Username");
    const std::string password = vector.Bytes("Password");
    const std::string challenge = vector.Bytes("Challenge");
    const std::string response = vector.Bytes("Response");
    parameters_[0].value = challenge;
    book_[name].account = TestAccount(name, password, {"CLEARTEXT"});
    MechanismDriver server = Server();
    EXPECT_EQ(std::get<Challenge>(server.Step(std::nullopt)).bytes, challenge);
    EXPECT_NE(IdentityIn(server.Step(response)), nullptr);

    credentials_ = {name, "", Secret(password)};
    const auto client = *CreateCramMd5Client(client_context_);
    EXPECT_FALSE(std::get<ClientResponse>(StepClient(*client, std::nullopt)).bytes.has_value());
    EXPECT_EQ(std::get<ClientResponse>(StepClient(*client, challenge)).bytes, response);
    EXPECT_FALSE(client->Finish(std::nullopt).has_value());
  });
}

TEST_F(CramMd5Test, NoTwoChallengesAreTheSame) {
  server_context_.parameters = {};
  const std::string first = std::get<Challenge>(Server().Step(std::nullopt)).bytes;
  const std::string second = std::get<Challenge>(Server().Step("")).bytes;
  EXPECT_TRUE(IsCramChallenge(first)) << first;
  EXPECT_NE(first, second);
}

TEST_F(CramMd5Test, NothingGoesOnWithoutRandomness) {
  ScriptedRandom random("");
  server_context_.random = &random;
  server_context_.parameters = {};
  EXPECT_EQ(ReasonOf(Server().Step(std::nullopt)), FailureReason::kInternal);
}

TEST_F(CramMd5Test, TheChallengeOfATestMustBeOne) {
  for (const std::string& nonce :
       {""s, "x"s, "<>"s, "<x>"s, "1@test"s, "<1@te st>"s, "<1@<>"s, "<1@\u00e9>"s, "<1@test>\n"s,
        "<@" + std::string(254, 'x') + ">"}) {
    parameters_[0].value = nonce;
    EXPECT_EQ(CreateCramMd5Server(server_context_).status().code(),
              absl::StatusCode::kInvalidArgument)
        << nonce;
  }
}

TEST_F(CramMd5Test, SaysWhyItRefuses) {
  EXPECT_NE(IdentityIn(LogIn("alice", "wonderland")), nullptr);
  EXPECT_EQ(ReasonOf(LogIn("alice", "guess")), FailureReason::kBadCredentials);
  EXPECT_EQ(ReasonOf(LogIn("nobody", "wonderland")), FailureReason::kUnknownUser);
  book_["keys"].account = TestAccount("keys", "wonderland", {"SCRAM-SHA-256"});
  EXPECT_EQ(ReasonOf(LogIn("keys", "wonderland")), FailureReason::kNoUsableCredential);
  book_["alice"].denial = FailureReason::kAccountDisabled;
  EXPECT_EQ(ReasonOf(LogIn("alice", "wonderland")), FailureReason::kAccountDisabled);
  EXPECT_EQ(ReasonOf(LogIn("alice", "guess")), FailureReason::kBadCredentials);
}

TEST_F(CramMd5Test, RefusesMalformedResponses) {
  const std::string digest = DigestOf("wonderland");
  std::string capitals = digest;
  for (char& c : capitals) c = static_cast<char>(std::toupper(c));
  const std::vector<std::string> responses = {
      "",
      "alice",
      " ",
      digest,
      " " + digest,
      "alice " + digest.substr(1),
      "alice " + digest + "0",
      "alice " + capitals,
      "alice " + digest + " ",
      "alice\t" + digest,
      "alice " + digest + "\n",
      "alice " + digest.substr(0, 31) + "g",
      "alice " + digest.substr(0, 31) + std::string(1, '\0'),
      "al\xff " + digest,
      "al\u0007ice " + digest,
      "al\0ice "s + digest,
      "\u00ad " + digest,
      "\u0627x " + digest,
      std::string(1025, 'a') + " " + digest,
  };
  for (const std::string& response : responses) {
    MechanismDriver server = Server();
    server.Step(std::nullopt);
    EXPECT_EQ(ReasonOf(server.Step(response)), FailureReason::kMalformedMessage)
        << testing::PrintToString(response);
    EXPECT_TRUE(server.queries().empty());
  }
}

TEST_F(CramMd5Test, TheLastSpaceEndsTheName) {
  book_["al ice b"].account = TestAccount("al ice b", "wonderland", {"CLEARTEXT"});
  const StepResult result = LogIn("al ice b", "wonderland");
  ASSERT_NE(IdentityIn(result), nullptr);
  EXPECT_EQ(IdentityIn(result)->authentication_id, "al ice b");
}

TEST_F(CramMd5Test, PreparesNamesOnTheServerAndAllOnTheClient) {
  book_["a"].account = TestAccount("a", "IX", {"CLEARTEXT"});
  const StepResult raw = LogIn("\u00aa\u00ad", "IX");
  ASSERT_NE(IdentityIn(raw), nullptr);
  EXPECT_EQ(IdentityIn(raw)->authentication_id, "a");
  credentials_ = {"\u00aa", "", Secret("I\u00ad\u2169")};
  MechanismDriver server = Server();
  const Conversation talk = Converse(server, **CreateCramMd5Client(client_context_));
  EXPECT_EQ(talk.responses.back(), "a " + DigestOf("IX"));
  EXPECT_NE(IdentityIn(talk.outcome), nullptr);
}

TEST_F(CramMd5Test, AnUnknownUserTakesTheSameSteps) {
  for (const std::string_view name : {"alice", "nobody"}) {
    MechanismDriver server = Server();
    server.Step(std::nullopt);
    EXPECT_EQ(CodeFor(*ReasonOf(server.Step(std::string(name) + " " + DigestOf("guess")))),
              amqp::SaslCode::kAuth);
    EXPECT_EQ(server.queries().size(), 1u);
    EXPECT_TRUE(server.derivations().empty());
  }
}

TEST_F(CramMd5Test, ADecoyThatMatchesIsNotBelieved) {
  // Who knows the decoy key knows every decoy.
  const ScramKeys decoy =
      DecoyScramKeys(HashFunction::kSha256, "nobody", settings_.decoy_key.view(), settings_.costs);
  EXPECT_EQ(ReasonOf(LogIn("nobody", decoy.stored_key.view())), FailureReason::kUnknownUser);
  book_["nobody"].account = TestAccount("nobody", "x", {"SCRAM-SHA-256"});
  EXPECT_EQ(ReasonOf(LogIn("nobody", decoy.stored_key.view())), FailureReason::kNoUsableCredential);
}

TEST_F(CramMd5Test, AnswersToAnotherChallengeProveNothing) {
  const std::string response = "alice " + DigestOf("wonderland");
  parameters_[0].value = "<2@test>";
  MechanismDriver server = Server();
  server.Step(std::nullopt);
  EXPECT_EQ(ReasonOf(server.Step(response)), FailureReason::kBadCredentials);
}

TEST_F(CramMd5Test, ARestoredServerKeepsItsChallenge) {
  MechanismDriver server = Server();
  server.Step(std::nullopt);
  parameters_[0].value = "<2@test>";
  server.Move(CreateCramMd5Server(server_context_));
  EXPECT_NE(IdentityIn(server.Step("alice " + DigestOf("wonderland"))), nullptr);
}

TEST_F(CramMd5Test, TheClientAnswersNothingButAChallenge) {
  for (const std::string& challenge : {""s, "x"s, "<>"s, "<alice>"s, "a@b"s, "<a@b> "s, "<a@b\n>"s,
                                       "<a@b" + std::string(256, 'x') + ">"}) {
    const auto client = *CreateCramMd5Client(client_context_);
    StepClient(*client, std::nullopt);
    EXPECT_TRUE(std::holds_alternative<ServerFault>(StepClient(*client, challenge))) << challenge;
    EXPECT_TRUE(client->Finish(std::nullopt).has_value());
  }
}

TEST_F(CramMd5Test, TheClientAnswersOnce) {
  const auto client = *CreateCramMd5Client(client_context_);
  StepClient(*client, std::nullopt);
  EXPECT_TRUE(client->Finish(std::nullopt).has_value());
  StepClient(*client, kChallenge);
  EXPECT_FALSE(client->Finish(std::nullopt).has_value());
  EXPECT_TRUE(std::holds_alternative<ServerFault>(StepClient(*client, kChallenge)));
}

TEST_F(CramMd5Test, TheClientIsNotMadeForWhatItCannotCarry) {
  const ClientCredentials unusable[] = {
      {"", "", Secret("p")}, {"alice", "", Secret("")}, {"alice", "bob", Secret("p")}};
  for (const ClientCredentials& credentials : unusable) {
    client_context_.credentials = &credentials;
    EXPECT_EQ(CreateCramMd5Client(client_context_).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace sallyport
