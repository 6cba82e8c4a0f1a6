#include "core/sasl/saved_state.h"

namespace sallyport {
namespace {

constexpr int kBitsPerByte = 7;
constexpr int kNumberBits = 64;
constexpr uint8_t kMoreFollows = 0x80;

}  // namespace

void StateWriter::Number(uint64_t value) {
  for (; value >= kMoreFollows; value >>= kBitsPerByte) {
    bytes_.push_back(static_cast<char>(value | kMoreFollows));
  }
  bytes_.push_back(static_cast<char>(value));
}

void StateWriter::Bytes(std::string_view value) {
  Number(value.size());
  bytes_.append(value);
}

uint64_t StateReader::Number() {
  uint64_t value = 0;
  for (int shift = 0; ok_ && shift < kNumberBits && !rest_.empty(); shift += kBitsPerByte) {
    const auto byte = static_cast<uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    value |= static_cast<uint64_t>(byte & ~kMoreFollows) << shift;
    if ((byte & kMoreFollows) == 0) return value;
  }
  ok_ = false;
  return 0;
}

std::string_view StateReader::Bytes() {
  const uint64_t size = Number();
  if (!ok_ || size > rest_.size()) {
    ok_ = false;
    return {};
  }
  const std::string_view value = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return value;
}

}  // namespace sallyport
