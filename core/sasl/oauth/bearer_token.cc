#include "core/sasl/oauth/bearer_token.h"

#include <algorithm>

namespace sallyport {
namespace {

constexpr std::string_view kScheme = "bearer";

bool IsAlpha(char byte) { return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z'); }

bool IsTokenCharacter(char byte) {
  constexpr std::string_view kPunctuation = "-._~+/";
  return IsAlpha(byte) || (byte >= '0' && byte <= '9') ||
         kPunctuation.find(byte) != std::string_view::npos;
}

bool IsScheme(std::string_view text) {
  // Only letters become letters by this bit.
  return std::equal(text.begin(), text.end(), kScheme.begin(), kScheme.end(),
                    [](char a, char b) { return static_cast<char>(a | 0x20) == b; });
}

}  // namespace

bool IsBearerToken(std::string_view text) {
  if (text.size() > kMaxBearerTokenSize) return false;
  const auto padding = std::find_if_not(text.begin(), text.end(), IsTokenCharacter);
  return padding != text.begin() &&
         std::all_of(padding, text.end(), [](char byte) { return byte == '='; });
}

std::optional<std::string_view> ParseBearerCredentials(std::string_view credentials) {
  if (!IsScheme(credentials.substr(0, kScheme.size()))) return std::nullopt;
  credentials.remove_prefix(kScheme.size());
  const size_t token_begin = credentials.find_first_not_of(' ');
  if (token_begin == 0 || token_begin == std::string_view::npos) return std::nullopt;
  credentials.remove_prefix(token_begin);
  if (!IsBearerToken(credentials)) return std::nullopt;
  return credentials;
}

}  // namespace sallyport
