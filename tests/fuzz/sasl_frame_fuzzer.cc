// Feeds a frame's body to the decoder. What decodes must survive being encoded and decoded again.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/amqp/frame_reader.h"
#include "core/amqp/sasl_frames.h"
#include "tests/core/amqp/frame_trace.h"

namespace sallyport::amqp {
namespace {

void CheckRoundTrip(const SaslFrame& frame) {
  const std::string encoded = EncodeAgain(frame);
  std::string_view input = encoded;
  FrameReader reader(encoded.size());
  const auto read = reader.Next(&input);
  if (!std::holds_alternative<Frame>(read) || !input.empty()) std::abort();
  if (Describe(DecodeSaslFrame(std::get<Frame>(read))) != Describe(frame)) std::abort();
}

}  // namespace
}  // namespace sallyport::amqp

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sallyport::amqp;
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const auto decoded =
      DecodeSaslFrame({.type = kSaslFrameType, .body = body, .size = size + kFrameHeaderSize});
  if (const auto* frame = std::get_if<SaslFrame>(&decoded)) {
    if (!std::holds_alternative<EmptyFrame>(*frame)) CheckRoundTrip(*frame);
  }
  return 0;
}
