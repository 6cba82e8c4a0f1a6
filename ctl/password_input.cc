#include "ctl/password_input.h"

#include <errno.h>
#include <unistd.h>

#include <iostream>
#include <string_view>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "ctl/hidden_input.h"

namespace sallyport::ctl {
namespace {

// Kind is what is asked for.
struct Kind {
  const char* name;
  size_t longest;
};

constexpr Kind kPassword = {"password", 4096};
constexpr Kind kToken = {"token", 16 * 1024};

// Byte by byte and past no line's end: what follows is the next reader's.
absl::StatusOr<Secret> ReadLine(const Kind& kind, HiddenInput* hidden) {
  Secret line = Secret::Zeroed(kind.longest);
  size_t size = 0;
  while (true) {
    if (hidden != nullptr && !hidden->WaitUntilReadable()) {
      return absl::CancelledError("interrupted");
    }
    char c = 0;
    const ssize_t got = read(STDIN_FILENO, &c, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      return absl::UnavailableError(
          absl::StrCat("cannot read standard input: ", std::generic_category().message(errno)));
    }
    if (got == 0 || c == '\n') break;
    if (size == kind.longest) {
      return absl::InvalidArgumentError(absl::StrCat("the ", kind.name, " is too long"));
    }
    line.data()[size++] = c;
  }
  std::string_view text = line.view().substr(0, size);
  if (text.ends_with('\r')) text.remove_suffix(1);
  if (text.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the ", kind.name,
                     " is empty: type it at the prompt, or give it as one line on standard input"));
  }
  return Secret(text);
}

absl::StatusOr<Secret> Ask(const Kind& kind, const std::string& prompt) {
  if (isatty(STDIN_FILENO) == 0) return ReadLine(kind, nullptr);
  HiddenInput hidden;
  if (!hidden.ok()) return absl::UnavailableError("cannot turn off the terminal's echo");
  std::cerr << prompt << std::flush;
  return ReadLine(kind, &hidden);
}

}  // namespace

absl::StatusOr<Secret> ReadPassword(const std::string& prompt) { return Ask(kPassword, prompt); }

absl::StatusOr<Secret> ReadToken(const std::string& prompt) { return Ask(kToken, prompt); }

absl::StatusOr<Secret> ReadNewPassword() {
  absl::StatusOr<Secret> password = ReadPassword("New password: ");
  if (!password.ok() || isatty(STDIN_FILENO) == 0) return password;
  const absl::StatusOr<Secret> again = ReadPassword("The same again: ");
  if (!again.ok()) return again.status();
  if (!password->Equals(again->view())) {
    return absl::InvalidArgumentError("the two passwords differ; nothing was changed");
  }
  return password;
}

}  // namespace sallyport::ctl
