#include "core/sasl/anonymous/trace.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace sallyport {
namespace {

constexpr size_t kMaxCharacters = 255;
constexpr size_t kMaxBytesPerCharacter = 4;

bool BeginsCharacter(char byte) { return (static_cast<uint8_t>(byte) & 0xc0) != 0x80; }

}  // namespace

bool IsShortEnoughTrace(std::string_view message) {
  if (!message.empty() && message.front() == '\0') message.remove_prefix(1);
  if (message.size() > kMaxCharacters * kMaxBytesPerCharacter) return false;
  const auto characters = std::count_if(message.begin(), message.end(), BeginsCharacter);
  return static_cast<size_t>(characters) <= kMaxCharacters;
}

}  // namespace sallyport
