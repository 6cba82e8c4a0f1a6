// Reads a stored credential, and the same as an entry: whatever is accepted is written as it was
// read, but for what may be written in more than one way (the scheme's case and its alias, spaces
// around an authPassword's parts, a '+' in PBKDF2's base64), and reads the same again.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/credentials/credential.h"
#include "core/credentials/credential_entry.h"

namespace {

using sallyport::Credential;

// What follows the scheme, in the one way in which it is written.
std::string Body(std::string_view text, const Credential& credential) {
  std::string body(text.substr(text.find_first_of("}$")));
  if (std::holds_alternative<sallyport::Pbkdf2Hash>(credential)) {
    std::replace(body.begin(), body.end(), '+', '.');
  } else if (body[0] == '$') {
    std::erase(body, ' ');
  }
  return body;
}

void Require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto credential = sallyport::ParseCredential(text);
  if (!credential.ok()) return 0;
  const std::string written = sallyport::FormatCredential(*credential);
  Require(Body(written, *credential) == Body(text, *credential));
  Require(written.substr(written.find_first_of("}$")) == Body(written, *credential));

  const auto again = sallyport::ParseCredential(written);
  Require(again.ok() && sallyport::FormatCredential(*again) == written);
  Require(sallyport::SchemeName(*again) == sallyport::SchemeName(*credential));

  const auto entry = sallyport::ParseCredentialEntry(sallyport::CredentialEntryOf(*credential));
  Require(entry.ok() && sallyport::FormatCredential(*entry) == written);
  return 0;
}
