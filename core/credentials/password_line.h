#ifndef SALLYPORT_CORE_CREDENTIALS_PASSWORD_LINE_H_
#define SALLYPORT_CORE_CREDENTIALS_PASSWORD_LINE_H_

// Lines of password files, as htpasswd writes them, passwd(5) and shadow(5):
//
//   <name>:<credential>[:<fields that are not looked at>]
//
// The name ends at the first ':'. The credential is one of ParseCredential's text forms,
// or a hash of crypt(3) that begins with '$'; it ends at the next ':', except that
// {CLEARTEXT} and the authPassword forms (SCRAM-SHA-256$..., SHA1$..., MD5$...), which may
// hold a ':', take all that is left. A password without a scheme is not a credential. A
// credential that begins with '!' or '*' locks the user. Blank lines, and lines that
// begin with '#', say nothing. Pure.

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/credentials/credential.h"

namespace sallyport {

// FileLine is a line without its end.
struct FileLine {
  std::string_view text;
  // From 1.
  size_t number = 0;
  // False of the last one in a file that does not end with a newline.
  bool ended = true;
};

// ForEachLine hands on the lines one after another. A line ends with "\n" or "\r\n".
void ForEachLine(std::string_view content, const std::function<void(const FileLine&)>& line);

// PasswordLine is a line that names a user.
struct PasswordLine {
  // As it is written, and not empty.
  std::string name;
  bool locked = false;
  // Nullopt where the user is locked. InvalidArgument says why it cannot be used, as
  // ParseListedCredential does.
  std::optional<absl::StatusOr<Credential>> credential;
};

// SaysNothing tells whether the line is blank or a comment.
bool SaysNothing(std::string_view line);

// ParsePasswordLine reads a line without its end. InvalidArgument where no name is to be
// had from it, or where it says nothing; no error holds a part of the line.
absl::StatusOr<PasswordLine> ParsePasswordLine(std::string_view line);

// ParseListedCredential reads a credential that has a line, or the rest of one, to itself:
// what ParseCredential reads, and a hash of crypt(3) without {CRYPT}. Blanks behind it are
// skipped, but for a password in the clear, which they belong to. InvalidArgument names
// the position in the text (in bytes, the first being 1) and what to do, and never a part
// of the text.
absl::StatusOr<Credential> ParseListedCredential(std::string_view text);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_CREDENTIALS_PASSWORD_LINE_H_
