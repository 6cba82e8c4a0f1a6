#include "core/sasl/digest_md5/digest_charset.h"

#include "core/amqp/utf8.h"
#include "core/credentials/secret.h"

namespace sallyport {
namespace {

constexpr unsigned char kFirstBeyondAscii = 0x80;
// What begins U+0080 to U+00BF, and U+00C0 to U+00FF.
constexpr char kLowerHalf = '\xc2';
constexpr char kUpperHalf = '\xc3';
constexpr unsigned char kHalf = 0x40;

}  // namespace

std::string Latin1IfPossible(std::string_view text) {
  std::string latin1;
  latin1.reserve(text.size());
  if (!amqp::IsUtf8(text)) return std::string(text);
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (static_cast<unsigned char>(c) < kFirstBeyondAscii) {
      latin1.push_back(c);
    } else if (c == kLowerHalf) {
      latin1.push_back(text[++i]);
    } else if (c == kUpperHalf) {
      latin1.push_back(static_cast<char>(text[++i] + kHalf));
    } else {
      Wipe(&latin1);
      return std::string(text);
    }
  }
  return latin1;
}

std::string Utf8FromLatin1(std::string_view text) {
  std::string utf8;
  utf8.reserve(2 * text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < kFirstBeyondAscii) {
      utf8.push_back(c);
    } else if (byte < kFirstBeyondAscii + kHalf) {
      utf8.push_back(kLowerHalf);
      utf8.push_back(c);
    } else {
      utf8.push_back(kUpperHalf);
      utf8.push_back(static_cast<char>(byte - kHalf));
    }
  }
  return utf8;
}

std::optional<std::string> DecodeDigestText(std::string_view text, bool says_utf8) {
  if (amqp::IsUtf8(text)) return std::string(text);
  if (says_utf8) return std::nullopt;
  return Utf8FromLatin1(text);
}

}  // namespace sallyport
