// GSSAPI, ours against ours, in a real Kerberos realm: who gets in, and as whom.

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "tests/core/sasl/gss_peer.h"
#include "tests/core/sasl/gssapi_fixture.h"

namespace sallyport {
namespace {

class GssapiTest : public GssapiFixture {};

std::string PropertyOf(const MechanismProperties& properties, std::string_view name) {
  for (const MechanismProperty& property : properties) {
    if (property.name == name) return property.value;
  }
  return "none";
}

void ExpectProperties(const MechanismProperties& properties, const std::string& acceptor) {
  EXPECT_EQ(properties.size(), 4u);
  EXPECT_EQ(PropertyOf(properties, "gssapi-initiator"), "alice@TEST.REALM");
  EXPECT_EQ(PropertyOf(properties, "gssapi-acceptor"), acceptor);
  EXPECT_EQ(PropertyOf(properties, "gssapi-mechanism"), "1.2.840.113554.1.2.2");
  EXPECT_EQ(PropertyOf(properties, "gssapi-flags"),
            "mutual replay sequence integrity confidentiality");
}

TEST_F(GssapiTest, ATicketLogsIn) {
  MechanismDriver server = Server();
  const auto client = Client();
  const Conversation talk = Converse(server, *client);
  EXPECT_FALSE(talk.fault.has_value()) << talk.fault->what;
  const Identity* identity = IdentityIn(talk.outcome);
  ASSERT_NE(identity, nullptr);
  EXPECT_EQ(identity->authentication_id, "alice");
  EXPECT_EQ(identity->authorization_id, "alice");
  EXPECT_EQ(identity->mechanism, "GSSAPI");
  EXPECT_EQ(identity->account, book_["alice"].account);
  EXPECT_FALSE(identity->channel_bound);
  EXPECT_FALSE(std::get<Success>(talk.outcome).additional_data.has_value());

  // RFC 4752 section 3: a token, its answer, nothing, the layers, the choice.
  ASSERT_EQ(talk.responses.size(), 3u);
  ASSERT_EQ(talk.challenges.size(), 2u);
  EXPECT_GT(talk.responses[0].size(), 512u);
  EXPECT_EQ(talk.responses[1], "");
  ASSERT_EQ(server.queries().size(), 1u);
  EXPECT_EQ(server.queries()[0].authorization_id, "");
  // The library is only called where it may wait.
  EXPECT_EQ(server.derivations().size(), 2u);
  for (const KeyDerivation& work : server.derivations()) {
    EXPECT_TRUE(std::holds_alternative<std::shared_ptr<SlowStep>>(work));
  }
}

TEST_F(GssapiTest, BothSidesKnowTheFacts) {
  auto server = *CreateServerMechanism(kGssapi, server_context_);
  ServerMechanism& mechanism = *server;
  MechanismDriver driver(std::move(server), book_);
  const auto client = Client();
  ASSERT_NE(IdentityIn(Converse(driver, *client).outcome), nullptr);
  ExpectProperties(mechanism.properties(), "amqp/localhost@TEST.REALM");
  // As the client asked for it: the realm is the KDC's to say.
  ExpectProperties(client->properties(), "amqp/localhost@");
}

TEST_F(GssapiTest, AnAbsentInitialResponseIsAskedFor) {
  MechanismDriver server = Server();
  const StepResult asked = server.Step(std::nullopt);
  ASSERT_TRUE(std::holds_alternative<Challenge>(asked));
  EXPECT_EQ(std::get<Challenge>(asked).bytes, "");
  EXPECT_NE(IdentityIn(Converse(server, *Client()).outcome), nullptr);
}

TEST_F(GssapiTest, CarriesAnAuthorizationIdThatIsAllowed) {
  credentials_.authorization_id = "b\xc3\xb6\x62";
  MechanismDriver server = Server();
  const Conversation talk = Converse(server, *Client());
  ASSERT_NE(IdentityIn(talk.outcome), nullptr);
  EXPECT_EQ(IdentityIn(talk.outcome)->authentication_id, "alice");
  EXPECT_EQ(IdentityIn(talk.outcome)->authorization_id, "b\xc3\xb6\x62");
  EXPECT_EQ(server.queries().at(0).authorization_id, "b\xc3\xb6\x62");
}

TEST_F(GssapiTest, AsksForNoOtherIdentityThanItsOwn) {
  credentials_.authorization_id = "al\u00adice";
  MechanismDriver server = Server();
  ASSERT_NE(IdentityIn(Converse(server, *Client()).outcome), nullptr);
  EXPECT_EQ(server.queries().at(0).authorization_id, "");
}

TEST_F(GssapiTest, RefusesAnAuthorizationIdThatIsDenied) {
  credentials_.authorization_id = "root";
  book_["alice"].denial = FailureReason::kAuthzidNotAllowed;
  EXPECT_EQ(ReasonOf(LogIn().outcome), FailureReason::kAuthzidNotAllowed);
}

TEST_F(GssapiTest, AnAccountMustExistAndBeUsable) {
  book_["alice"].denial = FailureReason::kAccountDisabled;
  EXPECT_EQ(ReasonOf(LogIn().outcome), FailureReason::kAccountDisabled);
  book_.clear();
  EXPECT_EQ(ReasonOf(LogIn().outcome), FailureReason::kUnknownUser);
  book_["alice"] = {nullptr, FailureReason::kLockedOut};
  EXPECT_EQ(ReasonOf(LogIn().outcome), FailureReason::kLockedOut);
}

TEST_F(GssapiTest, AnOutageIsNotARefusal) {
  auto server = *CreateServerMechanism(kGssapi, server_context_);
  auto client = Client();
  absl::StatusOr<StepResult> result = Failure{};
  std::optional<std::string> challenge;
  do {
    const auto said = StepClient(*client, challenge);
    result = server->Step(std::get<ClientResponse>(said).bytes);
    if (const auto* need = std::get_if<NeedDerivation>(&*result)) {
      result = server->Resume(need->ticket, Derive(need->work));
    }
    ASSERT_TRUE(result.ok()) << result.status();
    if (const auto* next = std::get_if<Challenge>(&*result)) challenge = next->bytes;
  } while (std::holds_alternative<Challenge>(*result));
  result = server->Resume(std::get<NeedCredentials>(*result).ticket,
                          CredentialAnswer(CredentialsUnavailable{}));
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(ReasonOf(*result), FailureReason::kStoreUnavailable);
}

TEST_F(GssapiTest, WithoutARealmOfOursEverybodyKeepsTheirs) {
  settings_.kerberos.realm.clear();
  EXPECT_EQ(ReasonOf(LogIn().outcome), FailureReason::kUnknownUser);
  book_["alice@TEST.REALM"].account = TestAccount("alice@TEST.REALM", "", {});
  const Conversation talk = LogIn();
  ASSERT_NE(IdentityIn(talk.outcome), nullptr);
  EXPECT_EQ(IdentityIn(talk.outcome)->authentication_id, "alice@TEST.REALM");
}

TEST_F(GssapiTest, AnInstanceIsPartOfTheName) {
  LogInAs("alice/admin", "alice/admin");
  const Conversation talk = LogIn();
  ASSERT_NE(IdentityIn(talk.outcome), nullptr);
  EXPECT_EQ(IdentityIn(talk.outcome)->authentication_id, "alice/admin");
}

// 'bob\@OTHER.REALM' of our realm, without it, would read like bob of that one.
TEST_F(GssapiTest, ANameThatCouldBeMistakenForAnotherIsRefused) {
  LogInAs("bob\\@OTHER.REALM", "bob@OTHER.REALM");
  book_["bob\\@OTHER.REALM"] = book_["bob@OTHER.REALM"];
  EXPECT_EQ(FailureOf(LogIn().outcome).reason, FailureReason::kKerberosRefused);
}

TEST_F(GssapiTest, ANameThatPreparationWouldChangeIsRefused) {
  LogInAs("da\u00advid", "david");
  EXPECT_EQ(FailureOf(LogIn().outcome).reason, FailureReason::kKerberosRefused);
}

TEST_F(GssapiTest, TheServiceIsTheConfiguredOne) {
  settings_.kerberos.service = "amqp@localhost";
  EXPECT_NE(IdentityIn(LogIn().outcome), nullptr);
  ASSERT_TRUE(kdc().AddService("amqp/other.example").ok());
  settings_.kerberos.service = "amqp@other.example";
  const Failure failure = FailureOf(LogIn().outcome);
  EXPECT_EQ(failure.reason, FailureReason::kKerberosRefused);
  EXPECT_NE(std::string(failure.what).find("another service"), std::string::npos) << failure.what;
}

TEST_F(GssapiTest, ATicketForAnotherServiceOfThisHostCountsOnlyIfWeSaySo) {
  ASSERT_TRUE(kdc().AddService("imap/localhost").ok());
  parameters_ = {{"service", "imap", true}};
  const Failure failure = FailureOf(LogIn().outcome);
  EXPECT_EQ(failure.reason, FailureReason::kKerberosRefused);
  EXPECT_NE(std::string(failure.what).find("another service"), std::string::npos) << failure.what;
  settings_.kerberos.service.clear();
  EXPECT_NE(IdentityIn(LogIn().outcome), nullptr);
  settings_.kerberos.service = "imap";
  EXPECT_NE(IdentityIn(LogIn().outcome), nullptr);
}

TEST_F(GssapiTest, TheKeytabIsTheConfiguredOne) {
  settings_.kerberos.keytab = kdc().keytab();
  setenv("KRB5_KTNAME", "/no/such/keytab", /*overwrite=*/1);
  EXPECT_NE(IdentityIn(LogIn().outcome), nullptr);
}

// Each of the two goes to a realm of their own, and the realms trust each other.
TEST_F(GssapiTest, AStrangerKeepsTheirRealm) {
  auto other = Kdc::Start("OTHER.REALM");
  ASSERT_TRUE(other.ok()) << other.status();
  for (Kdc* one : {&kdc(), other->get()}) {
    ASSERT_TRUE(one->AddUser("krbtgt/TEST.REALM@OTHER.REALM", "trust").ok());
  }
  ASSERT_TRUE((*other)->AddUser("alice", kPassword).ok());
  const auto tickets = (*other)->LogIn("alice", kPassword);
  ASSERT_TRUE(tickets.ok()) << tickets.status();
  kdc().UseInThisProcess(*tickets);
  const std::string both =
      kdc().Environment().at("KRB5_CONFIG") + ":" + (*other)->Environment().at("KRB5_CONFIG");
  setenv("KRB5_CONFIG", both.c_str(), /*overwrite=*/1);

  EXPECT_EQ(ReasonOf(LogIn().outcome), FailureReason::kUnknownUser);
  book_["alice@OTHER.REALM"].account = TestAccount("alice@OTHER.REALM", "", {});
  const Conversation talk = LogIn();
  ASSERT_NE(IdentityIn(talk.outcome), nullptr);
  EXPECT_EQ(IdentityIn(talk.outcome)->authentication_id, "alice@OTHER.REALM");
}

TEST_F(GssapiTest, ManyLogInAtOnce) {
  constexpr int kThreads = 4;
  constexpr int kLogins = 25;
  std::atomic<int> logged_in = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([this, &logged_in] {
      for (int n = 0; n < kLogins; ++n) {
        if (IdentityIn(LogIn().outcome) != nullptr) ++logged_in;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(logged_in, kThreads * kLogins);
}

TEST_F(GssapiTest, WorkMayOutliveItsMechanism) {
  GssPeer client(GssPeer::Side::kInitiator);
  auto server = *CreateServerMechanism(kGssapi, server_context_);
  const auto step = server->Step(client.Step(std::nullopt));
  ASSERT_TRUE(step.ok());
  const KeyDerivation work = std::get<NeedDerivation>(*step).work;
  server.reset();
  EXPECT_TRUE(std::holds_alternative<SlowStepDone>(Derive(work)));

  auto initiator = Client();
  auto begun = initiator->Step(std::nullopt);
  ASSERT_TRUE(begun.ok());
  const KeyDerivation initiation = std::get<NeedDerivation>(*begun).work;
  initiator.reset();
  EXPECT_TRUE(std::holds_alternative<SlowStepDone>(Derive(initiation)));
}

TEST_F(GssapiTest, WorkThatIsNotDoneIsNoRefusal) {
  GssPeer client(GssPeer::Side::kInitiator);
  auto server = *CreateServerMechanism(kGssapi, server_context_);
  const auto step = server->Step(client.Step(std::nullopt));
  ASSERT_TRUE(step.ok());
  const auto ended =
      server->Resume(std::get<NeedDerivation>(*step).ticket, DerivationRefused{.overloaded = true});
  ASSERT_TRUE(ended.ok());
  EXPECT_EQ(ReasonOf(*ended), FailureReason::kOverloaded);
  // Nor is it a success where the host only says that it did it.
  auto second = *CreateServerMechanism(kGssapi, server_context_);
  const auto again = second->Step(GssPeer(GssPeer::Side::kInitiator).Step(std::nullopt));
  ASSERT_TRUE(again.ok());
  const auto unjudged = second->Resume(std::get<NeedDerivation>(*again).ticket, SlowStepDone{});
  ASSERT_TRUE(unjudged.ok());
  EXPECT_EQ(ReasonOf(*unjudged), FailureReason::kInternal);
}

}  // namespace
}  // namespace sallyport
