#include "core/sasl/scram/scram_server_messages.h"

#include <charconv>
#include <optional>
#include <system_error>
#include <utility>

#include "core/crypto/base64.h"

namespace sallyport {
namespace {

// posit-number: no sign, and no zero in front.
std::optional<uint32_t> ParsePositiveNumber(std::string_view digits) {
  uint32_t number = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, number);
  if (error != std::errc() || stop != end || digits.front() == '0') return std::nullopt;
  return number;
}

}  // namespace

std::variant<ScramSyntaxError, ScramServerFirst> ParseScramServerFirst(std::string_view message) {
  if (!IsScramText(message)) return ScramSyntaxError{"server-first is not UTF-8 without NUL"};
  ScramServerFirst first;
  ScramAttributes attributes(message);
  const std::optional<std::string_view> nonce = attributes.Take('r');
  if (!nonce.has_value() || !IsScramNonce(*nonce)) {
    return ScramSyntaxError{"server-first does not begin with a printable nonce"};
  }
  first.nonce = *nonce;

  const std::optional<std::string_view> encoded_salt = attributes.Take('s');
  if (!encoded_salt.has_value()) return ScramSyntaxError{"server-first has no salt"};
  std::optional<std::string> salt = DecodeBase64(*encoded_salt);
  if (!salt.has_value()) return ScramSyntaxError{"the salt is not base64"};
  first.salt = *std::move(salt);

  const std::optional<std::string_view> digits = attributes.Take('i');
  if (!digits.has_value()) return ScramSyntaxError{"server-first has no iteration count"};
  const std::optional<uint32_t> iterations = ParsePositiveNumber(*digits);
  if (!iterations.has_value()) return ScramSyntaxError{"the iteration count is not a number"};
  first.iterations = *iterations;
  if (!attributes.TakeExtensions()) return ScramSyntaxError{"bad extensions in server-first"};
  return first;
}

std::variant<ScramSyntaxError, ScramServerError, ScramVerifier> ParseScramServerFinal(
    std::string_view message) {
  if (!IsScramText(message)) return ScramSyntaxError{"server-final is not UTF-8 without NUL"};
  ScramAttributes attributes(message);
  if (const auto error = attributes.Take('e')) return ScramServerError{*error};
  const std::optional<std::string_view> encoded = attributes.Take('v');
  if (!encoded.has_value()) return ScramSyntaxError{"server-final has no signature"};
  std::optional<std::string> signature = DecodeBase64(*encoded);
  if (!signature.has_value()) return ScramSyntaxError{"the server's signature is not base64"};
  if (!attributes.TakeExtensions()) return ScramSyntaxError{"bad extensions in server-final"};
  return ScramVerifier{*std::move(signature)};
}

}  // namespace sallyport
