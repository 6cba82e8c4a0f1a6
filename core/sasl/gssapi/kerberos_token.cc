#include "core/sasl/gssapi/kerberos_token.h"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace sallyport {
namespace {

constexpr uint8_t kFrameTag = 0x60;
constexpr uint8_t kLongLength = 0x80;
constexpr size_t kMaxLengthBytes = 4;
// The object identifier 1.2.840.113554.1.2.2, and the id of an AP-REQ.
constexpr std::string_view kRequestStart("\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x01\x00",
                                         13);

constexpr std::string_view kWrapTokenId("\x05\x04", 2);
constexpr size_t kWrapHeaderSize = 16;
constexpr uint8_t kAcceptorSubkey = 0x04;

// Removes a DER length from the front of `bytes`.
std::optional<size_t> TakeLength(std::string_view* bytes) {
  if (bytes->empty()) return std::nullopt;
  const auto first = static_cast<uint8_t>(bytes->front());
  bytes->remove_prefix(1);
  if (first < kLongLength) return first;
  const size_t count = first - kLongLength;
  if (count == 0 || count > kMaxLengthBytes || count > bytes->size()) return std::nullopt;
  size_t length = 0;
  for (const char byte : bytes->substr(0, count)) {
    length = length << 8 | static_cast<uint8_t>(byte);
  }
  bytes->remove_prefix(count);
  return length;
}

}  // namespace

bool IsKerberosRequest(std::string_view token) {
  if (token.empty() || static_cast<uint8_t>(token.front()) != kFrameTag) return false;
  token.remove_prefix(1);
  const std::optional<size_t> length = TakeLength(&token);
  return length == token.size() && token.starts_with(kRequestStart);
}

bool IsUnderAcceptorSubkey(std::string_view token) {
  return token.size() >= kWrapHeaderSize && token.starts_with(kWrapTokenId) &&
         (static_cast<uint8_t>(token[kWrapTokenId.size()]) & kAcceptorSubkey) != 0;
}

}  // namespace sallyport
