#include "core/credentials/password_line.h"

#include <algorithm>

#include "absl/status/status.h"
#include "core/credentials/credential_scheme.h"
#include "core/credentials/credential_text.h"
#include "core/credentials/parse_credential.h"

namespace sallyport {
namespace {

constexpr std::string_view kBlanks = " \t";
constexpr std::string_view kCleartext = "{CLEARTEXT}";

bool IsCleartext(std::string_view text) {
  return SameWithoutCase(text.substr(0, kCleartext.size()), kCleartext);
}

// A part of the line, and what remains of it, may hold a ':' only where neither a brace
// nor a '$' begins it and a '$' comes first: RFC 3112's <scheme>$<info>$<value>.
bool TakesTheRest(std::string_view text) {
  if (IsCleartext(text)) return true;
  if (text.empty() || text[0] == '{' || text[0] == '$') return false;
  const size_t first = text.find_first_of(":$");
  return first != std::string_view::npos && text[first] == '$';
}

}  // namespace

void ForEachLine(std::string_view content, const std::function<void(const FileLine&)>& line) {
  for (size_t number = 1; !content.empty(); ++number) {
    const size_t end = content.find('\n');
    const bool ended = end != std::string_view::npos;
    std::string_view text = content.substr(0, end);
    if (text.ends_with('\r')) text.remove_suffix(1);
    line({text, number, ended});
    content.remove_prefix(ended ? end + 1 : content.size());
  }
}

bool SaysNothing(std::string_view line) {
  return line.starts_with('#') || line.find_first_not_of(kBlanks) == std::string_view::npos;
}

absl::StatusOr<PasswordLine> ParsePasswordLine(std::string_view line) {
  if (SaysNothing(line)) return absl::InvalidArgumentError("the line says nothing");
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) {
    return absl::InvalidArgumentError("there is no ':' behind a name; write <name>:<credential>");
  }
  if (colon == 0) return absl::InvalidArgumentError("there is no name in front of the ':'");
  PasswordLine parsed;
  parsed.name = line.substr(0, colon);
  std::string_view text = line.substr(colon + 1);
  parsed.locked = text.starts_with('!') || text.starts_with('*');
  if (parsed.locked) return parsed;
  if (!TakesTheRest(text)) text = text.substr(0, text.find(':'));
  parsed.credential = ParseListedCredential(text);
  return parsed;
}

absl::StatusOr<Credential> ParseListedCredential(std::string_view text) {
  if (!IsCleartext(text)) {
    text = text.substr(0, text.find_last_not_of(kBlanks) + 1);
  }
  if (text.empty()) return absl::InvalidArgumentError("there is no credential");
  if (text[0] == '$') {
    CredentialText hash(text, 0);
    return ReadUserPassword(*FindScheme("CRYPT"), hash);
  }
  absl::StatusOr<Credential> credential = ParseCredential(text);
  // So that it is seen at once, whatever was meant.
  if (!credential.ok() && text.find_first_of("{$") == std::string_view::npos) {
    return absl::InvalidArgumentError(
        "the credential names no scheme; a password in the clear is written {CLEARTEXT}<password>, "
        "and traditional DES is refused: set that password anew");
  }
  return credential;
}

}  // namespace sallyport
