#include <string>
#include <string_view>
#include <vector>

#include "tests/core/sasl/digest_fixture.h"

namespace sallyport {
namespace {

using namespace std::string_literals;

class DigestClientTest : public DigestFixture {
 protected:
  // What a client answers to `challenge`; empty where it does not.
  std::string AnswerTo(std::string_view challenge) {
    const auto client = Client();
    StepClient(*client, std::nullopt);
    const auto said = StepClient(*client, challenge);
    const auto* response = std::get_if<ClientResponse>(&said);
    if (response != nullptr) return response->bytes.value_or("");
    EXPECT_TRUE(client->Finish(std::nullopt).has_value());
    return "";
  }

  DigestResponse ParsedAnswerTo(std::string_view challenge) {
    auto parsed = ParseDigestResponse(AnswerTo(challenge));
    EXPECT_TRUE(std::holds_alternative<DigestResponse>(parsed));
    return std::get<DigestResponse>(std::move(parsed));
  }

  // A client that has answered the challenge of Server().
  std::unique_ptr<ClientMechanism> Answered() {
    auto client = Client();
    StepClient(*client, std::nullopt);
    const auto said = StepClient(*client, kChallenge);
    EXPECT_EQ(std::get<ClientResponse>(said).bytes, Signed(Response(), "wonderland"));
    return client;
  }

  static std::string Verifier() {
    std::string message = "rspauth=";
    return message.append(
        ProveDigest(Response(), "wonderland", DigestEncoding::kLatin1)->rspauth.view());
  }

