// Reads CRAM-MD5's messages, which of both the first byte says.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/sasl/cram_md5/cram_message.h"
#include "core/sasl/md5_hex.h"

namespace sallyport {
namespace {

void Expect(bool holds) {
  if (!holds) std::abort();
}

void ReadChallenge(std::string_view message) {
  if (!IsCramChallenge(message)) return;
  Expect(message.size() <= kMaxCramChallengeSize);
  Expect(message.find_last_of('<') == 0 && message.find('>') == message.size() - 1);
  Expect(message.find_first_of(std::string_view("\0\r\n ", 4)) == std::string_view::npos);
}

void ReadResponse(std::string_view message) {
  const auto response = ParseCramResponse(message);
  if (!response.has_value()) return;
  Expect(!response->name.empty() && IsMd5Hex(response->digest));
  Expect(std::string(response->name).append(" ").append(response->digest) == message);
}

}  // namespace
}  // namespace sallyport

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view message(reinterpret_cast<const char*>(data) + 1, size - 1);
  if ((data[0] & 1) == 0) {
    sallyport::ReadChallenge(message);
  } else {
    sallyport::ReadResponse(message);
  }
  return 0;
}
