#include "core/sasl/oauth/xoauth2_message.h"

#include <cstddef>

#include "core/sasl/oauth/bearer_token.h"

namespace sallyport {
namespace {

constexpr std::string_view kUser = "user=";
constexpr std::string_view kAuth =
    "\x01"
    "auth=";
constexpr std::string_view kScheme = "Bearer ";
constexpr std::string_view kEnd = "\x01\x01";

}  // namespace

std::optional<Xoauth2Message> ParseXoauth2Message(std::string_view bytes) {
  if (!bytes.starts_with(kUser) || !bytes.ends_with(kEnd)) return std::nullopt;
  bytes.remove_prefix(kUser.size());
  bytes.remove_suffix(kEnd.size());
  const size_t user_end = bytes.find(kAuth.front());
  if (user_end == std::string_view::npos) return std::nullopt;
  const std::string_view auth = bytes.substr(user_end);
  if (!auth.starts_with(kAuth)) return std::nullopt;
  // A token has no ^A, so that nothing can stand behind it.
  const std::optional<std::string_view> token = ParseBearerCredentials(auth.substr(kAuth.size()));
  if (!token.has_value()) return std::nullopt;
  return Xoauth2Message{bytes.substr(0, user_end), *token};
}

std::string FormatXoauth2Message(const Xoauth2Message& message) {
  // Allocated once, so that no copy of the token is left behind.
  std::string bytes;
  bytes.reserve(kUser.size() + message.user.size() + kAuth.size() + kScheme.size() +
                message.token.size() + kEnd.size());
  bytes.append(kUser).append(message.user).append(kAuth).append(kScheme);
  bytes.append(message.token).append(kEnd);
  return bytes;
}

}  // namespace sallyport
