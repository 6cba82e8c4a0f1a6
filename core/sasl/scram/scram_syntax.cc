#include "core/sasl/scram/scram_syntax.h"

#include <algorithm>

#include "core/amqp/utf8.h"

namespace sallyport {
namespace {

constexpr size_t kEscapeSize = 3;

bool IsAlpha(char byte) { return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z'); }

}  // namespace

std::optional<std::string_view> ScramAttributes::Take(char name) {
  if (!rest_.has_value()) return std::nullopt;
  const size_t comma = rest_->find(',');
  const std::string_view attribute = rest_->substr(0, comma);
  if (attribute.size() < 3 || attribute[0] != name || attribute[1] != '=') return std::nullopt;
  if (comma == std::string_view::npos) {
    rest_.reset();
  } else {
    rest_->remove_prefix(comma + 1);
  }
  return attribute.substr(2);
}

bool ScramAttributes::TakeExtensions() {
  while (rest_.has_value()) {
    if (rest_->empty()) return false;
    const char name = rest_->front();
    if (!IsAlpha(name) || name == 'm' || !Take(name).has_value()) return false;
  }
  return true;
}

bool IsScramText(std::string_view message) {
  return message.find('\0') == std::string_view::npos && amqp::IsUtf8(message);
}

bool IsScramNonce(std::string_view nonce) {
  return !nonce.empty() && std::all_of(nonce.begin(), nonce.end(), [](char byte) {
    return byte >= 0x21 && byte <= 0x7e && byte != ',';
  });
}

std::optional<std::string> UnescapeSaslname(std::string_view saslname) {
  if (saslname.empty()) return std::nullopt;
  std::string name;
  name.reserve(saslname.size());
  while (!saslname.empty()) {
    const size_t escape = saslname.find('=');
    name.append(saslname.substr(0, escape));
    if (escape == std::string_view::npos) break;
    saslname.remove_prefix(escape);
    if (saslname.starts_with("=2C")) {
      name.push_back(',');
    } else if (saslname.starts_with("=3D")) {
      name.push_back('=');
    } else {
      return std::nullopt;
    }
    saslname.remove_prefix(kEscapeSize);
  }
  return name;
}

void AppendSaslname(std::string_view name, std::string* out) {
  for (const char byte : name) {
    if (byte == ',') {
      out->append("=2C");
    } else if (byte == '=') {
      out->append("=3D");
    } else {
      out->push_back(byte);
    }
  }
}

}  // namespace sallyport
