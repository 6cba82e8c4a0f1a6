// The exchanges that the RFCs publish, inside AMQP's frames.

#include <string>
#include <vector>

#include "core/credentials/credential.h"
#include "core/sasl/scram/scram.h"
#include "gtest/gtest.h"
#include "tests/core/handshake/frame_bytes.h"
#include "tests/core/handshake/server_session.h"

namespace sallyport {
namespace {

using Frames = std::vector<std::string>;

// The server's nonces are those of the RFCs; a registered mechanism draws its own.
constexpr MechanismDescriptor kRfc5802 = {
    .name = kScramSha1.name,
    .create_server =
        [](const ServerMechanismContext& context) {
          return CreateScramServer(kScramSha1Variant, context, "3rfcNHYJY1ZVvWVs7j");
        },
};
constexpr MechanismDescriptor kRfc7677 = {
    .name = kScramSha256.name,
    .create_server =
        [](const ServerMechanismContext& context) {
          return CreateScramServer(kScramSha256Variant, context, "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0");
        },
};

ServerSetup SetupOf(const MechanismDescriptor& mechanism, const std::string& user,
                    std::string_view credential) {
  ServerSetup setup;
  setup.offer = *MechanismOffer::Create({&mechanism}, {});
  auto account = std::make_shared<Account>();
  account->authentication_id = user;
  account->credentials.push_back({*ParseCredential(credential), std::nullopt});
  setup.accounts[user] = {std::move(account), std::nullopt};
  return setup;
}

Frames Play(const ServerSetup& setup, const std::string& client_bytes) {
  ServerSession session(setup);
  session.Exchange(client_bytes);
  EXPECT_EQ(session.Inconsistency(), "");
  EXPECT_EQ(session.handshake().consumed(), client_bytes.size());
  return ReadFrames(session.sent());
}

TEST(PublishedExchange, ScramSha1OfRfc5802Section5) {
  const ServerSetup setup =
      SetupOf(kRfc5802, "user",
              "SCRAM-SHA-1$4096:QSXCR+Q6sek8bf92$6dlGYMOdZcOPutkcNY8U2g7vK9Y=:"
              "D+CSWLOshSulAsxiupA+qs2/fTE=");
  const std::string nonce = "fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j";
  const std::string input = SaslHeader() +
                            InitFrame("SCRAM-SHA-1", "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL") +
                            ResponseFrame("c=biws,r=" + nonce + ",p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=");
  EXPECT_EQ(Play(setup, input), (Frames{"header", "mechanisms SCRAM-SHA-1",
                                        "challenge r=" + nonce + ",s=QSXCR+Q6sek8bf92,i=4096",
                                        "outcome 0 v=rmF9pqV8S7suAoZWja4dJRkFsKQ="}));
}

TEST(PublishedExchange, ScramSha256OfRfc7677Section3) {
  const ServerSetup setup = SetupOf(kRfc7677, "user",
                                    "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$"
                                    "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
                                    "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=");
  const std::string nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
  const std::string input =
      SaslHeader() + InitFrame("SCRAM-SHA-256", "n,,n=user,r=rOprNGfwEbeRWgbNEkqO") +
      ResponseFrame("c=biws,r=" + nonce + ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
  EXPECT_EQ(Play(setup, input),
            (Frames{"header", "mechanisms SCRAM-SHA-256",
                    "challenge r=" + nonce + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
                    "outcome 0 v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="}));
}

TEST(PublishedExchange, PlainOfRfc4616Section4) {
  const ServerSetup setup = SetupOf(*FindMechanism("PLAIN"), "tim", "{CLEARTEXT}tanstaaftanstaaf");
  const std::string message("\0tim\0tanstaaftanstaaf", 21);
  EXPECT_EQ(Play(setup, SaslHeader() + InitFrame("PLAIN", message)),
            (Frames{"header", "mechanisms PLAIN", "outcome 0"}));
  // As the RFC's exchange has it: the message as the answer to an empty challenge.
  EXPECT_EQ(Play(setup, SaslHeader() + InitFrame("PLAIN", std::nullopt) + ResponseFrame(message)),
            (Frames{"header", "mechanisms PLAIN", "challenge ", "outcome 0"}));
}

TEST(PublishedExchange, PlainWithAnAuthorizationIdOfRfc4616Section4) {
  const ServerSetup setup = SetupOf(*FindMechanism("PLAIN"), "Kurt", "{CLEARTEXT}xipj3plmq");
  ServerSession session(setup);
  session.Exchange(SaslHeader() +
                   InitFrame("PLAIN", std::string_view("Ursel\0Kurt\0xipj3plmq", 20)));
  EXPECT_EQ(session.Result().outcome, "code 0 Kurt as Ursel by PLAIN");
}

}  // namespace
}  // namespace sallyport
