#include "core/amqp/utf8.h"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace sallyport::amqp {
namespace {

// What a lead byte calls for: the length of its sequence, and the range of the second byte, which
// is what rules out overlong forms, surrogates and code points above U+10FFFF (RFC 3629 section 4).
struct Sequence {
  size_t length;
  uint8_t second_min;
  uint8_t second_max;
};

constexpr Sequence SequenceOf(uint8_t lead) {
  if (lead < 0x80) return {1, 0, 0};
  if (lead < 0xc2) return {0, 0, 0};
  if (lead < 0xe0) return {2, 0x80, 0xbf};
  if (lead == 0xe0) return {3, 0xa0, 0xbf};
  if (lead == 0xed) return {3, 0x80, 0x9f};
  if (lead < 0xf0) return {3, 0x80, 0xbf};
  if (lead == 0xf0) return {4, 0x90, 0xbf};
  if (lead < 0xf4) return {4, 0x80, 0xbf};
  if (lead == 0xf4) return {4, 0x80, 0x8f};
  return {0, 0, 0};
}

constexpr bool InRange(uint8_t byte, uint8_t min, uint8_t max) {
  return byte >= min && byte <= max;
}

constexpr size_t kWord = sizeof(uint64_t);

// Most text is ASCII, and is read a word at a time.
bool BeginsWithAsciiWord(std::string_view bytes) {
  if (bytes.size() < kWord) return false;
  uint64_t word = 0;
  std::memcpy(&word, bytes.data(), kWord);
  return (word & 0x8080808080808080) == 0;
}

}  // namespace

bool IsUtf8(std::string_view bytes) {
  while (!bytes.empty()) {
    if (BeginsWithAsciiWord(bytes)) {
      bytes.remove_prefix(kWord);
      continue;
    }
    const Sequence sequence = SequenceOf(static_cast<uint8_t>(bytes[0]));
    if (sequence.length == 0 || sequence.length > bytes.size()) return false;
    for (size_t i = 1; i < sequence.length; ++i) {
      const uint8_t min = i == 1 ? sequence.second_min : 0x80;
      const uint8_t max = i == 1 ? sequence.second_max : 0xbf;
      if (!InRange(static_cast<uint8_t>(bytes[i]), min, max)) return false;
    }
    bytes.remove_prefix(sequence.length);
  }
  return true;
}

}  // namespace sallyport::amqp
