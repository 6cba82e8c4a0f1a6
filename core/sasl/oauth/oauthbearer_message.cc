#include "core/sasl/oauth/oauthbearer_message.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <system_error>
#include <utility>

#include "core/sasl/oauth/bearer_token.h"
#include "core/sasl/scram/scram_syntax.h"

namespace sallyport {
namespace {

constexpr size_t kMaxHostSize = 255;
constexpr std::string_view kAuth = "auth=Bearer ";

bool IsKey(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char byte) {
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
  });
}

bool IsPrintable(char byte) { return byte >= 0x21 && byte <= 0x7e; }

bool IsValue(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char byte) {
    return IsPrintable(byte) || byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
  });
}

// Removes the GS2 header from `rest` (RFC 5801 section 4). Null where it is right.
const char* TakeGs2Header(std::string_view* rest, OauthBearerMessage* message) {
  if (!rest->starts_with("n,") && !rest->starts_with("y,")) {
    return "the channel binding flag is not n or y";
  }
  rest->remove_prefix(2);
  const size_t end = rest->find(',');
  if (end == std::string_view::npos) return "the GS2 header is cut short";
  const std::string_view authzid = rest->substr(0, end);
  rest->remove_prefix(end + 1);
  if (authzid.empty()) return nullptr;
  if (!authzid.starts_with("a=")) return "the authorization id is not an a= attribute";
  std::optional<std::string> name = UnescapeSaslname(authzid.substr(2));
  if (!name.has_value()) return "the authorization id is not well escaped";
  message->authorization_id = *std::move(name);
  return nullptr;
}

// PairReader takes in the pairs, one after the other.
class PairReader {
 public:
  explicit PairReader(OauthBearerMessage* message) : message_(message) {}

  // Null where the pair is right.
  const char* Take(std::string_view pair) {
    const size_t equals = pair.find('=');
    if (equals == std::string_view::npos) return "a pair without =";
    const std::string_view key = pair.substr(0, equals);
    const std::string_view value = pair.substr(equals + 1);
    if (!IsKey(key)) return "a key that is not of letters";
    if (!IsValue(value)) return "a value that is not printable";
    if (key == "auth") return TakeAuth(value);
    if (key == "host") return TakeOnce(IsOauthHost(value), value, &message_->host);
    if (key == "port") return TakeOnce(IsOauthPort(value), value, &message_->port);
    return nullptr;
  }

  bool has_auth() const { return has_auth_; }

 private:
  const char* TakeAuth(std::string_view value) {
    if (std::exchange(has_auth_, true)) return "a key twice";
    if (value.empty()) return nullptr;
    const std::optional<std::string_view> token = ParseBearerCredentials(value);
    if (!token.has_value()) return "auth is not Bearer and a token";
    message_->token = *token;
    return nullptr;
  }

  static const char* TakeOnce(bool valid, std::string_view value, std::string_view* field) {
    if (!field->empty()) return "a key twice";
    if (!valid) return "host or port is not one";
    *field = value;
    return nullptr;
  }

  OauthBearerMessage* const message_;
  bool has_auth_ = false;
};

}  // namespace

bool IsOauthHost(std::string_view host) {
  return !host.empty() && host.size() <= kMaxHostSize &&
         std::all_of(host.begin(), host.end(), IsPrintable);
}

bool IsOauthPort(std::string_view port) {
  if (port.empty() || port.front() == '0') return false;
  const char* const end = port.data() + port.size();
  uint16_t number = 0;
  const auto [stop, error] = std::from_chars(port.data(), end, number);
  return error == std::errc() && stop == end;
}

std::variant<OauthSyntaxError, OauthBearerMessage> ParseOauthBearerMessage(std::string_view bytes) {
  OauthBearerMessage message;
  if (const char* what = TakeGs2Header(&bytes, &message)) return OauthSyntaxError{what};
  if (!bytes.starts_with(kControlA)) return OauthSyntaxError{"no ^A behind the GS2 header"};
  bytes.remove_prefix(1);
  PairReader pairs(&message);
  while (true) {
    const size_t end = bytes.find(kControlA);
    if (end == std::string_view::npos) return OauthSyntaxError{"the message is cut short"};
    const std::string_view pair = bytes.substr(0, end);
    bytes.remove_prefix(end + 1);
    if (pair.empty()) break;
    if (const char* what = pairs.Take(pair)) return OauthSyntaxError{what};
  }
  if (!bytes.empty()) return OauthSyntaxError{"bytes behind the message"};
  if (!pairs.has_auth()) return OauthSyntaxError{"the message has no auth"};
  return message;
}

std::string FormatOauthBearerMessage(const OauthBearerMessage& message) {
  std::string header = "n,";
  if (!message.authorization_id.empty()) {
    header.append("a=");
    AppendSaslname(message.authorization_id, &header);
  }
  header.append(",").push_back(kControlA);
  for (const auto& [key, value] :
       {std::pair("host=", message.host), std::pair("port=", message.port)}) {
    if (!value.empty()) header.append(key).append(value).push_back(kControlA);
  }
  // Allocated once, so that no copy of the token is left behind.
  std::string bytes;
  bytes.reserve(header.size() + kAuth.size() + message.token.size() + 2);
  bytes.append(header).append(kAuth).append(message.token).append(2, kControlA);
  return bytes;
}

}  // namespace sallyport
