#include "server/stores/ldap/ldap_text.h"

#include <ldap.h>

#include <memory>

#include "core/amqp/utf8.h"

namespace sallyport::server {
namespace {

struct FreeDn {
  void operator()(LDAPRDN* dn) const { ldap_dnfree(dn); }
};

}  // namespace

bool IsLdapDn(const std::string& text) {
  LDAPDN raw = nullptr;
  if (text.empty() || text.find('\0') != std::string::npos ||
      ldap_str2dn(text.c_str(), &raw, LDAP_DN_FORMAT_LDAPV3) != LDAP_SUCCESS) {
    return false;
  }
  ldap_dnfree(raw);
  return true;
}

std::optional<std::string> LdapText(const Secret& value) {
  const std::string_view text = value.view();
  if (text.empty() || text.find('\0') != std::string_view::npos || !amqp::IsUtf8(text)) {
    return std::nullopt;
  }
  return std::string(text);
}

std::optional<std::string> LdapGroupName(const Secret& value) {
  std::optional<std::string> text = LdapText(value);
  LDAPDN raw = nullptr;
  if (!text || ldap_str2dn(text->c_str(), &raw, LDAP_DN_FORMAT_LDAPV3) != LDAP_SUCCESS) return text;
  const std::unique_ptr<LDAPRDN, FreeDn> dn(raw);
  if (raw == nullptr || raw[0] == nullptr || raw[0][0] == nullptr) return text;
  const LDAPAVA& first = *raw[0][0];
  // Such as "#0401": bytes in an encoding that only the schema knows.
  if ((first.la_flags & LDAP_AVA_BINARY) != 0) return std::nullopt;
  return LdapText(Secret({first.la_value.bv_val, first.la_value.bv_len}));
}

}  // namespace sallyport::server
