#include "core/tokens/base64url.h"

#include <string>

#include "core/crypto/base64.h"

namespace sallyport {

std::optional<Secret> DecodeBase64Url(std::string_view text) {
  if (text.find_first_of("+/=") != std::string_view::npos) return std::nullopt;
  Secret standard = Secret::Zeroed((text.size() + 3) / 4 * 4);
  for (size_t i = 0; i < standard.size(); ++i) {
    const char c = i < text.size() ? text[i] : '=';
    standard.data()[i] = c == '-' ? '+' : c == '_' ? '/' : c;
  }
  std::optional<std::string> bytes = DecodeBase64(standard.view());
  if (!bytes.has_value()) return std::nullopt;
  Secret decoded(*bytes);
  Wipe(&*bytes);
  return decoded;
}

}  // namespace sallyport
