// The client's side of GSSAPI: what it takes its tickets from, and which servers it
// does not trust, in a real Kerberos realm.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/core/sasl/gss_peer.h"
#include "tests/core/sasl/gssapi_fixture.h"

namespace sallyport {
namespace {

constexpr std::string_view kOffer("\x01\x00\x00\x00", 4);

class GssapiClientTest : public GssapiFixture {
 protected:
  // A client that waits for the offer of layers of a server that it trusts.
  struct Begun {
    std::unique_ptr<ClientMechanism> client;
    GssPeer server;
  };

  Begun Begin() const {
    Begun begun = {Client(), GssPeer(GssPeer::Side::kAcceptor)};
    const std::string token = ResponseOf(*begun.client, std::nullopt);
    EXPECT_EQ(ResponseOf(*begun.client, begun.server.Step(token)), "");
    EXPECT_TRUE(begun.server.established());
    return begun;
  }

  static std::string ResponseOf(ClientMechanism& client,
                                std::optional<std::string_view> challenge) {
    const auto said = StepClient(client, challenge);
    if (const auto* fault = std::get_if<ServerFault>(&said)) {
      ADD_FAILURE() << fault->what;
      return "";
    }
    return std::get<ClientResponse>(said).bytes.value_or("none");
  }

  static void ExpectFault(ClientMechanism& client, std::string_view challenge) {
    const auto said = StepClient(client, challenge);
    EXPECT_TRUE(std::holds_alternative<ServerFault>(said));
    EXPECT_TRUE(client.Finish(std::nullopt).has_value());
    EXPECT_FALSE(client.Step("").ok());
  }

  // What the client says of its own troubles.
  absl::Status Trouble() const {
    const auto client = Client();
    auto begun = client->Step(std::nullopt);
    if (!begun.ok()) return begun.status();
    const auto& need = std::get<NeedDerivation>(*begun);
    return client->Resume(need.ticket, Derive(need.work)).status();
  }

  void ExpectTrouble(std::string_view words) const {
    const absl::Status trouble = Trouble();
    EXPECT_EQ(trouble.code(), absl::StatusCode::kUnauthenticated);
    EXPECT_NE(std::string(trouble.message()).find(words), std::string::npos) << trouble;
  }

