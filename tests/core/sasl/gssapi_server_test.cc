// The server's side of GSSAPI before clients that no good library makes, in a real
// Kerberos realm.

#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "core/sasl/gssapi/kerberos_token.h"
#include "gtest/gtest.h"
#include "tests/core/sasl/forgiven_leaks.h"
#include "tests/core/sasl/gss_peer.h"
#include "tests/core/sasl/gssapi_fixture.h"

namespace sallyport {
namespace {

constexpr std::string_view kChoice("\x01\x00\x00\x00", 4);

class GssapiServerTest : public GssapiFixture {
 protected:
  // A client up to the offer of layers, which it has unwrapped.
  struct Begun {
    MechanismDriver server;
    GssPeer client;
    // Its first message, and the server's answer to it.
    std::string token;
    std::string reply;
    std::optional<std::string> offer;
  };

  Begun Begin(OM_uint32 flags = GSS_C_MUTUAL_FLAG) const {
    Begun begun = {Server(), GssPeer(GssPeer::Side::kInitiator, flags), "", "", std::nullopt};
    begun.token = begun.client.Step(std::nullopt);
    begun.reply = ChallengeIn(begun.server.Step(begun.token));
    EXPECT_EQ(begun.client.Step(begun.reply), "");
    EXPECT_TRUE(begun.client.established());
    begun.offer = begun.client.Unwrap(ChallengeIn(begun.server.Step("")));
    return begun;
  }

  static std::string ChallengeIn(const StepResult& result) {
    const auto* challenge = std::get_if<Challenge>(&result);
    EXPECT_NE(challenge, nullptr);
    return challenge == nullptr ? "" : challenge->bytes;
  }

  // What becomes of a first message.
  Failure Judge(std::string_view token) const { return FailureOf(Server().Step(token)); }

  static std::string Token(OM_uint32 flags = GSS_C_MUTUAL_FLAG) {
    return GssPeer(GssPeer::Side::kInitiator, flags).Step(std::nullopt);
  }

