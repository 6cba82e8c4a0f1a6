#ifndef SALLYPORT_CORE_SASL_DIGEST_MD5_DIGEST_DIRECTIVES_H_
#define SALLYPORT_CORE_SASL_DIGEST_MD5_DIGEST_DIRECTIVES_H_

// The form that DIGEST-MD5's messages share (RFC 2831 section 7): a list of name=value
// with commas between, each value a token or a quoted string. Strict about that form;
// which of both forms a value has makes no difference. Pure.

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sallyport {

// DigestSyntaxError says, for the log, what a message has wrong: a static sentence.
struct DigestSyntaxError {
  const char* what = nullptr;
};

// kMaxDigestDirectives bounds how many directives a message may have.
inline constexpr size_t kMaxDigestDirectives = 64;

class DigestDirectives {
 public:
  // Parse reads a message; empty elements of the list are skipped. Names are matched
  // without case. A name of `single` may be there once; all others may be repeated.
  // A control character within quotes, other than a tab, is refused; what charset a
  // value is in is not looked at.
  static std::variant<DigestSyntaxError, DigestDirectives> Parse(
      std::string_view message, std::span<const std::string_view> single);

  // Find is the first value of the directive, without its quotes and escapes; nullopt
  // where it is absent. Valid as long as the directives.
  std::optional<std::string_view> Find(std::string_view name) const;

  // FindAll is every value of the directive.
  std::vector<std::string_view> FindAll(std::string_view name) const;

 private:
  struct Directive {
    // In lower case.
    std::string name;
    std::string value;
  };

  std::vector<Directive> directives_;
};

// IsDigestToken tells whether `text` can stand without quotes.
bool IsDigestToken(std::string_view text);

// IsDigestText tells whether `text` can stand in quotes: it has no control characters
// but tabs.
bool IsDigestText(std::string_view text);

// AppendQuotedDirective appends name="value", with what needs it escaped. `value` is as
// IsDigestText has it.
void AppendQuotedDirective(std::string_view name, std::string_view value, std::string* out);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_DIGEST_MD5_DIGEST_DIRECTIVES_H_
