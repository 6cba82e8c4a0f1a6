#include <regex>
#include <string>
#include <vector>

#include "core/credentials/new_credential.h"
#include "core/crypto/base64.h"
#include "core/crypto/random_source.h"
#include "tests/core/sasl/scram_fixture.h"

namespace sallyport {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

class ScramServerTest : public ScramFixture {
 protected:
  std::optional<FailureReason> First(std::string_view message,
                                     const ScramVariant& variant = kScramSha256Variant) const {
    MechanismDriver server = Server(variant);
    const StepResult result = server.Step(message);
    EXPECT_EQ(server.queries().empty(), ReasonOf(result).has_value());
    return ReasonOf(result);
  }

  // What a server that has had alice's client-first says to `message`.
  StepResult Final(std::string_view message) const {
    MechanismDriver server = Server();
    EXPECT_TRUE(std::holds_alternative<Challenge>(server.Step("n,,n=alice,r=client-nonce")));
    return server.Step(message);
  }

  std::string ServerFirst(std::string_view name) const {
    MechanismDriver server = Server();
    const StepResult result = server.Step("n,,n=" + std::string(name) + ",r=client-nonce");
    EXPECT_TRUE(std::holds_alternative<Challenge>(result));
    return std::get<Challenge>(result).bytes;
  }
};

TEST_F(ScramServerTest, KeysOfTooFewIterationsCountAsNone) {
  settings_.min_scram_iterations = 4096;
  EXPECT_NE(IdentityIn(Talk().outcome), nullptr);
  settings_.min_scram_iterations = 4097;
  EXPECT_EQ(ReasonOf(Talk().outcome), FailureReason::kNoUsableCredential);
}

TEST_F(ScramServerTest, TheParameterIIsTheIterationCountOfWhoeverHasNoKeys) {
  std::vector<MechanismParameter> parameters = {{"i", "5000"}};
  server_context_.parameters = parameters;
  EXPECT_TRUE(ServerFirst("nobody").ends_with(",i=5000"));
  EXPECT_TRUE(ServerFirst("alice").ends_with(",i=4096"));
  for (const char* value : {"", "0", "-1", "x", "5000 ", "10000001"}) {
    parameters[0].value = value;
    server_context_.parameters = parameters;
    EXPECT_EQ(CreateScramServer(kScramSha256Variant, server_context_, "n").status().code(),
              absl::StatusCode::kInvalidArgument)
        << value;
  }
}

TEST_F(ScramServerTest, TheParameterNonceIsForTests) {
  std::vector<MechanismParameter> parameters = {{"nonce", "n0nce"}};
  ASSERT_TRUE(ScramNonceOf(parameters, SystemRandom()).ok());
  EXPECT_EQ(*ScramNonceOf(parameters, SystemRandom()), "n0nce");
  EXPECT_EQ(ScramNonceOf({}, SystemRandom())->size(), 24u);
  for (const char* value : {"", "a,b", "a b", "\x7f"}) {
    parameters[0].value = value;
    EXPECT_FALSE(ScramNonceOf(parameters, SystemRandom()).ok()) << value;
  }
}

TEST_F(ScramServerTest, SaysWhatItDidAndNoKey) {
  auto server = CreateScramServer(kScramSha256PlusVariant, server_context_, "server-nonce");
  ServerMechanism& mechanism = **server;
  auto client = Client(kScramSha256PlusVariant);
  auto said = StepClient(*client, std::nullopt);
  auto step = mechanism.Step(std::get<ClientResponse>(said).bytes);
  step =
      mechanism.Resume(std::get<NeedCredentials>(*step).ticket, CredentialAnswer(book_["alice"]));
  said = StepClient(*client, std::get<Challenge>(*step).bytes);
  step = mechanism.Step(std::get<ClientResponse>(said).bytes);
  ASSERT_NE(IdentityIn(*step), nullptr);
  for (const MechanismProperties& properties : {mechanism.properties(), client->properties()}) {
    ASSERT_EQ(properties.size(), 2u);
    EXPECT_EQ(properties[0].name, "iterations");
    EXPECT_EQ(properties[0].value, "4096");
    EXPECT_EQ(properties[1].name, "channel-binding");
    EXPECT_EQ(properties[1].value, "tls-exporter");
  }
}

TEST_F(ScramServerTest, RefusesMalformedClientFirsts) {
  const std::string long_name(1025, 'a');
  const std::vector<std::string> messages = {
      "",
      "n",
      "n,",
      "n,,",
      ",,n=alice,r=abc",
      "x,,n=alice,r=abc",
      "N,,n=alice,r=abc",
      "nn,,n=alice,r=abc",
      "p,,n=alice,r=abc",
      "p=,,n=alice,r=abc",
      "p=tls_exporter,,n=alice,r=abc",
      "n,alice,n=alice,r=abc",
      "n,a=,n=alice,r=abc",
      "n,a=al=ice,n=alice,r=abc",
      "n,b=alice,n=alice,r=abc",
      "n,n=alice,r=abc",
      "n,,r=abc",
      "n,,n=alice",
      "n,,n=,r=abc",
      "n,,n=alice,r=",
      "n,,n=alice,r=a b",
      "n,,n=alice,r=a\x7f",
      "n,,n=alice,r=\u00e9",
      "n,,r=abc,n=alice",
      "n,,m=ext,n=alice,r=abc",
      "n,,n=alice,r=abc,m=ext",
      "n,,n=alice,r=abc,",
      "n,,n=alice,r=abc,x",
      "n,,n=alice,r=abc,x=",
      "n,,n=alice,r=abc,1=x",
      "n,,n=alice,r=abc,x=1,,y=2",
      "n,,n=alice,n=alice,r=abc",
      "n,,n=al=ice,r=abc",
      "n,,n=alice=,r=abc",
      "n,,n=alice=2,r=abc",
      "n,,n=alice=2c,r=abc",
      "n,,n=alice=3d,r=abc",
      "n,,n=alice=20,r=abc",
      "n,,n=al\xff,r=abc",
      std::string("n,,n=al\0ice,r=abc"sv),
      std::string("n,,n=alice,r=abc,x=\0"sv),
      "n,,n=al\u0007ice,r=abc",
      "n,,n=\u00ad,r=abc",
      "n,a=\u00ad,n=alice,r=abc",
      "n,a=\u0627x,n=alice,r=abc",
      "n,,n=" + long_name + ",r=abc",
      "n,a=" + long_name + ",n=alice,r=abc",
      "n,,n=alice,r=" + std::string(257, 'n'),
  };
  for (const std::string& message : messages) {
    EXPECT_EQ(First(message), FailureReason::kMalformedMessage) << testing::PrintToString(message);
  }
}

TEST_F(ScramServerTest, TakesEveryLegalClientFirst) {
  for (const std::string& message :
       {"n,,n=alice,r=!"s, "y,,n=alice,r=abc"s, "n,a=bob,n=alice,r=abc"s,
        "n,,n=alice,r=abc,x=1,Y=two=2"s, "n,,n=" + std::string(1024, 'a') + ",r=abc",
        "n,,n=alice,r=" + std::string(256, 'n')}) {
    EXPECT_EQ(First(message), std::nullopt) << message;
  }
}

TEST_F(ScramServerTest, UnescapesAndPreparesNames) {
  MechanismDriver server = Server();
  server.Step("n,a=x=2Cy=3D,n=\u00aa\u00ad=3D=2C=2C,r=abc");
  ASSERT_EQ(server.queries().size(), 1u);
  EXPECT_EQ(server.queries()[0].authentication_id, "a=,,");
  EXPECT_EQ(server.queries()[0].authorization_id, "x,y=");
}

TEST_F(ScramServerTest, FlagYFailsIfAndOnlyIfPlusWasOffered) {
  EXPECT_EQ(First("y,,n=alice,r=abc"), std::nullopt);
  server_context_.plus_offered = true;
  EXPECT_EQ(First("y,,n=alice,r=abc"), FailureReason::kChannelBindingDowngrade);
  EXPECT_EQ(First("n,,n=alice,r=abc"), std::nullopt);
}

TEST_F(ScramServerTest, BindingAndNameMustAgree) {
  EXPECT_EQ(First("p=tls-exporter,,n=alice,r=abc"), FailureReason::kChannelBindingWithoutPlus);
  const ScramVariant& plus = kScramSha256PlusVariant;
  EXPECT_EQ(First("n,,n=alice,r=abc", plus), FailureReason::kMalformedMessage);
  EXPECT_EQ(First("y,,n=alice,r=abc", plus), FailureReason::kMalformedMessage);
  EXPECT_EQ(First("p=tls-exporter,,n=alice,r=abc", plus), std::nullopt);
  EXPECT_EQ(First("p=tls-unique,,n=alice,r=abc", plus), FailureReason::kChannelBindingMismatch);
  EXPECT_EQ(First("p=TLS-EXPORTER,,n=alice,r=abc", plus), FailureReason::kChannelBindingMismatch);
}

TEST_F(ScramServerTest, AnyBindingOfTheConnectionWillDo) {
  server_context_.plus_offered = client_context_.plus_offered = true;
  for (size_t first = 0; first < bindings_.size(); ++first) {
    client_context_.channel_bindings = std::span(client_bindings_).subspan(first);
    const Conversation talk = Talk(kScramSha256PlusVariant);
    ASSERT_NE(IdentityIn(talk.outcome), nullptr);
    EXPECT_TRUE(IdentityIn(talk.outcome)->channel_bound);
    EXPECT_TRUE(talk.responses[0].starts_with("p=" + bindings_[first].type + ",,"));
  }
}

TEST_F(ScramServerTest, RefusesTheBindingOfAnotherConnection) {
  client_bindings_[0].data.back() ^= 1;
  EXPECT_EQ(ReasonOf(Talk(kScramSha256PlusVariant).outcome),
            FailureReason::kChannelBindingMismatch);
  client_bindings_[0].data.pop_back();
  EXPECT_EQ(ReasonOf(Talk(kScramSha256PlusVariant).outcome),
            FailureReason::kChannelBindingMismatch);
}

TEST_F(ScramServerTest, RefusesMalformedClientFinals) {
  std::string proof;
  AppendBase64(std::string(32, 'p'), &proof);
  const std::string nonce = "r=client-nonceserver-nonce";
  const std::string good = "c=biws," + nonce + ",p=" + proof;
  ASSERT_EQ(ReasonOf(Final(good)), FailureReason::kBadCredentials);
  const std::vector<std::string> messages = {
      "",
      "c=biws",
      "c=biws," + nonce,
      "c=biws," + nonce + ",p=",
      "c=biws," + nonce + ",p=" + proof + ",",
      "c=biws," + nonce + ",p=" + proof + ",x=1",
      "c=biws," + nonce + ",p=" + proof + ",p=" + proof,
      "c=biws," + nonce + ",p=" + proof.substr(0, proof.size() - 1),
      "c=biws," + nonce + ",p= " + proof,
      "c=biws," + nonce + ",p=AAAA",
      "c=biws," + nonce + ",m=x,p=" + proof,
      "c=biws," + nonce + ",x,p=" + proof,
      "c=biws,p=" + proof,
      "c=biws,r=client-nonce,p=" + proof,
      "c=biws,r=client-nonceserver-noncf,p=" + proof,
      "c=biws,r=client-nonceserver-nonce1,p=" + proof,
      "c=biws,r=,p=" + proof,
      nonce + ",c=biws,p=" + proof,
      nonce + ",p=" + proof,
      "c=," + nonce + ",p=" + proof,
      "c=biw," + nonce + ",p=" + proof,
      "c=eSws," + nonce + ",p=" + proof,
      "c=biwsAA==," + nonce + ",p=" + proof,
      "x=1,c=biws," + nonce + ",p=" + proof,
      "c=biws," + nonce + ",x=\xff,p=" + proof,
      good + std::string(1, '\0'),
  };
  for (const std::string& message : messages) {
    EXPECT_EQ(ReasonOf(Final(message)), FailureReason::kMalformedMessage)
        << testing::PrintToString(message);
  }
}

TEST_F(ScramServerTest, RefusesBase64ThatIsNotCanonical) {
  client_context_.channel_bindings = {};
  MechanismDriver probe = Server();
  const std::string final = Converse(probe, *Client()).responses.at(1);
  ASSERT_NE(IdentityIn(Final(final)), nullptr);
  // A digest of 32 bytes leaves two bits at the end that decoders tend to drop.
  for (size_t bits = 1; bits < 4; ++bits) {
    std::string changed = final;
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char& last = changed[changed.size() - 2];
    last = kAlphabet[kAlphabet.find(last) + bits];
    EXPECT_EQ(ReasonOf(Final(changed)), FailureReason::kMalformedMessage);
  }
}

TEST_F(ScramServerTest, ExtensionsAreSigned) {
  client_context_.channel_bindings = {};
  MechanismDriver probe = Server();
  std::string final = Converse(probe, *Client()).responses.at(1);
  final.insert(final.find(",p="), ",x=1");
  EXPECT_EQ(ReasonOf(Final(final)), FailureReason::kBadCredentials);
}

TEST_F(ScramServerTest, NoBitOfAClientFinalCanBeFlipped) {
  client_context_.channel_bindings = {};
  MechanismDriver probe = Server();
  const std::string final = Converse(probe, *Client()).responses.at(1);
  ASSERT_NE(IdentityIn(Final(final)), nullptr);
  for (size_t bit = 0; bit < final.size() * 8; ++bit) {
    std::string changed = final;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
    EXPECT_TRUE(ReasonOf(Final(changed)).has_value()) << bit;
  }
}

TEST_F(ScramServerTest, AProofIsGoodForItsOwnNonceOnly) {
  const Conversation talk = Talk();
  MechanismDriver other(CreateScramServer(kScramSha256Variant, server_context_, "other-nonce"),
                        book_);
  other.Step(talk.responses[0]);
  EXPECT_EQ(ReasonOf(other.Step(talk.responses[1])), FailureReason::kMalformedMessage);
}

TEST_F(ScramServerTest, UnknownUsersAndWrongPasswordsLookTheSame) {
  credentials_.password = Secret("guess");
  const Conversation wrong = Talk();
  credentials_.authentication_id = "nobody";
  const Conversation unknown = Talk();
  EXPECT_EQ(ReasonOf(wrong.outcome), FailureReason::kBadCredentials);
  EXPECT_EQ(ReasonOf(unknown.outcome), FailureReason::kUnknownUser);
  ASSERT_EQ(wrong.challenges.size(), 1u);
  ASSERT_EQ(unknown.challenges.size(), 1u);
  EXPECT_EQ(wrong.challenges[0].size(), unknown.challenges[0].size());
  const std::regex shape("r=client-nonceserver-nonce,s=[A-Za-z0-9+/]{22}==,i=4096");
  EXPECT_TRUE(std::regex_match(wrong.challenges[0], shape)) << wrong.challenges[0];
  EXPECT_TRUE(std::regex_match(unknown.challenges[0], shape)) << unknown.challenges[0];
}

TEST_F(ScramServerTest, AFakeSaltIsStableAndTheUsersOwn) {
  EXPECT_EQ(ServerFirst("nobody"), ServerFirst("nobody"));
  EXPECT_EQ(ServerFirst("nobody"), ServerFirst("no\u00adbody"));
  EXPECT_NE(ServerFirst("nobody"), ServerFirst("somebody"));
  const std::string before = ServerFirst("nobody");
  settings_.decoy_key = Secret("another key");
  EXPECT_NE(ServerFirst("nobody"), before);
}

TEST_F(ScramServerTest, AnAccountThatScramCannotUseIsPlayedOn) {
  book_["alice"].account = TestAccount("alice", "wonderland", {"SCRAM-SHA-1", "ARGON2ID"});
  const Conversation talk = Talk();
  EXPECT_EQ(talk.challenges.size(), 1u);
  EXPECT_EQ(ReasonOf(talk.outcome), FailureReason::kNoUsableCredential);
  book_["alice"].denial = FailureReason::kAccountExpired;
  EXPECT_EQ(ReasonOf(Talk().outcome), FailureReason::kAccountExpired);
}

TEST_F(ScramServerTest, ADenialBeatsARightPassword) {
  book_["alice"].denial = FailureReason::kAccountDisabled;
  EXPECT_EQ(ReasonOf(Talk().outcome), FailureReason::kAccountDisabled);
  credentials_.password = Secret("guess");
  EXPECT_EQ(ReasonOf(Talk().outcome), FailureReason::kBadCredentials);
}

TEST_F(ScramServerTest, ACleartextPasswordIsDerivedByTheHost) {
  book_["alice"].account = TestAccount("alice", "wonderland", {"CLEARTEXT"});
  MechanismDriver server = Server();
  const Conversation talk = Converse(server, *Client());
  ASSERT_NE(IdentityIn(talk.outcome), nullptr);
  EXPECT_FALSE(talk.fault.has_value());
  ASSERT_EQ(server.derivations().size(), 1u);
  EXPECT_EQ(std::get<SaltedPassword>(server.derivations()[0]).iterations, 4096u);
  // The salt is the one that an unknown user of that name would see.
  book_.clear();
  EXPECT_EQ(ServerFirst("alice"), talk.challenges[0]);

  credentials_.password = Secret("guess");
  book_["alice"].account = TestAccount("alice", "wonderland", {"CLEARTEXT"});
  EXPECT_EQ(ReasonOf(Talk().outcome), FailureReason::kBadCredentials);
}

TEST_F(ScramServerTest, WhereUsersHaveCleartextAnUnknownOneIsDerivedForToo) {
  book_.clear();
  settings_.decoy_schemes = {"CLEARTEXT"};
  MechanismDriver server = Server();
  EXPECT_EQ(ReasonOf(Converse(server, *Client()).outcome), FailureReason::kUnknownUser);
  ASSERT_EQ(server.derivations().size(), 1u);
  EXPECT_EQ(std::get<SaltedPassword>(server.derivations()[0]).iterations, 4096u);

  settings_.decoy_schemes = {"CLEARTEXT", "SCRAM-SHA-256"};
  MechanismDriver with_keys = Server();
  EXPECT_EQ(ReasonOf(Converse(with_keys, *Client()).outcome), FailureReason::kUnknownUser);
  EXPECT_TRUE(with_keys.derivations().empty());
}

TEST_F(ScramServerTest, StoredKeysNeedNoDerivationAndComeFirst) {
  book_["alice"].account = TestAccount("alice", "wonderland", {"CLEARTEXT", "SCRAM-SHA-256"});
  MechanismDriver server = Server();
  EXPECT_NE(IdentityIn(Converse(server, *Client()).outcome), nullptr);
  EXPECT_TRUE(server.derivations().empty());
}

class TwoPasswords : public ScramServerTest {
 protected:
  // The old password's keys expire; the new one's are beside them unless told otherwise.
  void Replace(bool beside, bool new_one_first) {
    auto account = std::make_shared<Account>(*book_["alice"].account);
    StoredCredential& old = account->credentials[0];
    old.expires_at = absl::InfiniteFuture() - absl::Hours(1);
    StoredCredential fresh = {.secret =
                                  *NewScramKeysBeside(std::get<ScramKeys>(old.secret), "new")};
    if (!beside) fresh.secret = *NewCredential("SCRAM-SHA-256", "new", {}, SystemRandom());
    account->credentials.insert(
        new_one_first ? account->credentials.begin() : account->credentials.end(), fresh);
    book_["alice"].account = account;
  }

