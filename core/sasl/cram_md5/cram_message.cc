#include "core/sasl/cram_md5/cram_message.h"

#include <algorithm>

#include "core/sasl/md5_hex.h"

namespace sallyport {

bool IsCramChallenge(std::string_view message) {
  if (message.size() < 2 || message.size() > kMaxCramChallengeSize || message.front() != '<' ||
      message.back() != '>') {
    return false;
  }
  const std::string_view id = message.substr(1, message.size() - 2);
  return id.find('@') != std::string_view::npos && std::all_of(id.begin(), id.end(), [](char c) {
           return c > ' ' && c <= '~' && c != '<' && c != '>';
         });
}

std::optional<CramResponse> ParseCramResponse(std::string_view message) {
  const size_t space = message.rfind(' ');
  if (space == std::string_view::npos || space == 0) return std::nullopt;
  const CramResponse response = {message.substr(0, space), message.substr(space + 1)};
  if (!IsMd5Hex(response.digest)) return std::nullopt;
  return response;
}

}  // namespace sallyport
