#include <string>
#include <string_view>
#include <vector>

#include "core/sasl/digest_md5/digest_challenge.h"
#include "tests/core/sasl/digest_fixture.h"

namespace sallyport {
namespace {

using namespace std::string_literals;

class DigestServerTest : public DigestFixture {};

TEST_F(DigestServerTest, ChallengesEverybodyAlike) {
  MechanismDriver server = Server();
  EXPECT_EQ(std::get<Challenge>(server.Step(std::nullopt)).bytes,
            "realm=\"realm.test\",nonce=\"server-nonce\",qop=\"auth\",algorithm=md5-sess,"
            "charset=utf-8");
}

TEST_F(DigestServerTest, NoTwoNoncesAreTheSame) {
  server_parameters_.clear();
  EXPECT_NE(std::get<Challenge>(Server().Step(std::nullopt)).bytes,
            std::get<Challenge>(Server().Step(std::nullopt)).bytes);
}

TEST_F(DigestServerTest, NothingGoesOnWithoutRandomness) {
  server_parameters_.clear();
  ScriptedRandom random("");
  server_context_.random = &random;
  EXPECT_EQ(ReasonOf(Server().Step(std::nullopt)), FailureReason::kInternal);
}

TEST_F(DigestServerTest, NeedsARealmAndTakesOneAsAParameter) {
  settings_.digest_realm.clear();
  server_context_.parameters = server_parameters_;
  EXPECT_EQ(CreateDigestMd5Server(server_context_).status().code(),
            absl::StatusCode::kInvalidArgument);
  server_parameters_.push_back({"realm", "b\"\u00e9"});
  EXPECT_TRUE(
      std::get<Challenge>(Server().Step(std::nullopt)).bytes.starts_with("realm=\"b\\\"\u00e9\","));
  for (const std::string& realm : {""s, "r\n"s, "r\xff"s, std::string(256, 'r')}) {
    server_parameters_.back().value = realm;
    server_context_.parameters = server_parameters_;
    EXPECT_EQ(CreateDigestMd5Server(server_context_).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

TEST_F(DigestServerTest, TakesNoNonceThatCannotBeQuoted) {
  for (const std::string& nonce : {""s, "x\n"s}) {
    server_parameters_[0].value = nonce;
    server_context_.parameters = server_parameters_;
    EXPECT_EQ(CreateDigestMd5Server(server_context_).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

TEST_F(DigestServerTest, TheLongestChallengeFitsAFrame) {
  server_parameters_ = {{"realm", std::string(kMaxDigestRealmSize, 'r')}};
  const std::string challenge = std::get<Challenge>(Server().Step(std::nullopt)).bytes;
  EXPECT_LE(challenge.size() + std::string_view("stale=true,").size() + 24, 512u);
}

TEST_F(DigestServerTest, LetsInAndProvesItself) {
  MechanismDriver server = Server();
  server.Step(std::nullopt);
  const StepResult end = server.Step(Signed(Response(), "wonderland"));
  ASSERT_NE(IdentityIn(end), nullptr);
  EXPECT_EQ(IdentityIn(end)->authentication_id, "alice");
  EXPECT_EQ(IdentityIn(end)->authorization_id, "alice");
  const auto proof = ProveDigest(Response(), "wonderland", DigestEncoding::kLatin1);
  EXPECT_EQ(std::get<Success>(end).additional_data,
            std::string("rspauth=").append(proof->rspauth.view()));
  const MechanismProperties properties = server.properties();
  EXPECT_EQ(Property(properties, "realm"), "realm.test");
  EXPECT_EQ(Property(properties, "digest-uri"), "amqp/host.test");
  EXPECT_EQ(Property(properties, "nonce-count"), "1");
  EXPECT_EQ(properties.size(), 3u);
}

TEST_F(DigestServerTest, SaysWhyItRefuses) {
  EXPECT_EQ(ReasonOf(Answer(Signed(Response(), "guess"))), FailureReason::kBadCredentials);
  EXPECT_EQ(ReasonOf(Answer(Signed(Response("nobody"), "wonderland"))),
            FailureReason::kUnknownUser);
  book_["keys"].account = TestAccount("keys", "wonderland", {"SCRAM-SHA-256"});
  EXPECT_EQ(ReasonOf(Answer(Signed(Response("keys"), "wonderland"))),
            FailureReason::kNoUsableCredential);
  book_["alice"].denial = FailureReason::kAccountDisabled;
  EXPECT_EQ(ReasonOf(Answer(Signed(Response(), "wonderland"))), FailureReason::kAccountDisabled);
  EXPECT_EQ(ReasonOf(Answer(Signed(Response(), "guess"))), FailureReason::kBadCredentials);
}

TEST_F(DigestServerTest, EveryDigitOfTheDigestCounts) {
  const std::string message = Signed(Response(), "wonderland");
  const size_t digest = message.find(",response=") + 10;
  for (size_t i = 0; i < 32; ++i) {
    std::string altered = message;
    altered[digest + i] = altered[digest + i] == '0' ? '1' : '0';
    EXPECT_EQ(ReasonOf(Answer(altered)), FailureReason::kBadCredentials) << i;
  }
}

TEST_F(DigestServerTest, TheDigestIsOfEverythingThatWasSaid) {
  const std::string digest =
      std::string(ProveDigest(Response(), "wonderland", DigestEncoding::kLatin1)->response.view());
  const auto with = [&](auto alter) {
    DigestResponse response = Response();
    response.response = digest;
    alter(response);
    return ReasonOf(Answer(FormatDigestResponse(response)));
  };
  EXPECT_EQ(with([](DigestResponse&) {}), std::nullopt);
  EXPECT_EQ(with([](DigestResponse& r) { r.cnonce = "other"; }), FailureReason::kBadCredentials);
  EXPECT_EQ(with([](DigestResponse& r) { r.digest_uri = "amqp/other"; }),
            FailureReason::kBadCredentials);
  EXPECT_EQ(with([](DigestResponse& r) { r.authorization_id = "bob"; }),
            FailureReason::kBadCredentials);
  book_["bob"] = book_["alice"];
  EXPECT_EQ(with([](DigestResponse& r) { r.username = "bob"; }), FailureReason::kBadCredentials);
}

TEST_F(DigestServerTest, TakesAnyHostButNotAnotherChallengesAnswer) {
  DigestResponse response = Response();
  response.digest_uri = "imap/elsewhere.example/store";
  EXPECT_NE(IdentityIn(Answer(Signed(response, "wonderland"))), nullptr);

  const auto malformed = [&](auto alter) {
    DigestResponse other = Response();
    alter(other);
    return ReasonOf(Answer(Signed(other, "wonderland"))) == FailureReason::kMalformedMessage;
  };
  EXPECT_TRUE(malformed([](DigestResponse& r) { r.nonce = "another"; }));
  EXPECT_TRUE(malformed([](DigestResponse& r) { r.realm = "another"; }));
  EXPECT_TRUE(malformed([](DigestResponse& r) { r.realm = "REALM.TEST"; }));
  EXPECT_TRUE(malformed([](DigestResponse& r) { r.realm.reset(); }));
  EXPECT_TRUE(malformed([](DigestResponse& r) { r.nonce_count = 0; }));
  EXPECT_TRUE(malformed([](DigestResponse& r) { r.nonce_count = 2; }));
}

TEST_F(DigestServerTest, RefusesMalformedResponsesBeforeItLooksAnybodyUp) {
  const std::string good = Signed(Response(), "wonderland");
  for (const std::string& message : {""s, "?"s, good + ",username=\"bob\"", good + ",qop",
                                     good + ",cipher=rc4", std::string(4096, 'x')}) {
    MechanismDriver server = Server();
    server.Step(std::nullopt);
    EXPECT_EQ(ReasonOf(server.Step(message)), FailureReason::kMalformedMessage) << message;
    EXPECT_TRUE(server.queries().empty());
  }
}

TEST_F(DigestServerTest, RefusesNamesThatSaslprepProhibits) {
  for (const std::string& name : {"\u00ad"s, "\u0627x"s, "al\u200eice"s, std::string(1025, 'a')}) {
    EXPECT_EQ(ReasonOf(Answer(Signed(Response(name), "wonderland"))),
              FailureReason::kMalformedMessage)
        << name;
    DigestResponse response = Response();
    response.authorization_id = name;
    EXPECT_EQ(ReasonOf(Answer(Signed(response, "wonderland"))), FailureReason::kMalformedMessage);
  }
}

TEST_F(DigestServerTest, HashesTheNameAsItWasSentAndLooksItUpPrepared) {
  book_["a\"b"].account = TestAccount("a\"b", "wonderland", {"CLEARTEXT"});
  const StepResult result = Answer(Signed(Response("\u00aa\u00ad\"b"), "wonderland"));
  ASSERT_NE(IdentityIn(result), nullptr);
  EXPECT_EQ(IdentityIn(result)->authentication_id, "a\"b");
}

TEST_F(DigestServerTest, ActsAsWhomTheClientAsksFor) {
  DigestResponse response = Response();
  response.authorization_id = "b\u00f6b";
  const StepResult result = Answer(Signed(response, "wonderland"));
  ASSERT_NE(IdentityIn(result), nullptr);
  EXPECT_EQ(IdentityIn(result)->authentication_id, "alice");
  EXPECT_EQ(IdentityIn(result)->authorization_id, "b\u00f6b");
  // Of the digest, also where it is no other identity.
  response.authorization_id = "alice";
  const StepResult itself = Answer(Signed(response, "wonderland"));
  ASSERT_NE(IdentityIn(itself), nullptr);
  EXPECT_EQ(IdentityIn(itself)->authorization_id, "alice");
}

TEST_F(DigestServerTest, TakesEveryEncodingThatClientsHash) {
  book_["n\u00e9"].account = TestAccount("n\u00e9", "p\u00e9", {"CLEARTEXT"});
  for (const DigestEncoding encoding :
       {DigestEncoding::kLatin1, DigestEncoding::kLatin1Password, DigestEncoding::kUtf8}) {
    const StepResult result = Answer(Signed(Response("n\u00e9"), "p\u00e9", encoding));
    ASSERT_NE(IdentityIn(result), nullptr);
    const auto proof = ProveDigest(Response("n\u00e9"), "p\u00e9", encoding);
    EXPECT_EQ(std::get<Success>(result).additional_data,
              std::string("rspauth=").append(proof->rspauth.view()));
    EXPECT_EQ(ReasonOf(Answer(Signed(Response("n\u00e9"), "pe", encoding))),
              FailureReason::kBadCredentials);
  }
  // ISO 8859-1, without a word of its charset.
  DigestResponse latin1 = Response("n\u00e9");
  latin1.utf8 = false;
  const StepResult result = Answer(Signed(latin1, "p\u00e9"));
  ASSERT_NE(IdentityIn(result), nullptr);
  EXPECT_EQ(IdentityIn(result)->authentication_id, "n\u00e9");
}

TEST_F(DigestServerTest, AnUnknownUserTakesTheSameSteps) {
  for (const std::string_view name : {"alice", "nobody"}) {
    MechanismDriver server = Server();
    server.Step(std::nullopt);
    EXPECT_EQ(CodeFor(*ReasonOf(server.Step(Signed(Response(name), "guess")))),
              amqp::SaslCode::kAuth);
    EXPECT_EQ(server.queries().size(), 1u);
    EXPECT_TRUE(server.derivations().empty());
    EXPECT_TRUE(server.sessions().empty());
  }
}

TEST_F(DigestServerTest, ADecoyThatMatchesIsNotBelieved) {
  // Who knows the decoy key knows every decoy.
  const ScramKeys decoy =
      DecoyScramKeys(HashFunction::kSha256, "nobody", settings_.decoy_key.view(), settings_.costs);
  const std::string message = Signed(Response("nobody"), decoy.stored_key.view());
  EXPECT_EQ(ReasonOf(Answer(message)), FailureReason::kUnknownUser);
  book_["nobody"].account = TestAccount("nobody", "x", {"SCRAM-SHA-256"});
  EXPECT_EQ(ReasonOf(Answer(message)), FailureReason::kNoUsableCredential);
}

TEST_F(DigestServerTest, ARestoredServerKeepsItsNonceAndRealm) {
  MechanismDriver server = Server();
  server.Step(std::nullopt);
  server_parameters_ = {{"nonce", "another"}, {"realm", "another"}};
  server_context_.parameters = server_parameters_;
  server.Move(CreateDigestMd5Server(server_context_));
  EXPECT_NE(IdentityIn(server.Step(Signed(Response(), "wonderland"))), nullptr);
}

TEST_F(DigestServerTest, TakesNoStateThatIsNotWhole) {
  server_context_.parameters = server_parameters_;
  auto server = *CreateDigestMd5Server(server_context_);
  ASSERT_TRUE(server->Step(std::nullopt).ok());
  StateWriter state;
  ASSERT_TRUE(server->SaveState(state).ok());
  for (size_t size = 0; size < state.view().size(); ++size) {
    StateReader reader(state.view().substr(0, size));
    const absl::Status status = (*CreateDigestMd5Server(server_context_))->RestoreState(reader);
    EXPECT_FALSE(status.ok() && reader.at_end()) << size;
  }
}

}  // namespace
}  // namespace sallyport