  static constexpr std::string_view kChallenge =
      "realm=\"realm.test\",nonce=\"server-nonce\",qop=\"auth\",algorithm=md5-sess,charset=utf-8";
};

TEST_F(DigestClientTest, TakesTheProofFromTheOutcome) {
  const auto client = Answered();
  EXPECT_FALSE(client->session().has_value());
  EXPECT_FALSE(client->Finish(Verifier()).has_value());
  EXPECT_TRUE(client->session().has_value());
  const MechanismProperties properties = client->properties();
  EXPECT_EQ(Property(properties, "realm"), "realm.test");
  EXPECT_EQ(Property(properties, "digest-uri"), "amqp/host.test");
  EXPECT_EQ(Property(properties, "nonce-count"), "1");
  EXPECT_EQ(properties.size(), 3u);
}

TEST_F(DigestClientTest, TakesTheProofFromALastChallenge) {
  const auto client = Answered();
  EXPECT_EQ(std::get<ClientResponse>(StepClient(*client, Verifier())).bytes, "");
  EXPECT_FALSE(client->session().has_value());
  EXPECT_FALSE(client->Finish(std::nullopt).has_value());
  EXPECT_TRUE(client->session().has_value());
}

TEST_F(DigestClientTest, TrustsNoServerWithoutItsProof) {
  std::string forged = Verifier();
  forged.back() = forged.back() == '0' ? '1' : '0';
  const std::string own =
      "rspauth=" +
      std::string(ProveDigest(Response(), "wonderland", DigestEncoding::kLatin1)->response.view());
  for (const std::optional<std::string>& proof : std::vector<std::optional<std::string>>{
           std::nullopt, "", forged, own, "rspauth=", "?", Verifier() + ",rspauth=x",
           "response=" + Verifier().substr(8), std::string(kChallenge)}) {
    const auto client = Answered();
    EXPECT_TRUE(client->Finish(proof).has_value()) << proof.value_or("absent");
    EXPECT_FALSE(client->session().has_value());
    if (!proof.has_value()) continue;
    const auto other = Answered();
    EXPECT_TRUE(std::holds_alternative<ServerFault>(StepClient(*other, *proof))) << *proof;
    EXPECT_TRUE(other->Finish(Verifier()).has_value());
  }
}

TEST_F(DigestClientTest, TrustsNoServerThatSkipsOrRepeatsAStep) {
  EXPECT_TRUE(Client()->Finish(Verifier()).has_value());
  const auto started = Client();
  StepClient(*started, std::nullopt);
  EXPECT_TRUE(started->Finish(Verifier()).has_value());
  EXPECT_EQ(AnswerTo(Verifier()), "");

  const auto twice = Answered();
  StepClient(*twice, Verifier());
  EXPECT_TRUE(std::holds_alternative<ServerFault>(StepClient(*twice, Verifier())));
  const auto again = Answered();
  StepClient(*again, Verifier());
  EXPECT_TRUE(again->Finish(Verifier()).has_value());
}

TEST_F(DigestClientTest, StepsOutOfTurnAreItsHostsFault) {
  const auto client = Answered();
  ASSERT_FALSE(client->Finish(Verifier()).has_value());
  EXPECT_EQ(client->Step("more").status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(client->Finish(Verifier()).has_value());
}

TEST_F(DigestClientTest, RefusesChallengesThatItCannotMeet) {
  for (const std::string_view challenge : {
           "",
           "?",
           "nonce=\"x\"",
           "nonce=\"x\",algorithm=md5",
           "algorithm=md5-sess",
           "nonce=\"x\",nonce=\"y\",algorithm=md5-sess",
           "nonce=\"x\",algorithm=md5-sess,qop=\"auth-int,auth-conf\"",
           "nonce=\"x\",algorithm=md5-sess,charset=iso-8859-1",
           "nonce=\"x\",algorithm=md5-sess,charset=utf-8,realm=\"\xff\"",
       }) {
    EXPECT_EQ(AnswerTo(challenge), "") << challenge;
  }
}

TEST_F(DigestClientTest, ChoosesTheRealmThatItIsTold) {
  const std::string two = "realm=\"one\",realm=\"two\",nonce=\"x\",algorithm=md5-sess";
  const std::string none = "nonce=\"x\",algorithm=md5-sess";
  EXPECT_EQ(ParsedAnswerTo(two).realm, "one");
  EXPECT_EQ(ParsedAnswerTo(none).realm, std::nullopt);
  client_parameters_.push_back({"realm", "two", true});
  EXPECT_EQ(ParsedAnswerTo(two).realm, "two");
  EXPECT_EQ(ParsedAnswerTo(none).realm, "two");
  client_parameters_.back().value = "three";
  EXPECT_EQ(AnswerTo(two), "");
}

TEST_F(DigestClientTest, NamesTheHostAndTheService) {
  EXPECT_EQ(ParsedAnswerTo(kChallenge).digest_uri, "amqp/host.test");
  client_parameters_.push_back({"service", "imap", true});
  EXPECT_EQ(ParsedAnswerTo(kChallenge).digest_uri, "imap/host.test");
  for (const std::string& service : {""s, "im ap"s, "imap/"s, "\u00e9"s}) {
    client_parameters_.back().value = service;
    client_context_.parameters = client_parameters_;
    EXPECT_EQ(CreateDigestMd5Client(client_context_).status().code(),
              absl::StatusCode::kInvalidArgument)
        << service;
  }
}

TEST_F(DigestClientTest, IsNotMadeWithoutAHost) {
  for (const std::string_view host : {"", "/", "host test", "h\u00e9"}) {
    client_context_.server_name = host;
    EXPECT_EQ(CreateDigestMd5Client(client_context_).status().code(),
              absl::StatusCode::kInvalidArgument)
        << host;
  }
}

TEST_F(DigestClientTest, IsNotMadeForWhatItCannotCarry) {
  const ClientCredentials unusable[] = {{"", "", Secret("p")},
                                        {"alice", "", Secret("")},
                                        {"al\xff", "", Secret("p")},
                                        {"alice", "b\nb", Secret("p")}};
  for (const ClientCredentials& credentials : unusable) {
    client_context_.credentials = &credentials;
    EXPECT_EQ(CreateDigestMd5Client(client_context_).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
  client_context_.credentials = &credentials_;
  ScriptedRandom random("");
  client_context_.random = &random;
  EXPECT_EQ(CreateDigestMd5Client(client_context_).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(DigestClientTest, SpeaksTheServersCharset) {
  credentials_.authentication_id = "n\u00e9";
  EXPECT_NE(AnswerTo(kChallenge).find("username=\"n\u00e9\""), std::string::npos);
  const std::string latin1 = AnswerTo("realm=\"r\xe9\",nonce=\"x\",algorithm=md5-sess");
  EXPECT_NE(latin1.find("username=\"n\xe9\""), std::string::npos);
  EXPECT_NE(latin1.find("realm=\"r\xe9\""), std::string::npos);
  EXPECT_EQ(latin1.find("charset"), std::string::npos);
  credentials_.authentication_id = "\u65e5";
  EXPECT_NE(AnswerTo(kChallenge), "");
  EXPECT_EQ(AnswerTo("nonce=\"x\",algorithm=md5-sess"), "");
}

TEST_F(DigestClientTest, PreparesNameAndPassword) {
  credentials_ = {"\u00aa", "", Secret("I\u00ad\u2169")};
  EXPECT_EQ(AnswerTo(kChallenge), Signed(Response("a"), "IX"));
}

TEST_F(DigestClientTest, AsksForAnotherIdentity) {
  credentials_.authorization_id = "b\"\u00f6b";
  DigestResponse response = Response();
  response.authorization_id = "b\"\u00f6b";
  EXPECT_EQ(AnswerTo(kChallenge), Signed(response, "wonderland"));
}

TEST_F(DigestClientTest, TakesNoStateThatIsNotWhole) {
  const auto client = Answered();
  StateWriter state;
  ASSERT_TRUE(client->SaveState(state).ok());
  for (size_t size = 0; size < state.view().size(); ++size) {
    StateReader reader(state.view().substr(0, size));
    const auto fresh = Client();
    const absl::Status status = fresh->RestoreState(reader);
    EXPECT_FALSE(status.ok() && reader.at_end()) << size;
    EXPECT_TRUE(fresh->Finish("rspauth=").has_value()) << size;
  }
}

TEST_F(DigestClientTest, TakesNoStateWithoutTheProofToWaitFor) {
  const auto client = Answered();
  StateWriter state;
  ASSERT_TRUE(client->SaveState(state).ok());
  for (const std::string& proof : {""s, "0"s, std::string(32, 'x')}) {
    StateReader saved(state.view());
    StateWriter altered;
    altered.Number(saved.Number());
    altered.Bytes(saved.Bytes());
    altered.Bytes(saved.Bytes());
    EXPECT_EQ(saved.Bytes(), Verifier().substr(8));
    altered.Bytes(proof);
    altered.Number(saved.Number());
    ASSERT_TRUE(saved.at_end());
    StateReader reader(altered.view());
    const auto fresh = Client();
    EXPECT_TRUE(fresh->RestoreState(reader).ok());
    EXPECT_FALSE(reader.at_end());
    EXPECT_TRUE(fresh->Finish("rspauth=" + proof).has_value());
  }
}

}  // namespace
}  // namespace sallyport
