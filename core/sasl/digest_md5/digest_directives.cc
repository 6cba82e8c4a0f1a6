#include "core/sasl/digest_md5/digest_directives.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"

namespace sallyport {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kBlanksAndCommas = " \t\r\n,";
// RFC 2616 section 2.2: what ends a token, besides control characters.
constexpr std::string_view kSeparators = "()<>@,;:\\\"/[]?={} \t";

bool IsTokenCharacter(char c) {
  return c > ' ' && c <= '~' && kSeparators.find(c) == std::string_view::npos;
}

bool IsTextCharacter(char c) {
  return c == '\t' || (static_cast<unsigned char>(c) >= ' ' && c != '\x7f');
}

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  absl::AsciiStrToLower(&lower);
  return lower;
}

// Reads a message from left to right.
class Reader {
 public:
  explicit Reader(std::string_view message) : rest_(message) {}

  bool at_end() const { return rest_.empty(); }

  void Skip(std::string_view characters) {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(characters), rest_.size()));
  }

  bool Take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // TakeToken is empty where there is none.
  std::string_view TakeToken() {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), IsTokenCharacter);
    const std::string_view token = rest_.substr(0, static_cast<size_t>(end - rest_.begin()));
    rest_.remove_prefix(token.size());
    return token;
  }

  // TakeValue is nullopt where there is neither a token nor a quoted string.
  std::optional<std::string> TakeValue() {
    if (Take('"')) return TakeUntilQuote();
    const std::string_view token = TakeToken();
    if (token.empty()) return std::nullopt;
    return std::string(token);
  }

 private:
  std::optional<std::string> TakeUntilQuote() {
    std::string text;
    while (!rest_.empty()) {
      if (Take('"')) return text;
      const bool escaped = Take('\\');
      if (rest_.empty() || !IsTextCharacter(rest_.front())) return std::nullopt;
      // A quoted-pair is of ASCII.
      if (escaped && static_cast<unsigned char>(rest_.front()) > '~') return std::nullopt;
      text.push_back(rest_.front());
      rest_.remove_prefix(1);
    }
    return std::nullopt;
  }

  std::string_view rest_;
};

}  // namespace

std::variant<DigestSyntaxError, DigestDirectives> DigestDirectives::Parse(
    std::string_view message, std::span<const std::string_view> single) {
  DigestDirectives parsed;
  Reader reader(message);
  for (reader.Skip(kBlanksAndCommas); !reader.at_end(); reader.Skip(kBlanksAndCommas)) {
    Directive directive;
    directive.name = LowerCase(reader.TakeToken());
    reader.Skip(kBlanks);
    if (directive.name.empty() || !reader.Take('=')) {
      return DigestSyntaxError{"not a list of name=value"};
    }
    reader.Skip(kBlanks);
    std::optional<std::string> value = reader.TakeValue();
    if (!value.has_value()) {
      return DigestSyntaxError{"a value is neither a token nor a quoted string"};
    }
    directive.value = *std::move(value);
    reader.Skip(kBlanks);
    if (!reader.at_end() && !reader.Take(',')) {
      return DigestSyntaxError{"no comma after a value"};
    }
    const bool repeated = parsed.Find(directive.name).has_value();
    if (repeated && std::find(single.begin(), single.end(), directive.name) != single.end()) {
      return DigestSyntaxError{"a directive is there twice"};
    }
    if (parsed.directives_.size() == kMaxDigestDirectives) {
      return DigestSyntaxError{"too many directives"};
    }
    parsed.directives_.push_back(std::move(directive));
  }
  return parsed;
}

std::optional<std::string_view> DigestDirectives::Find(std::string_view name) const {
  for (const Directive& directive : directives_) {
    if (directive.name == name) return directive.value;
  }
  return std::nullopt;
}

std::vector<std::string_view> DigestDirectives::FindAll(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const Directive& directive : directives_) {
    if (directive.name == name) values.emplace_back(directive.value);
  }
  return values;
}

bool IsDigestToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsTokenCharacter);
}

bool IsDigestText(std::string_view text) {
  return std::all_of(text.begin(), text.end(), IsTextCharacter);
}

void AppendQuotedDirective(std::string_view name, std::string_view value, std::string* out) {
  out->append(name).append("=\"");
  for (const char c : value) {
    if (c == '"' || c == '\\') out->push_back('\\');
    out->push_back(c);
  }
  out->push_back('"');
}

}  // namespace sallyport
