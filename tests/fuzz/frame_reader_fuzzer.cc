// Reads a stream of frames whole, byte by byte, and split as the input's first two bytes say: each
// must give the same frames and the same error.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/core/amqp/frame_trace.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kLimit = 4096;
  constexpr size_t kSeedSize = 2;
  if (size < kSeedSize) return 0;
  const std::string_view stream(reinterpret_cast<const char*>(data) + kSeedSize, size - kSeedSize);
  std::minstd_rand random(data[0] << 8 | data[1]);
  std::vector<std::string_view> pieces;
  for (size_t at = 0; at < stream.size();) {
    pieces.push_back(stream.substr(at, random() % 16));
    at += pieces.back().size();
  }
  const std::vector<std::string_view> one_piece = {stream};
  const auto whole = sallyport::amqp::TraceFrames(one_piece, kLimit);
  if (sallyport::amqp::TraceFrames(pieces, kLimit) != whole) std::abort();
  if (sallyport::amqp::TraceBytewise(stream, kLimit) != whole) std::abort();
  return 0;
}
