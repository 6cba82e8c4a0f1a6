#include "core/sasl/plain/plain_message.h"

namespace sallyport {

std::optional<PlainMessage> ParsePlainMessage(std::string_view bytes) {
  const size_t first = bytes.find('\0');
  if (first == std::string_view::npos) return std::nullopt;
  const size_t second = bytes.find('\0', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  if (bytes.find('\0', second + 1) != std::string_view::npos) return std::nullopt;

  const PlainMessage message = {bytes.substr(0, first), bytes.substr(first + 1, second - first - 1),
                                bytes.substr(second + 1)};
  if (message.authentication_id.empty() || message.password.empty()) return std::nullopt;
  return message;
}

std::string FormatPlainMessage(const PlainMessage& message) {
  std::string bytes;
  bytes.reserve(message.authorization_id.size() + message.authentication_id.size() +
                message.password.size() + 2);
  bytes.append(message.authorization_id).push_back('\0');
  bytes.append(message.authentication_id).push_back('\0');
  bytes.append(message.password);
  return bytes;
}

}  // namespace sallyport
