// However a client's bytes are split, and whenever the host's answers come, a handshake
// sends, consumes and decides the same.

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "core/amqp/protocol_header.h"
#include "gtest/gtest.h"
#include "tests/core/handshake/frame_bytes.h"
#include "tests/core/handshake/handshake_pair.h"
#include "tests/core/handshake/server_session.h"
#include "tests/core/sasl/local_mechanisms.h"

namespace sallyport {
namespace {

constexpr int kRandomSplits = 200;

enum class Answers {
  kAtOnce,
  // Some pieces come while the handshake is suspended.
  kLate,
  // All pieces come before any answer.
  kAtTheEnd,
};

SessionResult Play(const ServerSetup& setup, const std::vector<std::string_view>& pieces,
                   Answers answers, uint32_t seed = 0) {
  std::minstd_rand random(seed + 1);
  ServerSession session(setup);
  for (const std::string_view piece : pieces) {
    session.Receive(piece);
    if (answers == Answers::kAtOnce || (answers == Answers::kLate && random() % 3 == 0)) {
      session.AnswerAll();
    }
  }
  session.AnswerAll();
  EXPECT_EQ(session.Inconsistency(), "");
  return session.Result();
}

std::vector<std::string_view> Bytewise(std::string_view stream) {
  std::vector<std::string_view> pieces;
  for (size_t i = 0; i < stream.size(); ++i) pieces.push_back(stream.substr(i, 1));
  return pieces;
}

std::vector<std::string_view> SplitAtRandom(std::string_view stream, std::minstd_rand& random) {
  const size_t most = 1 + random() % std::max<size_t>(stream.size(), 1);
  std::vector<std::string_view> pieces;
  for (size_t at = 0; at < stream.size(); at += pieces.back().size()) {
    pieces.push_back(stream.substr(at, random() % (most + 1)));
  }
  return pieces;
}

// ExpectTheSameHoweverSplit returns the result, which `outcome` begins.
void ExpectTheSameHoweverSplit(const ServerSetup& setup, const std::string& stream,
                               const std::string& outcome) {
  const SessionResult whole = Play(setup, {stream}, Answers::kAtOnce);
  EXPECT_TRUE(whole.outcome.starts_with(outcome)) << whole.outcome;
  for (const Answers answers : {Answers::kAtOnce, Answers::kLate, Answers::kAtTheEnd}) {
    ASSERT_EQ(Play(setup, Bytewise(stream), answers), whole);
    for (size_t cut = 0; cut <= stream.size(); ++cut) {
      const std::string_view bytes = stream;
      ASSERT_EQ(Play(setup, {bytes.substr(0, cut), bytes.substr(cut)}, answers), whole) << cut;
    }
    std::minstd_rand random(1);
    for (int i = 0; i < kRandomSplits; ++i) {
      ASSERT_EQ(Play(setup, SplitAtRandom(stream, random), answers, i), whole) << i;
    }
  }
}

// What our own client sends to a server of `setup`.
std::string ClientBytes(const ServerSetup& setup, const ClientHandshake::Options& options) {
  RepeatableRandom random(3);
  ClientHandshake client(options, random);
  ServerSession session(setup);
  return TalkToEnd(session, client).client_bytes;
}

std::string Tail() {
  return std::string(amqp::kAmqpProtocolHeader) + RawFrame("an OPEN, in earnest", 0);
}

std::string PlainMessage(std::string_view user, std::string_view password) {
  std::string message(1, '\0');
  message.append(user).push_back('\0');
  return message.append(password);
}

class SplitIndependenceOf : public testing::TestWithParam<std::string_view> {};

TEST_P(SplitIndependenceOf, ASuccess) {
  const ServerSetup setup = EveryMechanism();
  const std::string stream = ClientBytes(setup, LoginBy(GetParam(), UserFor(GetParam())));
  ExpectTheSameHoweverSplit(setup, stream + Tail(), "code 0 ");
  EXPECT_EQ(Play(setup, {stream + Tail()}, Answers::kAtOnce).consumed, stream.size());
}

TEST_P(SplitIndependenceOf, AnInitAlone) {
  ServerSetup setup = EveryMechanism();
  setup.outage = FailureReason::kStoreUnavailable;
  const std::string stream = SaslHeader() + InitFrame(GetParam(), std::nullopt, "host");
  const bool speaks = FindMechanism(GetParam())->absent_is_empty;
  const bool anonymous = GetParam() == "ANONYMOUS";
  ExpectTheSameHoweverSplit(setup, stream,
                            !speaks ? "" : (anonymous ? "code 0 " : "code 4 store_unavailable"));
}

std::vector<std::string_view> Names() {
  std::vector<std::string_view> names;
  for (const MechanismDescriptor& mechanism : LocalMechanisms()) names.push_back(mechanism.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(EveryMechanism, SplitIndependenceOf, testing::ValuesIn(Names()),
                         [](const auto& info) {
                           std::string name(info.param);
                           std::replace_if(
                               name.begin(), name.end(), [](char c) { return c == '-'; }, '_');
                           return name;
                         });

TEST(SplitIndependence, OfRejectedCredentials) {
  const ServerSetup setup = EveryMechanism();
  ExpectTheSameHoweverSplit(
      setup, ClientBytes(setup, LoginBy("SCRAM-SHA-256", kKeysUser, "wrong")) + Tail(),
      "code 1 bad_credentials");
  ExpectTheSameHoweverSplit(setup, ClientBytes(setup, LoginBy("SCRAM-SHA-256", "nobody")) + Tail(),
                            "code 1 unknown_user");
  ExpectTheSameHoweverSplit(setup,
                            ClientBytes(setup, LoginBy("PLAIN", kCleartextUser, "wrong")) + Tail(),
                            "code 1 bad_credentials");
  ExpectTheSameHoweverSplit(setup, ClientBytes(setup, LoginBy("PLAIN", "nobody")),
                            "code 1 unknown_user");
}

TEST(SplitIndependence, OfATokenThatIsRefused) {
  ServerSetup setup = EveryMechanism();
  for (const bool reported : {true, false}) {
    setup.settings.token_error_as_challenge = reported;
    for (const char* mechanism : {"OAUTHBEARER", "XOAUTH2"}) {
      const std::string stream = ClientBytes(setup, LoginBy(mechanism, kKeysUser, "wrong"));
      ExpectTheSameHoweverSplit(setup, stream + Tail(), "code 1 unknown_user");
    }
  }
}

TEST(SplitIndependence, OfServerFinalAsAChallenge) {
  ServerSetup setup = EveryMechanism();
  setup.limits.final_data_as_challenge = true;
  const std::string stream = ClientBytes(setup, LoginBy("SCRAM-SHA-1", kKeysUser));
  ExpectTheSameHoweverSplit(setup, stream + Tail(), "code 0 ");
}

TEST(SplitIndependence, OfAnOutage) {
  ServerSetup setup = EveryMechanism();
  setup.outage = FailureReason::kOverloaded;
  const std::string stream = SaslHeader() + InitFrame("PLAIN", PlainMessage("bob", "x"));
  ExpectTheSameHoweverSplit(setup, stream + Tail(), "code 4 overloaded");
}

TEST(SplitIndependence, OfWrongHeaders) {
  const ServerSetup setup = EveryMechanism();
  for (const std::string& stream :
       {Tail(), std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11),
        std::string("AMQP\x03\x01\x00\x01", 8), std::string("GET / HTTP/1.1\r\n\r\n")}) {
    ExpectTheSameHoweverSplit(setup, stream, "code 1 protocol_header");
  }
}

TEST(SplitIndependence, OfMalformedFrames) {
  const ServerSetup setup = EveryMechanism();
  const std::string init = InitFrame("SCRAM-SHA-256", std::nullopt);
  const std::string list = InitFrame("ANONYMOUS", "").substr(8);
  for (const std::string& frame :
       {RawFrame("", 1, 7), RawFrame("nonsense"), RawFrame(list, 0), RawFrame(list + "x"),
        EmptyFrameBytes(), RawFrame(std::string("\x00\x53\x41\x45", 4))}) {
    ExpectTheSameHoweverSplit(setup, SaslHeader() + frame + Tail(), "code 1 malformed_frame");
    ExpectTheSameHoweverSplit(setup, SaslHeader() + init + frame, "code 1 malformed_frame");
  }
}

TEST(SplitIndependence, OfFramesOutOfTurn) {
  const ServerSetup setup = EveryMechanism();
  const std::string scram = InitFrame("SCRAM-SHA-256", "n,,n=alice,r=nonce");
  const std::string plain = InitFrame("PLAIN", PlainMessage("bob", "x"));
  for (const std::string& frames :
       {ResponseFrame("early"), scram + scram,
        scram + RawFrame(std::string("\x00\x53\x44\xc0\x03\x01\x50\x00", 8))}) {
    ExpectTheSameHoweverSplit(setup, SaslHeader() + frames + Tail(), "code 1 out_of_turn");
  }
  // PLAIN is decided by its first message: what follows is never looked at.
  ExpectTheSameHoweverSplit(setup, SaslHeader() + plain + plain, "code 1 bad_credentials");
}

TEST(SplitIndependence, OfUnknownMechanismsAndMalformedMessages) {
  const ServerSetup setup = EveryMechanism();
  ExpectTheSameHoweverSplit(setup, SaslHeader() + InitFrame("NTLM", "x", "host") + Tail(),
                            "code 1 mechanism_not_offered");
  ExpectTheSameHoweverSplit(setup, SaslHeader() + InitFrame("PLAIN", "no NUL") + Tail(),
                            "code 1 malformed_message");
  ExpectTheSameHoweverSplit(
      setup, SaslHeader() + InitFrame("SCRAM-SHA-1", "n,,n=alice,r=nonce") + ResponseFrame("c="),
      "code 1 malformed_message");
}

TEST(SplitIndependence, OfEveryLimit) {
  ServerSetup setup = EveryMechanism();
  setup.limits = {.max_frame_size = 80, .max_bytes = 120, .max_steps = 3};
  const std::string scram = InitFrame("SCRAM-SHA-256", "n,,n=alice,r=nonce");
  ExpectTheSameHoweverSplit(
      setup, SaslHeader() + InitFrame("PLAIN", std::string(100, 'x')) + Tail(), "code 1 too_large");
  ExpectTheSameHoweverSplit(setup, SaslHeader() + scram + ResponseFrame(std::string(60, 'x')),
                            "code 1 too_large");
  setup.limits.skip_empty_frames = true;
  const std::string empty = EmptyFrameBytes();
  ExpectTheSameHoweverSplit(setup, SaslHeader() + empty + scram + empty + empty + Tail(),
                            "code 1 too_many_steps");
}

// More comes while the handshake is suspended than is kept.
TEST(SplitIndependence, OfALongTail) {
  ServerSetup setup = EveryMechanism();
  setup.limits = {.max_frame_size = 60, .max_bytes = 60};
  const std::string stream = SaslHeader() + InitFrame("PLAIN", PlainMessage("bob", kPassword));
  ASSERT_LE(stream.size(), 68u);
  setup.limits.max_bytes = stream.size();
  ExpectTheSameHoweverSplit(setup, stream + std::string(300, 'x'), "code 0 ");
}

}  // namespace
}  // namespace sallyport
