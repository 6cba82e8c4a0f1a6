#include "server/stores/ldap/ldap_url.h"

#include <ldap.h>

#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "process/loopback.h"

namespace sallyport::server {
namespace {

constexpr int kMaxPort = 65535;
// libldap takes a list.
constexpr std::string_view kSeparators(" ,\t\r\n\0", 6);

struct FreeUrl {
  void operator()(LDAPURLDesc* url) const { ldap_free_urldesc(url); }
};
using ParsedUrl = std::unique_ptr<LDAPURLDesc, FreeUrl>;

absl::Status NotAServer(const std::string& text, const char* why) {
  return absl::InvalidArgumentError(absl::StrCat("'", text, "' ", why));
}

bool IsEmpty(const char* text) { return text == nullptr || *text == '\0'; }

}  // namespace

absl::StatusOr<LdapUrl> ParseLdapUrl(const std::string& text, bool start_tls) {
  LDAPURLDesc* raw = nullptr;
  if (text.find_first_of(kSeparators) != std::string::npos ||
      ldap_url_parse(text.c_str(), &raw) != LDAP_URL_SUCCESS) {
    return NotAServer(text, "is not an ldap://, ldaps:// or ldapi:// URL");
  }
  const ParsedUrl url(raw);
  if (!IsEmpty(url->lud_dn) || url->lud_attrs != nullptr || !IsEmpty(url->lud_filter) ||
      url->lud_exts != nullptr) {
    return NotAServer(text, "has more in it than a server: base_dn and filter are keys");
  }
  const std::string scheme = absl::AsciiStrToLower(url->lud_scheme);
  if (IsEmpty(url->lud_host)) return NotAServer(text, "names no host, or no socket");
  if (scheme == "ldapi") return LdapUrl{.url = text, .host = url->lud_host};
  if (url->lud_port < 1 || url->lud_port > kMaxPort) return NotAServer(text, "has no such port");
  LdapUrl server = {.url = text, .uses_tls = true, .port = url->lud_port, .host = url->lud_host};
  if (scheme == "ldaps") return server;
  if (scheme != "ldap") return NotAServer(text, "is neither ldap://, ldaps:// nor ldapi://");
  if (!start_tls && !process::IsLoopbackHost(url->lud_host)) {
    return NotAServer(text,
                      "would carry passwords over a network unencrypted: leave start_tls true, or "
                      "take ldaps://");
  }
  server.start_tls = server.uses_tls = start_tls;
  return server;
}

}  // namespace sallyport::server
