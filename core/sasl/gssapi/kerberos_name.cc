#include "core/sasl/gssapi/kerberos_name.h"

#include "core/sasl/saslprep/saslprep.h"

namespace sallyport {
namespace {

// RFC 6111 section 3.
constexpr std::string_view kWellKnownName = "WELLKNOWN";
constexpr std::string_view kWellKnownRealm = "WELLKNOWN:";

bool HasEmptyComponent(std::string_view name) {
  return name.empty() || name.front() == '/' || name.back() == '/' ||
         name.find("//") != std::string_view::npos;
}

}  // namespace

std::optional<std::string> AccountNameOf(std::string_view principal, std::string_view realm) {
  // An escape would let one principal look like another once its realm is gone:
  // 'alice\@OTHER@R' like 'alice@OTHER'.
  if (principal.find('\\') != std::string_view::npos) return std::nullopt;
  const size_t at = principal.find('@');
  if (at == std::string_view::npos || at != principal.rfind('@')) return std::nullopt;
  const std::string_view name = principal.substr(0, at);
  const std::string_view its_realm = principal.substr(at + 1);
  if (HasEmptyComponent(name) || its_realm.empty()) return std::nullopt;
  if (name.substr(0, name.find('/')) == kWellKnownName || its_realm.starts_with(kWellKnownRealm)) {
    return std::nullopt;
  }
  std::string account(its_realm == realm ? name : principal);
  if (SaslPrepQuery(account) != account) return std::nullopt;
  return account;
}

}  // namespace sallyport