  void ExpectRefused(const Failure& failure, std::string_view words) {
    EXPECT_EQ(failure.reason, FailureReason::kKerberosRefused);
    EXPECT_NE(std::string_view(failure.what).find(words), std::string_view::npos) << failure.what;
  }
};

TEST_F(GssapiServerTest, OffersNoLayerAndTakesThatChoice) {
  Begun begun = Begin();
  EXPECT_EQ(begun.offer, kChoice);
  EXPECT_NE(IdentityIn(begun.server.Step(begun.client.Wrap(kChoice))), nullptr);
}

TEST_F(GssapiServerTest, TakesAChoiceThatIsEncrypted) {
  Begun begun = Begin();
  const StepResult result =
      begun.server.Step(begun.client.Wrap(std::string(kChoice) + "bob", /*encrypt=*/true));
  ASSERT_NE(IdentityIn(result), nullptr);
  EXPECT_EQ(IdentityIn(result)->authorization_id, "bob");
}

TEST_F(GssapiServerTest, RefusesEveryOtherChoice) {
  const std::vector<std::string> choices = {
      "",
      std::string("\x01\x00\x00", 3),
      std::string("\x00\x00\x00\x00", 4),
      std::string("\x02\x00\x00\x00", 4),
      std::string("\x02\x00\x10\x00", 4),
      std::string("\x04\x00\x10\x00", 4),
      std::string("\x03\x00\x00\x00", 4),
      std::string("\x05\x00\x00\x00", 4),
      std::string("\x81\x00\x00\x00", 4),
      std::string("\x01\x00\x00\x01", 4),
      std::string("\x01\x01\x00\x00", 4),
      std::string("\x01\x00\x00\x00\xff", 5),
      std::string("\x01\x00\x00\x00"
                  "bob\x00",
                  8),
      std::string("\x01\x00\x00\x00\x00", 5),
      std::string("\x01\x00\x00\x00\xc2\xad", 6),
      std::string(kChoice) + std::string(1025, 'x'),
  };
  for (const std::string& choice : choices) {
    SCOPED_TRACE(testing::PrintToString(choice));
    Begun begun = Begin();
    const StepResult result = begun.server.Step(begun.client.Wrap(choice));
    EXPECT_EQ(FailureOf(result).reason, FailureReason::kMalformedMessage);
    EXPECT_TRUE(begun.server.queries().empty());
  }
}

TEST_F(GssapiServerTest, RefusesAChoiceThatIsNotWrappedForThisExchange) {
  Begun other = Begin();
  for (const std::string& message : {std::string(kChoice), std::string(), std::string(4096, '\x05'),
                                     other.client.Wrap(kChoice), other.token, other.reply}) {
    Begun begun = Begin();
    EXPECT_EQ(FailureOf(begun.server.Step(message)).reason, FailureReason::kMalformedMessage);
  }
}

TEST_F(GssapiServerTest, RefusesAChoiceWithAnyByteChangedOrCutOff) {
  // RFC 4121 section 4.2.5: by how many bytes the message is turned. This one counts whole turns,
  // which change nothing.
  constexpr size_t kWholeTurns = 6;
  const size_t size = Begin().client.Wrap(kChoice).size();
  for (size_t i = 0; i < size; ++i) {
    Begun begun = Begin();
    std::string changed = begun.client.Wrap(kChoice);
    changed[i] = static_cast<char>(changed[i] ^ 0x04);
    const StepResult result = begun.server.Step(changed);
    if (i == kWholeTurns) {
      EXPECT_NE(IdentityIn(result), nullptr);
    } else {
      EXPECT_EQ(FailureOf(result).reason, FailureReason::kMalformedMessage) << i;
    }
    Begun cut = Begin();
    const std::string whole = cut.client.Wrap(kChoice);
    EXPECT_EQ(FailureOf(cut.server.Step(whole.substr(0, i))).reason,
              FailureReason::kMalformedMessage)
        << i;
  }
}

TEST_F(GssapiServerTest, RefusesAMessageOutOfItsOrder) {
  Begun begun = Begin(GSS_C_MUTUAL_FLAG | GSS_C_SEQUENCE_FLAG | GSS_C_REPLAY_FLAG);
  begun.client.Wrap(kChoice);
  const std::string second = begun.client.Wrap(kChoice);
  EXPECT_EQ(FailureOf(begun.server.Step(second)).reason, FailureReason::kMalformedMessage);
}

TEST_F(GssapiServerTest, RefusesWhatIsNotNothingAfterItsToken) {
  for (const std::string& message : {std::string(1, '\0'), Token()}) {
    MechanismDriver server = Server();
    ChallengeIn(server.Step(Token()));
    EXPECT_EQ(FailureOf(server.Step(message)).reason, FailureReason::kMalformedMessage);
  }
}

TEST_F(GssapiServerTest, RefusesWhatIsNoToken) {
  const std::string token = Token();
  std::string bare = token.substr(token.find('\x6e'));
  for (const std::string& message : {std::string(), std::string("?"), std::string(4096, '\x01'),
                                     std::string("\x60"), std::string(65536, '\x60'), bare}) {
    EXPECT_EQ(Judge(message).reason, FailureReason::kMalformedMessage);
  }
  for (size_t size = 0; size < token.size(); ++size) {
    EXPECT_EQ(Judge(token.substr(0, size)).reason, FailureReason::kMalformedMessage) << size;
  }
}

// Some of a token is protected by nothing, such as the service's name that the ticket
// is shown under. It must not matter.
TEST_F(GssapiServerTest, ATokenWithAnyByteChangedIsRefusedOrMeansTheSame) {
  std::string token = Token();
  for (size_t i = 0; i < token.size(); ++i) {
    ForgetReplays();
    token[i] = static_cast<char>(token[i] ^ 0x10);
    auto server = *CreateServerMechanism(kGssapi, server_context_);
    const ServerMechanism& mechanism = *server;
    MechanismDriver driver(std::move(server), book_);
    const StepResult result = driver.Step(token);
    if (std::holds_alternative<Challenge>(result)) {
      EXPECT_EQ(mechanism.properties().at(0).value, "alice@TEST.REALM") << i;
      EXPECT_EQ(mechanism.properties().at(1).value, "amqp/localhost@TEST.REALM") << i;
    } else {
      const FailureReason reason = FailureOf(result).reason;
      EXPECT_TRUE(reason == FailureReason::kMalformedMessage ||
                  reason == FailureReason::kKerberosRefused)
          << i << ": " << ReasonName(reason);
    }
    token[i] = static_cast<char>(token[i] ^ 0x10);
  }
}

TEST_F(GssapiServerTest, ATicketForAnotherServiceUnderOurNameIsRefused) {
  ASSERT_TRUE(kdc().AddService("imap/localhost").ok());
  parameters_ = {{"service", "imap", true}};
  const auto said = StepClient(*Client(), std::nullopt);
  std::string token = std::get<ClientResponse>(said).bytes.value();
  settings_.kerberos.service = "imap";
  ChallengeIn(Server().Step(token));
  ForgetReplays();
  const size_t name = token.find("imap");
  ASSERT_NE(name, std::string::npos);
  token.replace(name, 4, "amqp");
  for (const char* service : {"amqp", "amqp@localhost"}) {
    settings_.kerberos.service = service;
    EXPECT_EQ(Judge(token).reason, FailureReason::kKerberosRefused);
  }
}

TEST_F(GssapiServerTest, TakesNoOtherMechanism) {
  const std::string spnego =
      GssPeer(GssPeer::Side::kInitiator, GSS_C_MUTUAL_FLAG, SpnegoMechanism()).Step(std::nullopt);
  EXPECT_FALSE(IsKerberosRequest(spnego));
  EXPECT_EQ(Judge(spnego).reason, FailureReason::kMalformedMessage);
}

TEST_F(GssapiServerTest, TakesNoDceStyle) {
  const std::string bare = Token(GSS_C_MUTUAL_FLAG | GSS_C_DCE_STYLE);
  EXPECT_EQ(Judge(bare).reason, FailureReason::kMalformedMessage);
  // In the usual frame, which that style lacks.
  std::string framed("\x60\x82\0\0\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x01\0", 17);
  framed += bare;
  framed[2] = static_cast<char>((framed.size() - 4) >> 8);
  framed[3] = static_cast<char>(framed.size() - 4);
  ASSERT_TRUE(IsKerberosRequest(framed));
  EXPECT_EQ(Judge(framed).reason, FailureReason::kMalformedMessage);
}

TEST_F(GssapiServerTest, RefusesAReplay) {
  const std::string token = Token();
  ChallengeIn(Server().Step(token));
  ExpectRefused(Judge(token), "replay");
}

TEST_F(GssapiServerTest, RefusesATicketMadeWithAnotherKey) {
  auto impostor = Kdc::Start(kRealm);
  ASSERT_TRUE(impostor.ok()) << impostor.status();
  ASSERT_TRUE((*impostor)->AddService("amqp/localhost").ok());
  settings_.kerberos.keytab = (*impostor)->keytab();
  ExpectRefused(Judge(Token()), "not made with the key in the keytab");
}

TEST_F(GssapiServerTest, RefusesATicketForAServiceWithoutAKey) {
  auto elsewhere = Kdc::Start(kRealm);
  ASSERT_TRUE(elsewhere.ok()) << elsewhere.status();
  ASSERT_TRUE((*elsewhere)->AddService("amqp/elsewhere.example").ok());
  settings_.kerberos.keytab = (*elsewhere)->keytab();
  ExpectRefused(Judge(Token()), "another service");
}

TEST_F(GssapiServerTest, AKeytabThatIsMissingOrNoneIsOurFault) {
  // MIT's library leaks the name of a service that it has no key of.
  const ForgivenLeaks of_kerberos;
  settings_.kerberos.keytab = "/no/such/keytab";
  EXPECT_EQ(Judge(Token()).reason, FailureReason::kMisconfigured);
  EXPECT_STREQ(Judge(Token()).what, "the keytab does not exist");
  settings_.kerberos.service.clear();
  EXPECT_EQ(Judge(Token()).reason, FailureReason::kMisconfigured);
  const std::string path = testing::TempDir() + "/no-keytab";
  std::ofstream(path) << "password\n";
  settings_.kerberos.keytab = path;
  EXPECT_EQ(Judge(Token()).reason, FailureReason::kMisconfigured);
  settings_.kerberos = {.service = "xmpp"};
  EXPECT_EQ(Judge(Token()).reason, FailureReason::kMisconfigured);
  // Also what no client sends, since we cannot tell.
  settings_.kerberos = {.service = std::string("\0", 1)};
  EXPECT_EQ(Judge(Token()).reason, FailureReason::kMisconfigured);
}

TEST_F(GssapiServerTest, AReplayCacheThatCannotBeWrittenIsOurFault) {
  setenv("KRB5RCACHENAME", "file2:/no/such/folder/replays", /*overwrite=*/1);
  EXPECT_EQ(Judge(Token()).reason, FailureReason::kMisconfigured);
}

TEST_F(GssapiServerTest, AClientThatDoesNotHaveUsProveOurselvesIsRefusedUnlessAllowed) {
  ExpectRefused(Judge(Token(/*flags=*/0)), "mutual authentication");
  settings_.kerberos.allow_one_way = true;
  GssPeer client(GssPeer::Side::kInitiator, /*flags=*/0);
  MechanismDriver server = Server();
  const std::string offer = ChallengeIn(server.Step(client.Step(std::nullopt)));
  EXPECT_TRUE(client.established());
  EXPECT_EQ(client.Unwrap(offer), kChoice);
  EXPECT_NE(IdentityIn(server.Step(client.Wrap(kChoice))), nullptr);

  const std::vector<MechanismParameter> demand = {{"mutual", "true", true}};
  server_context_.parameters = demand;
  ExpectRefused(Judge(Token(/*flags=*/0)), "mutual authentication");
  ChallengeIn(Server().Step(Token()));
}

// Why it is refused.
TEST_F(GssapiServerTest, SuchALoginCouldBeRepeatedOnAnotherReplica) {
  settings_.kerberos.allow_one_way = true;
  GssPeer client(GssPeer::Side::kInitiator, /*flags=*/0);
  const std::string token = client.Step(std::nullopt);
  const std::string choice = client.Wrap(kChoice);
  ForgetReplays();
  MechanismDriver server = Server();
  ChallengeIn(server.Step(token));
  EXPECT_NE(IdentityIn(server.Step(choice)), nullptr);
}

TEST_F(GssapiServerTest, ALoginCannotBeRepeatedOnAnotherReplica) {
  Begun begun = Begin();
  const std::string choice = begun.client.Wrap(kChoice);
  EXPECT_NE(IdentityIn(begun.server.Step(choice)), nullptr);
  ForgetReplays();
  MechanismDriver server = Server();
  ChallengeIn(server.Step(begun.token));
  ChallengeIn(server.Step(""));
  EXPECT_EQ(FailureOf(server.Step(choice)).reason, FailureReason::kMalformedMessage);
}

TEST_F(GssapiServerTest, TheEndIsFinal) {
  auto server = *CreateServerMechanism(kGssapi, server_context_);
  ASSERT_TRUE(server->Step("?").ok());
  EXPECT_EQ(server->Step("").status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(server->Resume(1, SlowStepDone{}).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(GssapiServerTest, TakesAnswersInTheirTurnOnly) {
  auto server = *CreateServerMechanism(kGssapi, server_context_);
  EXPECT_FALSE(server->Resume(0, SlowStepDone{}).ok());
  const auto asked = server->Step(Token());
  ASSERT_TRUE(asked.ok());
  const uint64_t ticket = std::get<NeedDerivation>(*asked).ticket;
  EXPECT_FALSE(server->Step("").ok());
  EXPECT_FALSE(server->Resume(ticket + 1, SlowStepDone{}).ok());
  EXPECT_FALSE(server->Resume(ticket, CredentialAnswer(CredentialsFound{})).ok());
  EXPECT_FALSE(server->Resume(ticket, PasswordVerdict{true}).ok());
}

}  // namespace
}  // namespace sallyport
