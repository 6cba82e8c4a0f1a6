// What one client may make a ServerHandshake do before it is authenticated.

#include <string>
#include <vector>

#include "core/amqp/protocol_header.h"
#include "core/handshake/server_handshake.h"
#include "gtest/gtest.h"
#include "tests/core/handshake/frame_bytes.h"
#include "tests/core/handshake/puppet_mechanism.h"
#include "tests/core/handshake/server_session.h"

namespace sallyport {
namespace {

ServerSetup PuppetSetup(const HandshakeLimits& limits) {
  ServerSetup setup;
  setup.offer = *MechanismOffer::Create({&kPuppet}, {});
  setup.limits = limits;
  return setup;
}

// A response of `size` bytes with its frame, that asks for another challenge.
std::string ResponseOfSize(size_t size) {
  std::string message = "challenge ";
  while (ResponseFrame(message).size() < size) message.push_back(' ');
  return ResponseFrame(message);
}

void ExpectRefused(ServerSession& session, FailureReason reason, uint64_t consumed) {
  ASSERT_TRUE(session.outcome().has_value());
  EXPECT_EQ(session.outcome()->code, amqp::SaslCode::kAuth);
  EXPECT_EQ(session.outcome()->reason, reason);
  EXPECT_EQ(session.handshake().consumed(), consumed);
  EXPECT_EQ(ReadFrames(session.sent()).back(), "outcome 1");
  EXPECT_EQ(session.Inconsistency(), "");
}

TEST(HandshakeLimits, AFrameOfTheLimitIsTakenAndOneByteMoreIsNot) {
  const ServerSetup setup = PuppetSetup({.max_frame_size = 300});
  const std::string init = InitFrame("PUPPET", "challenge");
  ServerSession fits(setup);
  fits.Exchange(SaslHeader() + init + ResponseOfSize(300));
  EXPECT_FALSE(fits.outcome().has_value());
  EXPECT_EQ(fits.handshake().consumed(), 8 + init.size() + 300);
  ServerSession exceeds(setup);
  exceeds.Exchange(SaslHeader() + init + ResponseOfSize(301));
  ExpectRefused(exceeds, FailureReason::kTooLarge, 8 + init.size());
}

TEST(HandshakeLimits, AFrameOverTheLimitIsRefusedAtItsSizeField) {
  const ServerSetup setup = PuppetSetup({.max_frame_size = 300});
  ServerSession session(setup);
  session.Exchange(SaslHeader() + std::string("\x00\x00\x01", 3));
  EXPECT_FALSE(session.outcome().has_value());
  session.Exchange("\x2d");
  ExpectRefused(session, FailureReason::kTooLarge, 8);
}

TEST(HandshakeLimits, BytesUpToTheLimitAreTakenAndTheFrameThatCrossesItIsNot) {
  const std::string init = InitFrame("PUPPET", "challenge");
  const size_t limit = 8 + init.size() + 2 * 100;
  for (const size_t last : {100, 101}) {
    const ServerSetup setup = PuppetSetup({.max_bytes = limit});
    ServerSession session(setup);
    session.Exchange(SaslHeader() + init + ResponseOfSize(100) + ResponseOfSize(last));
    if (last == 100) {
      EXPECT_FALSE(session.outcome().has_value());
      EXPECT_EQ(session.handshake().consumed(), limit);
    } else {
      ExpectRefused(session, FailureReason::kTooLarge, limit + 1);
    }
  }
}

TEST(HandshakeLimits, NoFrameMayBeLargerThanTheWholeHandshake) {
  const ServerSetup setup = PuppetSetup({.max_frame_size = 1000, .max_bytes = 200});
  ServerSession session(setup);
  session.Exchange(SaslHeader() + RawFrame("", 1, 201));
  ExpectRefused(session, FailureReason::kTooLarge, 8);
}

TEST(HandshakeLimits, StepsUpToTheLimitAreTakenAndOneMoreIsNot) {
  const ServerSetup setup = PuppetSetup({.max_steps = 3});
  ServerSession session(setup);
  std::string input = SaslHeader() + InitFrame("PUPPET", "challenge") + ResponseFrame("challenge") +
                      ResponseFrame("challenge");
  session.Exchange(input);
  EXPECT_FALSE(session.outcome().has_value());
  const std::string last = ResponseFrame("succeed");
  session.Exchange(last);
  ExpectRefused(session, FailureReason::kTooManySteps, input.size() + last.size());
}

TEST(HandshakeLimits, EmptyFramesAreRefusedByDefault) {
  const ServerSetup setup = PuppetSetup({});
  for (const std::string& before : {std::string(), InitFrame("PUPPET", "challenge")}) {
    ServerSession session(setup);
    session.Exchange(SaslHeader() + before + EmptyFrameBytes());
    ExpectRefused(session, FailureReason::kMalformedFrame, 8 + before.size() + 8);
  }
}

TEST(HandshakeLimits, EmptyFramesThatAreSkippedAreStepsAndBytes) {
  const ServerSetup setup = PuppetSetup({.max_steps = 4, .skip_empty_frames = true});
  const std::string init = InitFrame("PUPPET", "challenge");
  ServerSession session(setup);
  session.Exchange(SaslHeader() + EmptyFrameBytes() + init + EmptyFrameBytes());
  EXPECT_FALSE(session.outcome().has_value());
  EXPECT_EQ(session.handshake().consumed(), 8 + 8 + init.size() + 8);
  ServerSession flood(setup);
  std::string input = SaslHeader();
  for (int i = 0; i < 10; ++i) input += EmptyFrameBytes();
  flood.Exchange(input);
  ExpectRefused(flood, FailureReason::kTooManySteps, 8 + 5 * 8);
}

TEST(HandshakeLimits, TheTailBehindTheOutcomeIsFree) {
  const std::string tail(10 << 20, 'x');
  const ServerSetup setup = PuppetSetup({.max_frame_size = 100, .max_bytes = 100});
  const std::string input = SaslHeader() + InitFrame("PUPPET", "succeed");
  ServerSession whole(setup);
  whole.Exchange(input + tail);
  EXPECT_EQ(whole.Result().outcome, "code 0 puppet as puppet by PUPPET");
  EXPECT_EQ(whole.handshake().consumed(), input.size());
}

TEST(HandshakeLimits, TheTailIsFreeAlsoWhereItCameWhileTheHostWasLooking) {
  const std::string tail(10 << 20, 'x');
  const ServerSetup setup = PuppetSetup({.max_frame_size = 100, .max_bytes = 100});
  const std::string input = SaslHeader() + InitFrame("PUPPET", "credentials derivation succeed");
  ServerSession at_once(setup);
  at_once.Exchange(input + tail);
  ServerSession in_pieces(setup);
  in_pieces.Receive(input);
  for (int i = 0; i < 20; ++i) in_pieces.Receive(tail);
  EXPECT_FALSE(in_pieces.outcome().has_value());
  in_pieces.AnswerAll();
  for (ServerSession* session : {&at_once, &in_pieces}) {
    EXPECT_EQ(session->Result().outcome, "code 0 puppet as puppet by PUPPET");
    EXPECT_EQ(session->handshake().consumed(), input.size());
    EXPECT_EQ(session->Inconsistency(), "");
  }
}

// What is kept while the host looks something up is bounded; a handshake that may still
// succeed has to find in it all that it may use.
TEST(HandshakeLimits, KeepsAllThatAHandshakeWithinItsLimitCanUse) {
  const std::string init = InitFrame("PUPPET", "credentials challenge");
  std::string responses;
  for (int i = 0; i < 5; ++i) responses += ResponseOfSize(100);
  const std::string last = ResponseFrame("succeed");
  const std::string input = SaslHeader() + init + responses + last;
  const ServerSetup setup = PuppetSetup({.max_frame_size = 100, .max_bytes = input.size()});
  ServerSession session(setup);
  session.Exchange(SaslHeader());
  session.Receive(init + responses + last + std::string(1 << 20, 'x'));
  session.AnswerAll();
  EXPECT_EQ(session.Result().outcome, "code 0 puppet as puppet by PUPPET");
  EXPECT_EQ(session.handshake().consumed(), input.size());
}

TEST(HandshakeLimits, DeferredFramesAreHeldToTheSameLimits) {
  std::string input = SaslHeader() + InitFrame("PUPPET", "credentials challenge");
  const size_t before = input.size();
  for (int i = 0; i < 50; ++i) input += ResponseOfSize(100);
  const ServerSetup bytes = PuppetSetup({.max_frame_size = 100, .max_bytes = before + 250});
  ServerSession large(bytes);
  large.Exchange(input);
  ExpectRefused(large, FailureReason::kTooLarge, before + 300);
  const ServerSetup steps = PuppetSetup({.max_steps = 2});
  ServerSession many(steps);
  many.Exchange(input);
  ExpectRefused(many, FailureReason::kTooManySteps, before + 200);
}

}  // namespace
}  // namespace sallyport
