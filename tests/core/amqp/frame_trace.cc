#include "tests/core/amqp/frame_trace.h"

#include <charconv>
#include <memory>

#include "core/amqp/frame_reader.h"

namespace sallyport::amqp {
namespace {

std::string OptionalHex(const std::optional<std::string_view>& bytes) {
  return bytes ? ToHex(*bytes) : "absent";
}

std::string DescribeError(const DecodeError& error) {
  const char* kind = error.kind == DecodeErrorKind::kTooLarge ? "too large" : "malformed";
  return std::string("error (") + kind + ", " + std::to_string(error.frame_size) +
         " bytes): " + error.what;
}

struct FrameDescriber {
  std::string operator()(const EmptyFrame&) const { return "empty"; }
  std::string operator()(const SaslMechanisms& frame) const {
    std::string text = "mechanisms";
    for (const std::string_view mechanism : frame.mechanisms) text += " " + ToHex(mechanism);
    return text;
  }
  std::string operator()(const SaslInit& frame) const {
    return "init " + ToHex(frame.mechanism) + " " + OptionalHex(frame.initial_response) + " " +
           OptionalHex(frame.hostname);
  }
  std::string operator()(const SaslChallenge& frame) const {
    return "challenge " + ToHex(frame.challenge);
  }
  std::string operator()(const SaslResponse& frame) const {
    return "response " + ToHex(frame.response);
  }
  std::string operator()(const SaslOutcome& frame) const {
    return "outcome " + std::to_string(static_cast<int>(frame.code)) + " " +
           OptionalHex(frame.additional_data);
  }
};

struct FrameEncoder {
  std::string* out;
  void operator()(const EmptyFrame&) const {}
  void operator()(const SaslMechanisms& frame) const {
    AppendSaslMechanisms(frame.mechanisms, out);
  }
  void operator()(const SaslInit& frame) const { AppendSaslInit(frame, out); }
  void operator()(const SaslChallenge& frame) const { AppendSaslChallenge(frame.challenge, out); }
  void operator()(const SaslResponse& frame) const { AppendSaslResponse(frame.response, out); }
  void operator()(const SaslOutcome& frame) const { AppendSaslOutcome(frame, out); }
};

std::string DescribeWhole(const Frame& frame) {
  return std::to_string(frame.size) + " bytes, type " + std::to_string(frame.type) + ", channel " +
         std::to_string(frame.channel) + ", body " + ToHex(frame.body) + ": " +
         Describe(DecodeSaslFrame(frame));
}

}  // namespace

std::string Describe(const std::variant<SaslFrame, DecodeError>& decoded) {
  if (const auto* error = std::get_if<DecodeError>(&decoded)) return DescribeError(*error);
  return std::visit(FrameDescriber(), std::get<SaslFrame>(decoded));
}

std::string EncodeAgain(const SaslFrame& frame) {
  std::string out;
  std::visit(FrameEncoder{&out}, frame);
  return out;
}

std::vector<std::string> TraceFrames(std::span<const std::string_view> pieces,
                                     size_t max_frame_size) {
  std::vector<std::string> trace;
  FrameReader reader(max_frame_size);
  for (const std::string_view piece : pieces) {
    // A copy of exactly the piece's size, so that AddressSanitizer sees a view that outlives it.
    const std::vector<char> copy(piece.begin(), piece.end());
    std::string_view input(copy.data(), copy.size());
    while (true) {
      const auto result = reader.Next(&input);
      if (std::holds_alternative<std::monostate>(result)) break;
      if (const auto* error = std::get_if<DecodeError>(&result)) {
        trace.push_back(DescribeError(*error));
        return trace;
      }
      trace.push_back(DescribeWhole(std::get<Frame>(result)));
    }
    if (!input.empty()) trace.push_back("input was left");
  }
  trace.push_back(std::to_string(reader.buffered()) + " buffered");
  return trace;
}

std::vector<std::string> TraceBytewise(std::string_view stream, size_t max_frame_size) {
  std::vector<std::string_view> pieces;
  for (size_t i = 0; i < stream.size(); ++i) pieces.push_back(stream.substr(i, 1));
  return TraceFrames(pieces, max_frame_size);
}

std::string FromHex(std::string_view hex) {
  std::string bytes;
  while (!hex.empty()) {
    if (hex.front() == ' ') {
      hex.remove_prefix(1);
      continue;
    }
    const std::string_view pair = hex.substr(0, 2);
    uint8_t byte = 0;
    std::from_chars(pair.data(), pair.data() + pair.size(), byte, 16);
    bytes.push_back(static_cast<char>(byte));
    hex.remove_prefix(pair.size());
  }
  return bytes;
}

std::string ToHex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const char byte : bytes) {
    hex.push_back(kDigits[static_cast<uint8_t>(byte) >> 4]);
    hex.push_back(kDigits[static_cast<uint8_t>(byte) & 0xf]);
  }
  return hex;
}

}  // namespace sallyport::amqp
