#include <string>
#include <vector>

#include "tests/core/sasl/scram_fixture.h"

namespace sallyport {
namespace {

class ScramClientTest : public ScramFixture {
 protected:
  std::string First(const ScramVariant& variant = kScramSha256Variant) const {
    return *std::get<ClientResponse>(StepClient(*Client(variant), std::nullopt)).bytes;
  }

  // What our client says to a server-first; nullopt: it does not trust it.
  std::optional<std::string> Final(std::string_view server_first) const {
    const auto client = Client();
    StepClient(*client, std::nullopt);
    const auto said = StepClient(*client, server_first);
    if (const auto* response = std::get_if<ClientResponse>(&said)) return response->bytes;
    return std::nullopt;
  }

  // A client that has sent its proof.
  std::unique_ptr<ClientMechanism> Proved(std::string* server_final) const {
    MechanismDriver server = Server();
    auto client = Client();
    const auto first = StepClient(*client, std::nullopt);
    const StepResult challenge = server.Step(std::get<ClientResponse>(first).bytes);
    const auto final = StepClient(*client, std::get<Challenge>(challenge).bytes);
    const StepResult result = server.Step(std::get<ClientResponse>(final).bytes);
    *server_final = std::get<Success>(result).additional_data.value();
    return client;
  }
};

TEST_F(ScramClientTest, ItsFlagSaysWhatItCouldDo) {
  EXPECT_TRUE(First().starts_with("y,,"));
  client_context_.plus_offered = true;
  EXPECT_TRUE(First().starts_with("n,,"));
  EXPECT_TRUE(First(kScramSha256PlusVariant).starts_with("p=tls-exporter,,"));
  client_context_.channel_bindings = {};
  client_context_.plus_offered = false;
  EXPECT_TRUE(First().starts_with("n,,"));
}

TEST_F(ScramClientTest, EscapesAndPreparesNames) {
  credentials_.authentication_id = "\u00aa\u00ad=,";
  credentials_.authorization_id = "x,y=";
  EXPECT_EQ(First(), "y,a=x=2Cy=3D,n=a=3D=2C,r=client-nonce");
}

TEST_F(ScramClientTest, PreparesItsPassword) {
  book_["alice"].account = TestAccount("alice", "IX", {"SCRAM-SHA-256"});
  for (const std::string_view password : {"IX", "\u2168", "I\u00adX"}) {
    credentials_.password = Secret(password);
    EXPECT_NE(IdentityIn(Talk().outcome), nullptr);
  }
}

TEST_F(ScramClientTest, RefusesWhatItCannotSend) {
  const ClientCredentials unusable[] = {
      {"", "", Secret("p")},
      {"\u00ad", "", Secret("p")},
      {"a\u0007", "", Secret("p")},
      {"alice", "\xff", Secret("p")},
      {"alice", "", Secret("")},
      {"alice", "", Secret("\u00ad")},
      {"alice", "", Secret("\u0627x")},
      {std::string(1025, 'a'), "", Secret("p")},
  };
  for (const ClientCredentials& credentials : unusable) {
    credentials_ = credentials;
    EXPECT_EQ(CreateScramClient(kScramSha256Variant, client_context_, "n").status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

TEST_F(ScramClientTest, PlusNeedsABinding) {
  client_context_.channel_bindings = {};
  EXPECT_EQ(CreateScramClient(kScramSha256PlusVariant, client_context_, "n").status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(ScramClientTest, RefusesMalformedServerFirsts) {
  ASSERT_TRUE(Final("r=client-nonceX,s=QSXCR+Q6sek8bf92,i=4096").has_value());
  ASSERT_TRUE(Final("r=client-nonceX,s=QSXCR+Q6sek8bf92,i=4096,x=1").has_value());
  for (const std::string_view message : {
           "",
           "r=client-nonceX",
           "r=client-nonceX,s=QSXCR+Q6sek8bf92",
           "s=QSXCR+Q6sek8bf92,i=4096",
           "r=client-nonce,s=QSXCR+Q6sek8bf92,i=4096",
           "r=client-noncX,s=QSXCR+Q6sek8bf92,i=4096",
           "r=Xclient-nonce,s=QSXCR+Q6sek8bf92,i=4096",
           "r=client-nonce X,s=QSXCR+Q6sek8bf92,i=4096",
           "r=client-nonceX,s=,i=4096",
           "r=client-nonceX,s=QSXCR+Q6sek8bf9,i=4096",
           "r=client-nonceX,s=QSXCR+Q6sek8bf92,i=",
           "r=client-nonceX,s=QSXCR+Q6sek8bf92,i=04096",
           "r=client-nonceX,s=QSXCR+Q6sek8bf92,i=+4096",
           "r=client-nonceX,s=QSXCR+Q6sek8bf92,i=4096 ",
           "r=client-nonceX,s=QSXCR+Q6sek8bf92,i=-4096",
           "r=client-nonceX,s=QSXCR+Q6sek8bf92,i=4294971392",
           "r=client-nonceX,s=QSXCR+Q6sek8bf92,i=4096,",
           "r=client-nonceX,s=QSXCR+Q6sek8bf92,i=4096,m=x",
           "m=x,r=client-nonceX,s=QSXCR+Q6sek8bf92,i=4096",
           "r=client-nonceX,i=4096,s=QSXCR+Q6sek8bf92",
           "r=client-nonceX,s=QSXCR+Q6sek8bf92,i=4096,x=\xff",
       }) {
    EXPECT_EQ(Final(message), std::nullopt) << message;
  }
}

TEST_F(ScramClientTest, RefusesIterationCountsThatAreTooLowOrTooHigh) {
  EXPECT_EQ(Final("r=client-nonceX,s=QSXCR+Q6sek8bf92,i=4095"), std::nullopt);
  EXPECT_EQ(Final("r=client-nonceX,s=QSXCR+Q6sek8bf92,i=1"), std::nullopt);
  EXPECT_EQ(Final("r=client-nonceX,s=QSXCR+Q6sek8bf92,i=10000001"), std::nullopt);
}

TEST_F(ScramClientTest, TakesTheServersProofFromTheOutcomeOrFromAChallenge) {
  std::string server_final;
  EXPECT_FALSE(Proved(&server_final)->Finish(server_final).has_value());

  const auto client = Proved(&server_final);
  const auto said = StepClient(*client, server_final);
  ASSERT_TRUE(std::holds_alternative<ClientResponse>(said));
  EXPECT_EQ(std::get<ClientResponse>(said).bytes, "");
  EXPECT_FALSE(client->Finish(std::nullopt).has_value());
}

TEST_F(ScramClientTest, TrustsNoServerWithoutAProof) {
  std::string server_final;
  EXPECT_TRUE(Proved(&server_final)->Finish(std::nullopt).has_value());
  EXPECT_TRUE(Proved(&server_final)->Finish("").has_value());
  const auto early = Client();
  StepClient(*early, std::nullopt);
  EXPECT_TRUE(early->Finish(server_final).has_value());
}

TEST_F(ScramClientTest, NoBitOfAServerFinalCanBeFlipped) {
  std::string server_final;
  Proved(&server_final);
  for (size_t bit = 0; bit < server_final.size() * 8; bit += 3) {
    std::string unused;
    const auto client = Proved(&unused);
    std::string changed = server_final;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
    EXPECT_TRUE(client->Finish(changed).has_value()) << bit;
    EXPECT_TRUE(client->Finish(server_final).has_value()) << "a second guess";
  }
}

TEST_F(ScramClientTest, RefusesMalformedServerFinals) {
  std::string server_final;
  Proved(&server_final);
  for (const std::string& message : std::vector<std::string>{
           "v=", "v=AAAA", "e=invalid-proof", server_final + ",", server_final + ",m=x",
           "x=1," + server_final, server_final + "=", server_final + ",x=\xff"}) {
    std::string unused;
    EXPECT_TRUE(Proved(&unused)->Finish(message).has_value()) << message;
    const auto client = Proved(&unused);
    EXPECT_TRUE(std::holds_alternative<ServerFault>(StepClient(*client, message))) << message;
  }
}

TEST_F(ScramClientTest, RefusesAServerThatProvesItTwice) {
  std::string server_final;
  auto client = Proved(&server_final);
  StepClient(*client, server_final);
  EXPECT_TRUE(client->Finish(server_final).has_value());
  client = Proved(&server_final);
  StepClient(*client, server_final);
  EXPECT_TRUE(std::holds_alternative<ServerFault>(StepClient(*client, server_final)));
}

TEST_F(ScramClientTest, ADerivationThatFailsIsTheHostsFault) {
  const auto client = Client();
  StepClient(*client, std::nullopt);
  const auto asked = client->Step("r=client-nonceX,s=QSXCR+Q6sek8bf92,i=4096");
  ASSERT_TRUE(asked.ok());
  const uint64_t ticket = std::get<NeedDerivation>(*asked).ticket;
  EXPECT_EQ(client->Resume(ticket + 1, DerivationAnswer(Secret("k"))).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(client->Resume(ticket, DerivationAnswer(DerivationRefused{})).status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_TRUE(client->Finish("v=AAAA").has_value());
}

}  // namespace
}  // namespace sallyport
