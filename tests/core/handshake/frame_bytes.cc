#include "tests/core/handshake/frame_bytes.h"

#include "core/amqp/frame_reader.h"
#include "core/amqp/protocol_header.h"
#include "core/amqp/sasl_frames.h"

namespace sallyport {
namespace {

void AppendUint32(uint32_t value, std::string* out) {
  for (int shift = 24; shift >= 0; shift -= 8) out->push_back(static_cast<char>(value >> shift));
}

std::string Words(std::string text, const std::optional<std::string_view>& bytes) {
  if (bytes.has_value()) text.append(" ").append(*bytes);
  return text;
}

struct FrameText {
  std::string operator()(const amqp::EmptyFrame&) const { return "empty"; }
  std::string operator()(const amqp::SaslMechanisms& frame) const {
    std::string text = "mechanisms";
    for (const std::string_view name : frame.mechanisms) text.append(" ").append(name);
    return text;
  }
  std::string operator()(const amqp::SaslInit& frame) const {
    return Words("init " + std::string(frame.mechanism), frame.initial_response);
  }
  std::string operator()(const amqp::SaslChallenge& frame) const {
    return Words("challenge", frame.challenge);
  }
  std::string operator()(const amqp::SaslResponse& frame) const {
    return Words("response", frame.response);
  }
  std::string operator()(const amqp::SaslOutcome& frame) const {
    return Words("outcome " + std::to_string(static_cast<int>(frame.code)), frame.additional_data);
  }
};

}  // namespace

std::string SaslHeader() { return std::string(amqp::kSaslProtocolHeader); }

std::string InitFrame(std::string_view mechanism, std::optional<std::string_view> initial_response,
                      std::optional<std::string_view> hostname) {
  std::string out;
  amqp::AppendSaslInit(
      {.mechanism = mechanism, .initial_response = initial_response, .hostname = hostname}, &out);
  return out;
}

std::string ResponseFrame(std::string_view response) {
  std::string out;
  amqp::AppendSaslResponse(response, &out);
  return out;
}

std::string RawFrame(std::string_view body, uint8_t type, uint32_t size) {
  std::string out;
  AppendUint32(size != 0 ? size : static_cast<uint32_t>(amqp::kFrameHeaderSize + body.size()),
               &out);
  out.push_back(2);
  out.push_back(static_cast<char>(type));
  out.append(2, '\0');
  return out.append(body);
}

std::string EmptyFrameBytes() { return RawFrame(""); }

std::vector<std::string> ReadFrames(std::string_view sent) {
  std::vector<std::string> frames;
  if (sent.starts_with(amqp::kSaslProtocolHeader)) {
    sent.remove_prefix(amqp::kSaslProtocolHeader.size());
    frames.push_back("header");
  }
  amqp::FrameReader reader(64 * 1024);
  while (!sent.empty()) {
    const auto next = reader.Next(&sent);
    const auto* frame = std::get_if<amqp::Frame>(&next);
    if (frame == nullptr) {
      frames.push_back("garbage");
      break;
    }
    const auto decoded = amqp::DecodeSaslFrame(*frame);
    const auto* sasl = std::get_if<amqp::SaslFrame>(&decoded);
    frames.push_back(sasl == nullptr ? "garbage" : std::visit(FrameText(), *sasl));
  }
  return frames;
}

}  // namespace sallyport