  std::optional<FailureReason> LogInBy(std::string_view password) {
    credentials_.password = Secret(password);
    const Conversation said = Talk();
    EXPECT_FALSE(said.fault.has_value()) << "the server did not prove itself";
    return ReasonOf(said.outcome);
  }
};

TEST_F(TwoPasswords, BothAreRightWhereTheirKeysShareASalt) {
  for (const bool new_one_first : {false, true}) {
    Replace(/*beside=*/true, new_one_first);
    EXPECT_EQ(LogInBy("wonderland"), std::nullopt);
    EXPECT_EQ(LogInBy("new"), std::nullopt);
    EXPECT_EQ(LogInBy("other"), FailureReason::kBadCredentials);
    book_["alice"].account = TestAccount("alice", "wonderland", {"SCRAM-SHA-256"});
  }
}

TEST_F(TwoPasswords, TheOneThatStaysIsRightWhereTheyDoNot) {
  for (const bool new_one_first : {false, true}) {
    Replace(/*beside=*/false, new_one_first);
    EXPECT_EQ(LogInBy("wonderland"), FailureReason::kBadCredentials);
    EXPECT_EQ(LogInBy("new"), std::nullopt);
    book_["alice"].account = TestAccount("alice", "wonderland", {"SCRAM-SHA-256"});
  }
}

TEST_F(ScramServerTest, StoredKeysThatDoNotFitAFrameAreNotUsable) {
  for (const size_t salt_size : {0, 65}) {
    auto account = std::make_shared<Account>(*book_["alice"].account);
    std::get<ScramKeys>(account->credentials[0].secret).salt.assign(salt_size, 's');
    book_["alice"].account = account;
    EXPECT_EQ(ReasonOf(Talk().outcome), FailureReason::kNoUsableCredential) << salt_size;
  }
}

TEST_F(ScramServerTest, TheLargestServerFirstFitsAFrame) {
  auto account = std::make_shared<Account>(*book_["alice"].account);
  auto& keys = std::get<ScramKeys>(account->credentials[0].secret);
  keys.salt.assign(64, 's');
  keys.iterations = kScramMaxIterations;
  book_["alice"].account = account;
  MechanismDriver server(
      CreateScramServer(kScramSha256Variant, server_context_, std::string(24, 'n')), book_);
  const StepResult result = server.Step("n,,n=alice,r=" + std::string(256, 'c'));
  ASSERT_TRUE(std::holds_alternative<Challenge>(result));
  EXPECT_LE(std::get<Challenge>(result).bytes.size(), 480u);
}

}  // namespace
}  // namespace sallyport
