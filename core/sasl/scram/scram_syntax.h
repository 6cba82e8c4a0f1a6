#ifndef SALLYPORT_CORE_SASL_SCRAM_SCRAM_SYNTAX_H_
#define SALLYPORT_CORE_SASL_SCRAM_SCRAM_SYNTAX_H_

// The grammar that SCRAM's four messages share (RFC 5802 section 7): attributes,
// escaped names, nonces. Strict. Pure; views what it is given.

#include <optional>
#include <string>
#include <string_view>

namespace sallyport {

// ScramSyntaxError says, for the log, what a message has wrong.
struct ScramSyntaxError {
  const char* what = nullptr;
};

// ScramAttributes reads a message's attributes from left to right.
class ScramAttributes {
 public:
  explicit ScramAttributes(std::string_view message) : rest_(message) {}

  // Take gives the value of the next attribute if its name is `name` and its
  // value is not empty; otherwise nullopt, and nothing is taken.
  std::optional<std::string_view> Take(char name);

  // TakeExtensions takes all that is left: false unless those are well-formed
  // optional extensions. "m", a mandatory extension, is refused, since none is
  // known.
  bool TakeExtensions();

 private:
  // Absent: the last attribute was taken. Empty: one is missing after a comma.
  std::optional<std::string_view> rest_;
};

// IsScramText tells whether `message` is UTF-8 without NUL.
bool IsScramText(std::string_view message);

// IsScramNonce tells whether `nonce` is of printable ASCII without comma, and
// not empty.
bool IsScramNonce(std::string_view nonce);

// UnescapeSaslname decodes "=2C" and "=3D": nullopt where the name is empty or
// has any other "=".
std::optional<std::string> UnescapeSaslname(std::string_view saslname);

// AppendSaslname appends `name`, escaped.
void AppendSaslname(std::string_view name, std::string* out);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_SCRAM_SCRAM_SYNTAX_H_
