#include "core/amqp/frame_reader.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "tests/core/amqp/frame_trace.h"

namespace sallyport::amqp {
namespace {

constexpr size_t kLimit = 512;

std::vector<std::string> TraceWhole(std::string_view stream) {
  return TraceFrames(std::vector<std::string_view>{stream}, kLimit);
}

// Asserts that every split of `stream` gives what the whole gives, and gives that.
std::vector<std::string> TraceEverySplit(std::string_view stream) {
  const std::vector<std::string> whole = TraceWhole(stream);
  EXPECT_EQ(TraceBytewise(stream, kLimit), whole);
  for (size_t split = 0; split <= stream.size(); ++split) {
    const std::vector<std::string_view> pieces = {stream.substr(0, split), stream.substr(split)};
    EXPECT_EQ(TraceFrames(pieces, kLimit), whole) << "split at " << split;
  }
  std::mt19937 random(stream.size());
  for (int round = 0; round < 200; ++round) {
    std::vector<std::string_view> pieces;
    for (size_t at = 0; at < stream.size();) {
      pieces.push_back(stream.substr(at, random() % 20));
      at += pieces.back().size();
    }
    EXPECT_EQ(TraceFrames(pieces, kLimit), whole) << "round " << round;
  }
  return whole;
}

std::string SeveralFrames() {
  std::string stream;
  AppendSaslMechanisms(std::vector<std::string_view>{"PLAIN", "SCRAM-SHA-256"}, &stream);
  AppendSaslInit({"PLAIN", std::string_view("\0a\0b", 4), "host"}, &stream);
  stream += FromHex("00000008 02010000");
  AppendSaslChallenge(std::string(400, 'c'), &stream);
  AppendSaslResponse("", &stream);
  AppendSaslOutcome({SaslCode::kOk, "v=1"}, &stream);
  return stream;
}

TEST(FrameReader, GivesTheSameFramesForEverySplit) {
  const std::vector<std::string> trace = TraceEverySplit(SeveralFrames());
  ASSERT_EQ(trace.size(), 7u);
  EXPECT_EQ(trace[1],
            "33 bytes, type 1, channel 0, body 005341c014"
            "03a305504c41494e"
            "a00400610062"
            "a104686f7374: init 504c41494e 00610062 686f7374");
  EXPECT_EQ(trace[2], "8 bytes, type 1, channel 0, body : empty");
  EXPECT_EQ(trace[6], "0 buffered");
}

TEST(FrameReader, KeepsAPartialFrame) {
  EXPECT_EQ(TraceEverySplit(SeveralFrames() + FromHex("00000010 0201")).back(), "6 buffered");
  EXPECT_EQ(TraceEverySplit(FromHex("000000")), std::vector<std::string>{"3 buffered"});
  EXPECT_EQ(TraceEverySplit(""), std::vector<std::string>{"0 buffered"});
}

TEST(FrameReader, LeavesWhatFollowsAFrameInTheInput) {
  const std::string stream = FromHex("00000009 02010000 aa") + "next";
  FrameReader reader(kLimit);
  std::string_view input = stream;
  const Frame frame = std::get<Frame>(reader.Next(&input));
  EXPECT_EQ(frame.size, 9u);
  EXPECT_EQ(frame.body, "\xaa");
  EXPECT_EQ(input, "next");

  std::string_view half = std::string_view(stream).substr(0, 5);
  FrameReader split(kLimit);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(split.Next(&half)));
  EXPECT_TRUE(half.empty());
  EXPECT_EQ(split.buffered(), 5u);
  std::string_view rest = std::string_view(stream).substr(5);
  EXPECT_EQ(std::get<Frame>(split.Next(&rest)).body, "\xaa");
  EXPECT_EQ(split.buffered(), 0u);
  EXPECT_EQ(rest, "next");
}

TEST(FrameReader, DoesNotCopyAFrameThatLiesWholeInTheInput) {
  const std::string stream = FromHex("0000000a 02010000 aabb");
  FrameReader reader(kLimit);
  std::string_view input = stream;
  EXPECT_EQ(std::get<Frame>(reader.Next(&input)).body.data(), stream.data() + 8);
}

TEST(FrameReader, SkipsAnExtendedHeader) {
  EXPECT_EQ(TraceEverySplit(FromHex("00000010 04010000 ffffffffffffffff")),
            (std::vector<std::string>{"16 bytes, type 1, channel 0, body : empty", "0 buffered"}));
  EXPECT_EQ(TraceEverySplit(FromHex("0000000d 03010000 ffffffff aa"))[0].substr(0, 38),
            "13 bytes, type 1, channel 0, body aa: ");
}

TEST(FrameReader, TellsTypeAndChannel) {
  const std::string stream = FromHex("00000008 02000102");
  FrameReader reader(kLimit);
  std::string_view input = stream;
  const Frame frame = std::get<Frame>(reader.Next(&input));
  EXPECT_EQ(frame.type, 0);
  EXPECT_EQ(frame.channel, 0x0102);
}

TEST(FrameReader, TakesAFrameOfExactlyTheLimit) {
  std::string stream = FromHex("00000200 02010000") + std::string(504, 'x');
  EXPECT_EQ(TraceEverySplit(stream).size(), 2u);
}

TEST(FrameReader, RefusesAFrameOverTheLimitByItsSizeAlone) {
  const std::vector<std::string> refused = {
      "error (too large, 0 bytes): the frame is larger than the limit"};
  EXPECT_EQ(TraceEverySplit(FromHex("00000201")), refused);
  EXPECT_EQ(TraceEverySplit(FromHex("ffffffff 02010000 aabb")), refused);
}

TEST(FrameReader, RefusesASizeUnderTheHeaderAtOnce) {
  const std::vector<std::string> refused = {
      "error (malformed, 0 bytes): the frame's size is under that of its header"};
  EXPECT_EQ(TraceEverySplit(FromHex("00000007")), refused);
  EXPECT_EQ(TraceEverySplit(FromHex("00000000 02010000")), refused);
}

TEST(FrameReader, RepeatsTheErrorOfASizeThatItRefused) {
  FrameReader reader(kLimit);
  const std::string stream = FromHex("00000007");
  for (size_t i = 0; i < stream.size(); ++i) {
    std::string_view input = std::string_view(stream).substr(i, 1);
    reader.Next(&input);
  }
  std::string_view more = "aaaaaaaa";
  EXPECT_TRUE(std::holds_alternative<DecodeError>(reader.Next(&more)));
  EXPECT_EQ(more.size(), 8u);
}

TEST(FrameReader, RefusesABadDataOffsetWhenTheFrameIsWhole) {
  EXPECT_EQ(TraceEverySplit(FromHex("00000009 01010000")), std::vector<std::string>{"8 buffered"});
  EXPECT_EQ(TraceEverySplit(FromHex("00000009 01010000 aa 00000007")),
            std::vector<std::string>{
                "error (malformed, 9 bytes): the frame's data offset lies inside its header"});
  EXPECT_EQ(TraceEverySplit(FromHex("0000000b 03010000 aaaaaa")),
            std::vector<std::string>{
                "error (malformed, 11 bytes): the frame's data offset lies past its end"});
}

TEST(FrameReader, CarriesOnAfterManyFramesInOneReader) {
  std::string stream;
  for (int i = 0; i < 50; ++i) stream += SeveralFrames();
  EXPECT_EQ(TraceBytewise(stream, kLimit), TraceWhole(stream));
  EXPECT_EQ(TraceWhole(stream).size(), 301u);
}

TEST(FrameReader, CanBeMovedWithAPartialFrame) {
  FrameReader reader(kLimit);
  const std::string stream = FromHex("0000000a 02010000 aabb");
  std::string_view input = std::string_view(stream).substr(0, 9);
  reader.Next(&input);
  FrameReader moved = std::move(reader);
  input = std::string_view(stream).substr(9);
  EXPECT_EQ(std::get<Frame>(moved.Next(&input)).body, FromHex("aabb"));
}

}  // namespace
}  // namespace sallyport::amqp