  absl::StatusCode Creation() const {
    ClientMechanismContext context = client_context_;
    context.parameters = parameters_;
    return CreateClientMechanism(kGssapi, context).status().code();
  }
};

TEST_F(GssapiClientTest, ChoosesNoLayerAndNamesItsWish) {
  credentials_.authorization_id = "b\xc3\xb6\x62";
  Begun begun = Begin();
  const std::string choice = ResponseOf(*begun.client, begun.server.Wrap(kOffer));
  EXPECT_EQ(begun.server.Unwrap(choice), std::string(kOffer) + "b\xc3\xb6\x62");
  EXPECT_FALSE(begun.client->Finish(std::nullopt).has_value());
}

TEST_F(GssapiClientTest, TakesNoLayerOfAServerThatHasMore) {
  Begun begun = Begin();
  const std::string offer("\x07\x00\x10\x00", 4);
  const std::string choice = ResponseOf(*begun.client, begun.server.Wrap(offer, /*encrypt=*/true));
  EXPECT_EQ(begun.server.Unwrap(choice), kOffer);
  EXPECT_FALSE(begun.client->Finish("").has_value());
}

TEST_F(GssapiClientTest, RefusesEveryOtherOffer) {
  for (const std::string& offer :
       {std::string(), std::string("\x01\x00\x00", 3), std::string("\x01\x00\x00\x00\x00", 5),
        std::string("\x00\x00\x00\x00", 4), std::string("\x02\x00\x10\x00", 4),
        std::string("\x06\x00\x10\x00", 4)}) {
    SCOPED_TRACE(testing::PrintToString(offer));
    Begun begun = Begin();
    ExpectFault(*begun.client, begun.server.Wrap(offer));
  }
}

TEST_F(GssapiClientTest, RefusesAnOfferThatIsNotWrappedForThisExchange) {
  Begun other = Begin();
  const std::string wrapped = other.server.Wrap(kOffer);
  for (const std::string& offer :
       {std::string(kOffer), std::string(), wrapped, wrapped.substr(0, wrapped.size() - 1)}) {
    Begun begun = Begin();
    ExpectFault(*begun.client, offer);
  }
  Begun begun = Begin();
  std::string changed = begun.server.Wrap(kOffer);
  changed.back() = static_cast<char>(changed.back() ^ 1);
  ExpectFault(*begun.client, changed);
}

TEST_F(GssapiClientTest, RefusesAServerThatDoesNotProveItself) {
  GssPeer other_server(GssPeer::Side::kAcceptor);
  const std::string foreign =
      other_server.Step(GssPeer(GssPeer::Side::kInitiator).Step(std::nullopt));
  for (const std::string& token : {std::string(), std::string("?"), std::string(4096, '\x60'),
                                   foreign, other_server.Wrap(kOffer)}) {
    const auto client = Client();
    ResponseOf(*client, std::nullopt);
    ExpectFault(*client, token);
  }
}

TEST_F(GssapiClientTest, RefusesItsOwnTokenAndAProofThatWasChanged) {
  const auto echoed = Client();
  ExpectFault(*echoed, ResponseOf(*echoed, std::nullopt));
  int trusted = 0;
  size_t size = 1;
  for (size_t i = 0; i < size; ++i) {
    const auto client = Client();
    GssPeer server(GssPeer::Side::kAcceptor);
    std::string proof = server.Step(ResponseOf(*client, std::nullopt));
    size = proof.size();
    proof[i] = static_cast<char>(proof[i] ^ 0x10);
    if (std::holds_alternative<ClientResponse>(StepClient(*client, proof))) ++trusted;
  }
  EXPECT_GT(size, 100u);
  // The type of the message, outside of what is encrypted, which the library does not look at.
  EXPECT_LE(trusted, 1);
}

TEST_F(GssapiClientTest, SaysWhatTheServersErrorSays) {
  const auto client = Client();
  const std::string token = ResponseOf(*client, std::nullopt);
  EXPECT_NE(GssPeer(GssPeer::Side::kAcceptor).Step(token), "");
  const std::string error = GssPeer(GssPeer::Side::kAcceptor).Fail(token);
  const auto said = StepClient(*client, error);
  ASSERT_TRUE(std::holds_alternative<ServerFault>(said));
  EXPECT_NE(std::string(std::get<ServerFault>(said).what).find("replay"), std::string::npos)
      << std::get<ServerFault>(said).what;
}

TEST_F(GssapiClientTest, RefusesSuccessBeforeItsChoiceAndWhatComesAfterIt) {
  const auto fresh = Client();
  EXPECT_TRUE(fresh->Finish(std::nullopt).has_value());
  const auto begun = Client();
  ResponseOf(*begun, std::nullopt);
  EXPECT_TRUE(begun->Finish(std::nullopt).has_value());
  Begun proven = Begin();
  EXPECT_TRUE(proven.client->Finish(std::nullopt).has_value());
  Begun data = Begin();
  ResponseOf(*data.client, data.server.Wrap(kOffer));
  EXPECT_TRUE(data.client->Finish("data").has_value());
  Begun more = Begin();
  ResponseOf(*more.client, more.server.Wrap(kOffer));
  ExpectFault(*more.client, more.server.Wrap(kOffer));
}

TEST_F(GssapiClientTest, TakesStepsInTheirTurnOnly) {
  const auto client = Client();
  EXPECT_FALSE(client->Step("early").ok());
  EXPECT_FALSE(client->Resume(0, SlowStepDone{}).ok());
  const auto begun = client->Step(std::nullopt);
  ASSERT_TRUE(begun.ok());
  EXPECT_FALSE(client->Step(std::nullopt).ok());
  EXPECT_FALSE(client->Step("").ok());
  const uint64_t ticket = std::get<NeedDerivation>(*begun).ticket;
  EXPECT_FALSE(client->Resume(ticket + 1, SlowStepDone{}).ok());
  EXPECT_EQ(client->Resume(ticket, DerivationRefused{}).status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_FALSE(client->Resume(ticket, SlowStepDone{}).ok());
  const auto wrong = Client();
  const auto again = wrong->Step(std::nullopt);
  ASSERT_TRUE(again.ok());
  EXPECT_FALSE(wrong->Resume(std::get<NeedDerivation>(*again).ticket, PasswordVerdict{true}).ok());
}

TEST_F(GssapiClientTest, MustBeToldItsServerAndNamesThatCanBe) {
  EXPECT_EQ(Creation(), absl::StatusCode::kOk);
  for (const char* host : {"", "a b", "a/b", "a@b", "a\n", "\xc3\xb6"}) {
    client_context_.server_name = host;
    EXPECT_EQ(Creation(), absl::StatusCode::kInvalidArgument) << host;
  }
  client_context_.server_name = "localhost";
  for (const char* service : {"", "amqp@other", "amqp/other", "amqp "}) {
    parameters_ = {{"service", service}};
    EXPECT_EQ(Creation(), absl::StatusCode::kInvalidArgument) << service;
  }
  for (const char* name : {"ccache", "keytab"}) {
    parameters_ = {{name, std::string("a\0b", 3), true}};
    EXPECT_EQ(Creation(), absl::StatusCode::kInvalidArgument) << name;
  }
  parameters_ = {{"realm", "x", true}};
  EXPECT_EQ(Creation(), absl::StatusCode::kInvalidArgument);
  parameters_ = {{"mutual", "true", true}, {"secure", "true", true}};
  EXPECT_EQ(Creation(), absl::StatusCode::kOk);
  parameters_.clear();
  for (const std::string& name :
       {std::string("a\0b", 3), std::string("\xff"), std::string(1025, 'a')}) {
    credentials_ = {.authentication_id = name};
    EXPECT_EQ(Creation(), absl::StatusCode::kInvalidArgument);
    credentials_ = {.authorization_id = name};
    EXPECT_EQ(Creation(), absl::StatusCode::kInvalidArgument);
  }
}

TEST_F(GssapiClientTest, LogsInAsWhomItIsTold) {
  for (const char* name : {"alice", "alice@TEST.REALM"}) {
    credentials_.authentication_id = name;
    EXPECT_NE(IdentityIn(LogIn().outcome), nullptr) << name;
  }
  // The cache is not theirs.
  for (const char* name : {"bob", "alice@OTHER.REALM", "alice/admin"}) {
    credentials_.authentication_id = name;
    ExpectTrouble(std::string("no credentials of ") + name);
  }
}

TEST_F(GssapiClientTest, SaysWhatItLacks) {
  client_context_.server_name = "nowhere.example";
  ExpectTrouble("no ticket for amqp@nowhere.example");
  client_context_.server_name = "localhost";
  kdc().UseInThisProcess();
  const absl::Status trouble = Trouble();
  EXPECT_EQ(trouble.code(), absl::StatusCode::kUnauthenticated) << trouble;
}

TEST_F(GssapiClientTest, TakesTheCacheThatItIsGiven) {
  const std::string tickets = TicketsOf("alice");
  kdc().UseInThisProcess();
  parameters_ = {{"ccache", tickets, true}};
  EXPECT_NE(IdentityIn(LogIn().outcome), nullptr);
  parameters_ = {{"ccache", "FILE:/no/such/cache", true}};
  EXPECT_EQ(Trouble().code(), absl::StatusCode::kUnauthenticated);
}

TEST_F(GssapiClientTest, TakesTheKeyThatItIsGiven) {
  kdc().UseInThisProcess();
  ASSERT_TRUE(kdc().AddService("robot/machine").ok());
  book_["robot/machine"].account = TestAccount("robot/machine", "", {});
  credentials_.authentication_id = "robot/machine";
  parameters_ = {{"ccache", "MEMORY:robot", true}, {"keytab", kdc().keytab(), true}};
  const Conversation talk = LogIn();
  ASSERT_NE(IdentityIn(talk.outcome), nullptr);
  EXPECT_EQ(IdentityIn(talk.outcome)->authentication_id, "robot/machine");
}

}  // namespace
}  // namespace sallyport
