#include "core/handshake/server_handshake.h"

#include <string>
#include <vector>

#include "core/amqp/protocol_header.h"
#include "gtest/gtest.h"
#include "tests/core/handshake/frame_bytes.h"
#include "tests/core/handshake/puppet_mechanism.h"
#include "tests/core/handshake/server_session.h"

namespace sallyport {
namespace {

using Frames = std::vector<std::string>;

ServerSetup PuppetSetup() {
  ServerSetup setup;
  setup.offer = *MechanismOffer::Create({&kPuppet}, {FindMechanism("PLAIN")});
  return setup;
}

std::string PuppetInit(std::string_view words) { return InitFrame("PUPPET", words); }

// ExpectEnd is what all ends have in common; `frames` come after the greeting.
void ExpectEnd(ServerSession& session, const std::string& outcome, uint64_t consumed,
               const Frames& frames) {
  EXPECT_EQ(session.Inconsistency(), "");
  EXPECT_EQ(session.Result().outcome, outcome);
  EXPECT_EQ(session.handshake().consumed(), consumed);
  Frames sent = ReadFrames(session.sent());
  ASSERT_GE(sent.size(), 2u);
  sent.erase(sent.begin(), sent.begin() + 2);
  EXPECT_EQ(sent, frames);
}

TEST(ServerHandshake, GreetsBeforeTheClientHasSaidAnything) {
  const ServerSetup setup = PuppetSetup();
  const ServerSession session(setup);
  EXPECT_EQ(ReadFrames(session.sent()), (Frames{"header", "mechanisms PUPPET"}));
  EXPECT_FALSE(session.outcome().has_value());
}

TEST(ServerHandshake, AnswersTheHeaderWithNothingMore) {
  const ServerSetup setup = PuppetSetup();
  ServerSession session(setup);
  session.TakeUnread();
  session.Exchange(SaslHeader());
  EXPECT_EQ(session.TakeUnread(), "");
  EXPECT_EQ(session.handshake().consumed(), 8u);
}

TEST(ServerHandshake, RefusesEveryOtherHeaderWithoutAFrame) {
  const std::vector<std::string> openings = {
      std::string(amqp::kAmqpProtocolHeader),
      std::string("AMQP\x02\x01\x00\x00", 8),      // AMQP's own TLS
      std::string("AMQP\x03\x01\x00\x01", 8),      // SASL of another revision
      std::string("AMQP\x03\x00\x09\x01", 8),      // and of AMQP 0-9-1's numbers
      std::string("\x16\x03\x01\x02\x00\x01", 6),  // a TLS ClientHello
      "GET / HTTP/1.1\r\n",
      "amqp",
      std::string(8, '\0'),
  };
  for (const std::string& opening : openings) {
    SCOPED_TRACE(opening);
    const ServerSetup setup = PuppetSetup();
    ServerSession session(setup);
    session.Exchange(opening);
    ExpectEnd(session, "code 1 protocol_header: the client did not begin with the AMQP SASL header",
              0, {});
  }
}

TEST(ServerHandshake, TheFirstWrongByteOfAHeaderDecides) {
  for (size_t wrong = 0; wrong < 8; ++wrong) {
    std::string opening = SaslHeader().substr(0, wrong + 1);
    opening.back() ^= 0x40;
    const ServerSetup setup = PuppetSetup();
    ServerSession session(setup);
    session.Exchange(std::string_view(opening).substr(0, wrong));
    EXPECT_FALSE(session.outcome().has_value()) << wrong;
    EXPECT_EQ(session.handshake().consumed(), 0u);
    session.Exchange(std::string_view(opening).substr(wrong));
    ASSERT_TRUE(session.outcome().has_value()) << wrong;
    EXPECT_EQ(session.outcome()->reason, FailureReason::kProtocolHeader);
    EXPECT_EQ(session.handshake().consumed(), 0u);
  }
}

TEST(ServerHandshake, SucceedsWithAndWithoutAdditionalData) {
  for (const auto& [words, frame] : std::vector<std::pair<std::string, std::string>>{
           {"succeed", "outcome 0"}, {"succeed=0", "outcome 0 "}, {"succeed=3", "outcome 0 xxx"}}) {
    const ServerSetup setup = PuppetSetup();
    ServerSession session(setup);
    const std::string input = SaslHeader() + PuppetInit(words);
    session.Exchange(input);
    ExpectEnd(session, "code 0 puppet as puppet by PUPPET", input.size(), {frame});
  }
}

TEST(ServerHandshake, LeavesWhatComesAfterTheOutcome) {
  const std::string input = SaslHeader() + PuppetInit("challenge") + ResponseFrame("succeed");
  for (const std::string& tail :
       {std::string(amqp::kAmqpProtocolHeader), std::string("garbage"), ResponseFrame("fail")}) {
    const ServerSetup setup = PuppetSetup();
    ServerSession session(setup);
    session.Exchange(input + tail);
    ExpectEnd(session, "code 0 puppet as puppet by PUPPET", input.size(),
              {"challenge ", "outcome 0"});
  }
}

TEST(ServerHandshake, IgnoresEverythingAfterTheEnd) {
  for (const char* words : {"succeed", "fail"}) {
    const ServerSetup setup = PuppetSetup();
    ServerSession session(setup);
    session.Exchange(SaslHeader() + PuppetInit(words));
    const SessionResult before = session.Result();
    session.Exchange(PuppetInit("succeed"));
    session.Exchange(SaslHeader());
    session.Exchange(std::string(1000, '\xff'));
    EXPECT_EQ(session.Result(), before);
    EXPECT_EQ(session.Inconsistency(), "");
  }
}

TEST(ServerHandshake, CountsTheFrameThatFailedAndNotWhatFollowsIt) {
  const ServerSetup setup = PuppetSetup();
  ServerSession session(setup);
  const std::string input = SaslHeader() + PuppetInit("fail");
  session.Exchange(input + PuppetInit("succeed"));
  ExpectEnd(session, "code 1 bad_credentials: as the client wished", input.size(), {"outcome 1"});
}

TEST(ServerHandshake, RefusesAMechanismThatIsNotOffered) {
  for (const char* name : {"EXTERNAL", "puppet", "PUPPE", "PUPPETS", "", "X-NEVER-HEARD-OF"}) {
    const ServerSetup setup = PuppetSetup();
    ServerSession session(setup);
    const std::string input = SaslHeader() + InitFrame(name, "succeed");
    session.Exchange(input);
    ExpectEnd(session, "code 1 mechanism_not_offered", input.size(), {"outcome 1"});
    EXPECT_EQ(session.handshake().mechanism(), nullptr);
  }
}

TEST(ServerHandshake, SaysThatTlsIsMissingForAMechanismThatIsWithheldForIt) {
  const ServerSetup setup = PuppetSetup();
  ServerSession session(setup);
  const std::string input = SaslHeader() + InitFrame("PLAIN", std::string_view("\0a\0b", 4));
  session.Exchange(input);
  ExpectEnd(session, "code 1 tls_required", input.size(), {"outcome 1"});
}

TEST(ServerHandshake, RefusesASecondInitRatherThanBeginAgain) {
  const ServerSetup setup = PuppetSetup();
  ServerSession session(setup);
  const std::string input = SaslHeader() + PuppetInit("challenge") + PuppetInit("succeed");
  session.Exchange(input);
  ExpectEnd(session, "code 1 out_of_turn: a frame that is out of turn", input.size(),
            {"challenge ", "outcome 1"});
}

TEST(ServerHandshake, RefusesAResponseBeforeAnyChallenge) {
  const ServerSetup setup = PuppetSetup();
  ServerSession session(setup);
  const std::string input = SaslHeader() + ResponseFrame("succeed");
  session.Exchange(input);
  ExpectEnd(session, "code 1 out_of_turn: a frame that is out of turn", input.size(),
            {"outcome 1"});
}

TEST(ServerHandshake, RefusesWhatOnlyAServerSends) {
  const std::vector<std::string> bodies = {
      std::string("\x00\x53\x40\xc0\x04\x01\xa3\x01X", 9),  // mechanisms
      std::string("\x00\x53\x42\xc0\x03\x01\xa0\x00", 8),   // challenge
      std::string("\x00\x53\x44\xc0\x03\x01\x50\x00", 8),   // outcome: ok
  };
  for (const std::string& body : bodies) {
    for (const std::string& before : {std::string(), PuppetInit("challenge")}) {
      const ServerSetup setup = PuppetSetup();
      ServerSession session(setup);
      const std::string input = SaslHeader() + before + RawFrame(body);
      session.Exchange(input);
      ASSERT_TRUE(session.outcome().has_value());
      EXPECT_EQ(session.outcome()->reason, FailureReason::kOutOfTurn);
      EXPECT_EQ(session.outcome()->code, amqp::SaslCode::kAuth);
      EXPECT_EQ(session.handshake().consumed(), input.size());
      EXPECT_EQ(session.Inconsistency(), "");
    }
  }
}

TEST(ServerHandshake, RefusesMalformedFramesAndCountsThemOnlyIfWhole) {
  struct Case {
    std::string frame;
    bool whole;
  };
  const std::vector<Case> cases = {
      {RawFrame("", 1, 7), false},                                 // a size under the header's
      {std::string("\x00\x00\x00\x00", 4), false},                 // no size
      {RawFrame("nonsense"), true},                                // a body that is no performative
      {RawFrame(std::string("\x00\x53\x41\x45", 4)), true},        // an init without a mechanism
      {RawFrame(PuppetInit("succeed").substr(8), 0), true},        // a frame of AMQP's type
      {RawFrame(PuppetInit("succeed").substr(8) + "x"), true},     // bytes after the list
      {std::string("\x00\x00\x00\x08\x01\x01\x00\x00", 8), true},  // an offset inside the header
      // The mechanism as a string.
      {RawFrame(std::string("\x00\x53\x41\xc0\x09\x01\xa1\x06PUPPET", 14)), true},
  };
  for (size_t i = 0; i < cases.size(); ++i) {
    SCOPED_TRACE(i);
    const ServerSetup setup = PuppetSetup();
    ServerSession session(setup);
    session.Exchange(SaslHeader() + cases[i].frame);
    ASSERT_TRUE(session.outcome().has_value());
    EXPECT_EQ(session.outcome()->reason, FailureReason::kMalformedFrame);
    EXPECT_NE(session.outcome()->what, nullptr);
    EXPECT_EQ(session.handshake().consumed(), cases[i].whole ? 8 + cases[i].frame.size() : 8);
    EXPECT_EQ(session.Inconsistency(), "");
    EXPECT_EQ(ReadFrames(session.sent()).back(), "outcome 1");
  }
}

TEST(ServerHandshake, TakesTheDescriptorAsASymbolAndExtendedHeaders) {
  const std::string list = PuppetInit("succeed").substr(8 + 3);
  std::string symbolic = std::string("\x00\xa3\x13", 3) + "amqp:sasl-init:list" + list;
  std::string extended = RawFrame("four" + PuppetInit("succeed").substr(8));
  extended[4] = 3;
  for (const std::string& frame : {RawFrame(symbolic), extended}) {
    const ServerSetup setup = PuppetSetup();
    ServerSession session(setup);
    session.Exchange(SaslHeader() + frame);
    ExpectEnd(session, "code 0 puppet as puppet by PUPPET", 8 + frame.size(), {"outcome 0"});
  }
}

TEST(ServerHandshake, ReportsTheHostnameOfTheInitAlsoOfAFailure) {
  for (const char* words : {"succeed", "fail"}) {
    const ServerSetup setup = PuppetSetup();
    ServerSession session(setup);
    session.Exchange(SaslHeader() + InitFrame("PUPPET", words, "tenant.example"));
    EXPECT_EQ(session.handshake().hostname(), "tenant.example");
    EXPECT_TRUE(session.outcome().has_value());
  }
  const ServerSetup setup = PuppetSetup();
  ServerSession unknown(setup);
  unknown.Exchange(SaslHeader() + InitFrame("NONE", "", "tenant.example"));
  EXPECT_EQ(unknown.handshake().hostname(), "tenant.example");
  ServerSession silent(setup);
  silent.Exchange(SaslHeader() + PuppetInit("succeed"));
  EXPECT_EQ(silent.handshake().hostname(), "");
}

TEST(ServerHandshake, TellsAnAbsentInitialResponseFromAnEmptyOne) {
  ServerSetup setup;
  setup.offer = OfferOf({"SCRAM-SHA-256"});
  ServerSession absent(setup);
  absent.Exchange(SaslHeader() + InitFrame("SCRAM-SHA-256", std::nullopt));
  EXPECT_FALSE(absent.outcome().has_value());
  EXPECT_EQ(ReadFrames(absent.sent()).back(), "challenge ");
  ServerSession empty(setup);
  empty.Exchange(SaslHeader() + InitFrame("SCRAM-SHA-256", ""));
  ASSERT_TRUE(empty.outcome().has_value());
  EXPECT_EQ(empty.outcome()->reason, FailureReason::kMalformedMessage);
}

TEST(ServerHandshake, TellsTheMechanismWhetherPlusWasOffered) {
  // Flag `y`: fails if and only if a -PLUS mechanism was on the list.
  const std::string input = SaslHeader() + InitFrame("SCRAM-SHA-256", "y,,n=user,r=nonce");
  ServerSetup setup;
  setup.offer = OfferOf({"SCRAM-SHA-256"});
  ServerSession without(setup);
  without.Exchange(input);
  EXPECT_FALSE(without.outcome().has_value());
  setup.offer = OfferOf({"SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"});
  ServerSession with(setup);
  with.Exchange(input);
  ASSERT_TRUE(with.outcome().has_value());
  EXPECT_EQ(with.outcome()->reason, FailureReason::kChannelBindingDowngrade);
}

}  // namespace
}  // namespace sallyport
