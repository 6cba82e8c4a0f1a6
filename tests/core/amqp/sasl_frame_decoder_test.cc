#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/amqp/protocol_header.h"
#include "core/amqp/sasl_frames.h"
#include "tests/core/amqp/frame_trace.h"

namespace sallyport::amqp {
namespace {

// Decodes a body given in hex, of a SASL frame of 99 bytes.
std::string Decode(std::string_view hex) {
  const std::string body = FromHex(hex);
  return Describe(DecodeSaslFrame({.type = kSaslFrameType, .body = body, .size = 99}));
}

std::string Malformed(const std::string& what) { return "error (malformed, 99 bytes): " + what; }

// A case of many: a body in hex, and what comes of it.
struct Case {
  std::string_view body;
  std::string expected;
};

void ExpectEach(const std::vector<Case>& cases) {
  for (const Case& c : cases) EXPECT_EQ(Decode(c.body), c.expected) << c.body;
}

TEST(ProtocolHeader, IsEightBytes) {
  EXPECT_EQ(ToHex(kSaslProtocolHeader), "414d515003010000");
  EXPECT_EQ(ToHex(kAmqpProtocolHeader), "414d515000010000");
}

TEST(SaslFrameDecoder, TakesAnEmptyFrame) { EXPECT_EQ(Decode(""), "empty"); }

TEST(SaslFrameDecoder, RefusesAFrameOfAnotherType) {
  for (const uint8_t type : {0, 2, 255}) {
    EXPECT_EQ(Describe(DecodeSaslFrame({.type = type, .size = 99})),
              Malformed("the frame is not a SASL frame"));
  }
}

TEST(SaslFrameDecoder, TakesEveryFormOfDescriptor) {
  ExpectEach({
      {"00 53 43 c0 03 01 a0 00", "response "},
      {"00 80 0000000000000043 c0 03 01 a0 00", "response "},
      // amqp:sasl-response:list
      {"00 a3 17 616d71703a7361736c2d726573706f6e73653a6c697374 c0 03 01 a0 00", "response "},
      {"00 b3 00000017 616d71703a7361736c2d726573706f6e73653a6c697374 c0 03 01 a0 00", "response "},
      // amqp:sasl-mechanisms:list, -init, -challenge, -outcome
      {"00 a3 19 616d71703a7361736c2d6d656368616e69736d733a6c697374 c0 04 01 a3 01 41",
       "mechanisms 41"},
      {"00 a3 13 616d71703a7361736c2d696e69743a6c697374 c0 04 01 a3 01 41",
       "init 41 absent absent"},
      {"00 a3 18 616d71703a7361736c2d6368616c6c656e67653a6c697374 c0 03 01 a0 00", "challenge "},
      {"00 a3 16 616d71703a7361736c2d6f7574636f6d653a6c697374 c0 03 01 50 01", "outcome 1 absent"},
  });
}

TEST(SaslFrameDecoder, RefusesOtherDescriptors) {
  const std::string unknown = Malformed("the descriptor is not that of a SASL performative");
  const std::string wrong_type = Malformed("the descriptor is neither a ulong nor a symbol");
  ExpectEach({
      {"00 53 3f c0 03 01 a0 00", unknown},
      {"00 53 45 c0 03 01 a0 00", unknown},
      {"00 53 10 45", unknown},
      {"00 44 c0 03 01 a0 00", unknown},
      {"00 80 0000000100000043 c0 03 01 a0 00", unknown},
      {"00 a3 00 c0 03 01 a0 00", unknown},
      {"00 a3 03 666f6f c0 03 01 a0 00", unknown},
      {"00 a3 01 ff c0 03 01 a0 00", Malformed("the descriptor has a byte outside ASCII")},
      {"00 50 43 c0 03 01 a0 00", wrong_type},
      {"00 40 c0 03 01 a0 00", wrong_type},
      {"00 a1 03 666f6f c0 03 01 a0 00", wrong_type},
      {"00 00 53 43 c0 03 01 a0 00", wrong_type},
      {"53 43 c0 03 01 a0 00", Malformed("the frame's body is not a described type")},
  });
}

TEST(SaslFrameDecoder, RefusesAFrameThatEndsInsideItsPerformative) {
  const std::string whole =
      "00 b3 00000017 616d71703a7361736c2d726573706f6e73653a6c697374 d0 00000006 00000001 a0 00";
  const std::string bytes = FromHex(whole);
  ASSERT_EQ(Decode(whole), "response ");
  for (size_t size = 1; size < bytes.size(); ++size) {
    EXPECT_EQ(Decode(ToHex(bytes.substr(0, size))),
              Malformed("the frame ends inside its performative"))
        << size;
  }
  EXPECT_EQ(Decode("00 53"), Malformed("the frame ends inside its performative"));
  EXPECT_EQ(Decode("00 80 000000"), Malformed("the frame ends inside its performative"));
  EXPECT_EQ(Decode("00 53 43 c0 ff 01 a0 00"), Malformed("the frame ends inside its performative"));
  EXPECT_EQ(Decode("00 53 43 d0 ffffffff 00000001 a0 00"),
            Malformed("the frame ends inside its performative"));
}

TEST(SaslFrameDecoder, TakesEveryFormOfList) {
  ExpectEach({
      {"00 53 43 c0 03 01 a0 00", "response "},
      {"00 53 43 d0 00000006 00000001 a0 00", "response "},
      {"00 53 43 45", Malformed("sasl-response has no response")},
  });
}

TEST(SaslFrameDecoder, RefusesListsThatDisagreeWithThemselves) {
  const std::string no_count = Malformed("the performative's list has no room for its count");
  const std::string ends = Malformed("the performative's list ends before its fields");
  const std::string longer = Malformed("the performative's list is longer than its fields");
  ExpectEach({
      {"00 53 43 c0 00", no_count},
      {"00 53 43 d0 00000003 000000", no_count},
      {"00 53 43 c0 01 01", ends},
      {"00 53 43 c0 03 01 a0 01", ends},
      {"00 53 43 c0 06 01 b0 00000001", ends},
      {"00 53 43 c0 05 01 b0 000000", ends},
      {"00 53 43 c0 02 01 a0", ends},
      {"00 53 41 c0 04 02 a3 01 41", ends},
      {"00 53 41 c0 05 03 a3 01 41 40", ends},
      {"00 53 44 c0 02 01 50", ends},
      {"00 53 43 c0 04 01 a0 00 40", longer},
      {"00 53 41 c0 06 01 a3 01 41 a0 00", longer},
      {"00 53 43 c0 03 00 a0 00", Malformed("sasl-response has no response")},
      {"00 53 43 a0 00", Malformed("the performative is not a list")},
      {"00 53 43 d1 00000004 00000000", Malformed("the performative is not a list")},
      {"00 53 43 00 53 43 45", Malformed("the performative is not a list")},
  });
}

TEST(SaslFrameDecoder, RefusesBytesAfterTheList) {
  const std::string after = Malformed("there are bytes after the performative");
  ExpectEach({
      {"00 53 43 c0 03 01 a0 00 00", after},
      {"00 53 43 45 45", after},
      {"00 53 43 c0 03 01 a0 00 00 53 43 c0 03 01 a0 00", after},
  });
}

TEST(SaslFrameDecoder, RefusesMoreFieldsThanThePerformativeHas) {
  const std::string more = Malformed("the performative's list has more fields than its type");
  ExpectEach({
      {"00 53 40 c0 05 02 a3 01 41 40", more},
      {"00 53 41 c0 07 04 a3 01 41 40 40 40", more},
      {"00 53 42 c0 04 02 a0 00 40", more},
      {"00 53 43 c0 04 02 a0 00 40", more},
      {"00 53 44 c0 05 03 50 00 40 40", more},
      {"00 53 43 d0 00000006 ffffffff a0 00", more},
  });
}

TEST(SaslFrameDecoder, TakesEveryFormOfMechanisms) {
  ExpectEach({
      {"00 53 40 c0 04 01 a3 01 41", "mechanisms 41"},
      {"00 53 40 c0 07 01 b3 00000001 41", "mechanisms 41"},
      {"00 53 40 c0 07 01 e0 04 01 a3 01 41", "mechanisms 41"},
      {"00 53 40 c0 0a 01 e0 07 01 b3 00000001 41", "mechanisms 41"},
      {"00 53 40 c0 0d 01 f0 00000007 00000001 a3 01 41", "mechanisms 41"},
      {"00 53 40 c0 15 01 f0 0000000f 00000002 b3 00000001 41 00000001 42", "mechanisms 41 42"},
      {"00 53 40 c0 0b 01 e0 08 03 a3 01 41 02 4242 00", "mechanisms 41 4242 "},
  });
}

TEST(SaslFrameDecoder, RefusesOtherMechanisms) {
  const std::string missing = Malformed("sasl-mechanisms has no mechanisms");
  const std::string wrong_type =
      Malformed("the mechanisms are neither a symbol nor an array of symbols");
  ExpectEach({
      {"00 53 40 45", missing},
      {"00 53 40 c0 01 00", missing},
      {"00 53 40 c0 02 01 40", missing},
      {"00 53 40 c0 04 01 a1 01 41",
       Malformed("a mechanism of sasl-mechanisms is a string where AMQP wants a symbol")},
      {"00 53 40 c0 04 01 a0 01 41", wrong_type},
      {"00 53 40 c0 07 01 c0 04 01 a3 01 41", wrong_type},
      {"00 53 40 c0 04 01 a3 01 c3",
       Malformed("a mechanism of sasl-mechanisms has a byte outside ASCII")},
  });
}

TEST(SaslFrameDecoder, RefusesArraysThatDisagreeWithThemselves) {
  const std::string empty = Malformed("the mechanisms' array is empty");
  const std::string no_count = Malformed("the mechanisms' array has no room for its count");
  const std::string ends = Malformed("the mechanisms' array ends before its elements");
  const std::string longer = Malformed("the mechanisms' array is longer than its elements");
  ExpectEach({
      {"00 53 40 c0 05 01 e0 02 00 a3", empty},
      {"00 53 40 c0 04 01 e0 01 00", empty},
      {"00 53 40 c0 0b 01 f0 00000005 00000000 a3", empty},
      {"00 53 40 c0 03 01 e0 00", no_count},
      {"00 53 40 c0 09 01 f0 00000003 000000", no_count},
      {"00 53 40 c0 04 01 e0 01 01", ends},
      {"00 53 40 c0 05 01 e0 02 01 a3", ends},
      {"00 53 40 c0 07 01 e0 04 02 a3 01 41", ends},
      {"00 53 40 c0 07 01 e0 04 01 a3 02 41", ends},
      {"00 53 40 c0 0d 01 f0 00000007 ffffffff a3 01 41", ends},
      {"00 53 40 c0 08 01 e0 05 01 a3 01 41 00", longer},
      {"00 53 40 c0 07 01 e0 05 01 a3 01 41",
       Malformed("the performative's list ends before its fields")},
      {"00 53 40 c0 08 01 e0 04 01 a3 01 41 40",
       Malformed("the performative's list is longer than its fields")},
  });
}

TEST(SaslFrameDecoder, RefusesArraysOfOtherElements) {
  const std::string other =
      Malformed("the mechanisms are an array of something other than symbols");
  ExpectEach({
      {"00 53 40 c0 07 01 e0 04 01 a1 01 41",
       Malformed("the mechanisms are an array of strings where AMQP wants symbols")},
      {"00 53 40 c0 07 01 e0 04 01 a0 01 41", other},
      {"00 53 40 c0 05 01 e0 02 01 40", other},
      {"00 53 40 c0 09 01 e0 06 01 e0 03 01 a3 00", other},
      {"00 53 40 c0 0a 01 e0 07 01 00 53 40 a3 01 41",
       Malformed("the mechanisms' array has described elements")},
      {"00 53 40 c0 09 01 e0 06 02 a3 01 41 01 ff",
       Malformed("a mechanism of sasl-mechanisms has a byte outside ASCII")},
  });
}

TEST(SaslFrameDecoder, TakesEveryFormOfInit) {
  ExpectEach({
      {"00 53 41 c0 04 01 a3 01 41", "init 41 absent absent"},
      {"00 53 41 c0 07 01 b3 00000001 41", "init 41 absent absent"},
      {"00 53 41 c0 03 01 a3 00", "init  absent absent"},
      {"00 53 41 c0 05 02 a3 01 41 40", "init 41 absent absent"},
      {"00 53 41 c0 06 02 a3 01 41 a0 00", "init 41  absent"},
      {"00 53 41 c0 06 03 a3 01 41 40 40", "init 41 absent absent"},
      {"00 53 41 c0 08 03 a3 01 41 a0 01 ff 40", "init 41 ff absent"},
      {"00 53 41 c0 0a 02 a3 01 41 b0 00000001 ff", "init 41 ff absent"},
      {"00 53 41 c0 08 03 a3 01 41 40 a1 01 68", "init 41 absent 68"},
      {"00 53 41 c0 0c 03 a3 01 41 40 b1 00000002 c3a4", "init 41 absent c3a4"},
      {"00 53 41 c0 09 03 a3 01 41 a0 00 a1 01 68", "init 41  68"},
  });
}

TEST(SaslFrameDecoder, RefusesOtherInits) {
  const std::string missing = Malformed("sasl-init has no mechanism");
  const std::string binary = Malformed("the initial response is not a binary");
  const std::string hostname = Malformed("the hostname is not a string");
  ExpectEach({
      {"00 53 41 45", missing},
      {"00 53 41 c0 02 01 40", missing},
      {"00 53 41 c0 04 02 40 a0 00", missing},
      {"00 53 41 c0 04 01 a1 01 41",
       Malformed("the mechanism is a string where AMQP wants a symbol")},
      {"00 53 41 c0 07 01 b1 00000001 41",
       Malformed("the mechanism is a string where AMQP wants a symbol")},
      {"00 53 41 c0 04 01 a0 01 41", Malformed("the mechanism is not a symbol")},
      {"00 53 41 c0 06 01 00 53 41 a3 00", Malformed("the mechanism is not a symbol")},
      {"00 53 41 c0 04 01 a3 01 80", Malformed("the mechanism has a byte outside ASCII")},
      {"00 53 41 c0 06 02 a3 01 41 a1 00", binary},
      {"00 53 41 c0 06 02 a3 01 41 a3 00", binary},
      {"00 53 41 c0 08 03 a3 01 41 40 a3 01 68", hostname},
      {"00 53 41 c0 08 03 a3 01 41 40 a0 01 68", hostname},
      {"00 53 41 c0 08 03 a3 01 41 40 a1 01 c3", Malformed("the hostname is not UTF-8")},
      {"00 53 41 c0 0c 03 a3 01 41 40 b1 00000002 c080", Malformed("the hostname is not UTF-8")},
  });
}

TEST(SaslFrameDecoder, TakesEveryFormOfChallengeAndResponse) {
  ExpectEach({
      {"00 53 42 c0 04 01 a0 01 00", "challenge 00"},
      {"00 53 42 c0 07 01 b0 00000001 00", "challenge 00"},
      {"00 53 43 c0 04 01 a0 01 00", "response 00"},
      {"00 53 43 c0 07 01 b0 00000001 00", "response 00"},
  });
}

TEST(SaslFrameDecoder, RefusesOtherChallengesAndResponses) {
  ExpectEach({
      {"00 53 42 45", Malformed("sasl-challenge has no challenge")},
      {"00 53 42 c0 02 01 40", Malformed("sasl-challenge has no challenge")},
      {"00 53 42 c0 04 01 a1 01 41", Malformed("the challenge is not a binary")},
      {"00 53 43 c0 02 01 40", Malformed("sasl-response has no response")},
      {"00 53 43 c0 04 01 a3 01 41", Malformed("the response is not a binary")},
  });
}

TEST(SaslFrameDecoder, TakesEveryFormOfOutcome) {
  ExpectEach({
      {"00 53 44 c0 03 01 50 00", "outcome 0 absent"},
      {"00 53 44 c0 03 01 50 04", "outcome 4 absent"},
      {"00 53 44 c0 04 02 50 01 40", "outcome 1 absent"},
      {"00 53 44 c0 05 02 50 00 a0 00", "outcome 0 "},
      {"00 53 44 c0 09 02 50 00 b0 00000001 76", "outcome 0 76"},
  });
}

TEST(SaslFrameDecoder, RefusesOtherOutcomes) {
  ExpectEach({
      {"00 53 44 45", Malformed("sasl-outcome has no code")},
      {"00 53 44 c0 02 01 40", Malformed("sasl-outcome has no code")},
      {"00 53 44 c0 04 02 40 a0 00", Malformed("sasl-outcome has no code")},
      {"00 53 44 c0 03 01 50 05", Malformed("the outcome's code is over 4")},
      {"00 53 44 c0 03 01 50 ff", Malformed("the outcome's code is over 4")},
      {"00 53 44 c0 03 01 53 00", Malformed("the outcome's code is not a ubyte")},
      {"00 53 44 c0 02 01 43", Malformed("the outcome's code is not a ubyte")},
      {"00 53 44 c0 05 02 50 00 a1 00",
       Malformed("the outcome's additional data are not a binary")},
  });
}

TEST(SaslFrameDecoder, NeverReadsPastAFrameThatIsCutAnywhere) {
  const std::string body =
      FromHex("00 53 41 c0 17 03 a3 05 504c41494e b0 00000004 00610062 a1 04 686f7374");
  for (size_t size = 1; size < body.size(); ++size) {
    // An allocation of exactly this size, so that AddressSanitizer sees a read past it.
    const std::vector<char> cut(body.begin(), body.begin() + size);
    const auto decoded = DecodeSaslFrame(
        {.type = kSaslFrameType, .body = {cut.data(), cut.size()}, .size = cut.size() + 8});
    EXPECT_TRUE(std::holds_alternative<DecodeError>(decoded)) << size;
  }
}

}  // namespace
}  // namespace sallyport::amqp
