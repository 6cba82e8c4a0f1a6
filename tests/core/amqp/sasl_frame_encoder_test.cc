#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/amqp/frame_reader.h"
#include "core/amqp/sasl_frames.h"
#include "tests/core/amqp/frame_trace.h"

namespace sallyport::amqp {
namespace {

std::string Mechanisms(const std::vector<std::string_view>& mechanisms) {
  std::string out;
  AppendSaslMechanisms(mechanisms, &out);
  return out;
}

std::string Init(const SaslInit& init) {
  std::string out;
  AppendSaslInit(init, &out);
  return out;
}

std::string Outcome(const SaslOutcome& outcome) {
  std::string out;
  AppendSaslOutcome(outcome, &out);
  return out;
}

// Decodes what was encoded; the size field must be that of the whole.
std::string DecodeWhole(const std::string& bytes) {
  FrameReader reader(1 << 20);
  std::string_view input = bytes;
  const auto result = reader.Next(&input);
  if (!std::holds_alternative<Frame>(result) || !input.empty()) return "not one whole frame";
  return Describe(DecodeSaslFrame(std::get<Frame>(result)));
}

TEST(SaslFrameEncoder, WritesAnArrayAlsoForOneMechanism) {
  EXPECT_EQ(ToHex(Mechanisms({"PLAIN"})), "0000001802010000005340c00b01e00801a305504c41494e");
  EXPECT_EQ(ToHex(Mechanisms({"PLAIN", "ANONYMOUS"})),
            "0000002202010000005340c01501e01202a305504c41494e09414e4f4e594d4f5553");
}

TEST(SaslFrameEncoder, LeavesAbsentFieldsAtTheEndOfAnInitAway) {
  EXPECT_EQ(ToHex(Init({.mechanism = "PLAIN"})), "0000001502010000005341c00801a305504c41494e");
  EXPECT_EQ(ToHex(Init({.mechanism = "PLAIN", .initial_response = ""})),
            "0000001702010000005341c00a02a305504c41494ea000");
}

TEST(SaslFrameEncoder, WritesANullForAnAbsentInitialResponseBeforeAHostname) {
  EXPECT_EQ(ToHex(Init({.mechanism = "PLAIN", .hostname = "h"})),
            "0000001902010000005341c00c03a305504c41494e40a10168");
}

TEST(SaslFrameEncoder, WritesChallengesAndResponses) {
  std::string out = "kept";
  AppendSaslChallenge("c", &out);
  EXPECT_EQ(ToHex(out),
            "6b657074"
            "0000001102010000005342c00401a00163");
  out.clear();
  AppendSaslResponse("", &out);
  EXPECT_EQ(ToHex(out), "0000001002010000005343c00301a000");
}

TEST(SaslFrameEncoder, WritesOutcomes) {
  EXPECT_EQ(ToHex(Outcome({SaslCode::kAuth, std::nullopt})), "0000001002010000005344c003015001");
  EXPECT_EQ(ToHex(Outcome({SaslCode::kOk, "v"})), "0000001302010000005344c006025000a00176");
}

TEST(SaslFrameEncoder, WidensAListOnlyWhereItMust) {
  std::string out;
  AppendSaslChallenge(std::string(252, 'c'), &out);  // 254 bytes of fields: the most for a list8
  EXPECT_EQ(ToHex(out.substr(0, 16)), "0000010c02010000005342c0ff01a0fc");
  out.clear();
  AppendSaslChallenge(std::string(253, 'c'), &out);
  EXPECT_EQ(ToHex(out.substr(0, 22)), "0000011302010000005342d00000010300000001a0fd");
}

TEST(SaslFrameEncoder, WidensABinaryOnlyWhereItMust) {
  std::string out;
  AppendSaslResponse(std::string(255, 'r'), &out);
  EXPECT_EQ(ToHex(out.substr(20, 2)), "a0ff");
  out.clear();
  AppendSaslResponse(std::string(256, 'r'), &out);
  EXPECT_EQ(ToHex(out.substr(20, 5)), "b000000100");
}

TEST(SaslFrameEncoder, WidensAnArrayOnlyWhereItMust) {
  const std::string last8(252, 'm');  // with the count, constructor and length 255 bytes
  EXPECT_EQ(ToHex(Mechanisms({last8}).substr(20, 5)), "e0ff01a3fc");
  const std::string first32(253, 'm');
  EXPECT_EQ(ToHex(Mechanisms({first32}).substr(20, 11)), "f00000010300000001a3fd");
  const std::string wide_symbol(256, 'm');
  EXPECT_EQ(ToHex(Mechanisms({wide_symbol, "A"}).substr(20, 14)), "f00000010e00000002b300000100");
}

TEST(SaslFrameEncoder, RoundTripsEverySize) {
  for (const size_t size : {0, 1, 245, 246, 247, 248, 249, 250, 251, 252, 253, 254, 255, 256, 257,
                            65535, 65536, 70000}) {
    const std::string data(size, 'd');
    std::string challenge;
    AppendSaslChallenge(data, &challenge);
    EXPECT_EQ(DecodeWhole(challenge), "challenge " + ToHex(data));
    std::string response;
    AppendSaslResponse(data, &response);
    EXPECT_EQ(DecodeWhole(response), "response " + ToHex(data));
    EXPECT_EQ(DecodeWhole(Outcome({SaslCode::kOk, data})), "outcome 0 " + ToHex(data));
    EXPECT_EQ(DecodeWhole(Init({"M", data, "host"})), "init 4d " + ToHex(data) + " 686f7374");
    EXPECT_EQ(DecodeWhole(Init({data, std::nullopt, data})),
              "init " + ToHex(data) + " absent " + ToHex(data));
    EXPECT_EQ(DecodeWhole(Mechanisms({data, "A"})), "mechanisms " + ToHex(data) + " 41");
  }
}

TEST(SaslFrameEncoder, RoundTripsManyMechanisms) {
  for (const size_t count : {1, 2, 20, 126, 127, 255, 256, 1000}) {
    const std::vector<std::string_view> mechanisms(count, "M");
    std::string expected = "mechanisms";
    for (size_t i = 0; i < count; ++i) expected += " 4d";
    EXPECT_EQ(DecodeWhole(Mechanisms(mechanisms)), expected);
  }
}

TEST(SaslFrameEncoder, FitsTheUsualMechanismsIntoTheFrameOfEveryPeer) {
  EXPECT_LE(Mechanisms({"SCRAM-SHA-512-PLUS", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS",
                        "SCRAM-SHA-512", "SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN", "EXTERNAL",
                        "ANONYMOUS", "OAUTHBEARER", "XOAUTH2", "GSSAPI"})
                .size(),
            kMinMaxFrameSize);
}

}  // namespace
}  // namespace sallyport::amqp
