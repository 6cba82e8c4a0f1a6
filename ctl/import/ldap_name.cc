#include "ctl/import/ldap_name.h"

#include <ldap.h>

#include <memory>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/ascii.h"

namespace sallyport::ctl {
namespace {

struct FreeDn {
  void operator()(LDAPRDN* dn) const { ldap_dnfree(dn); }
};
using Dn = std::unique_ptr<LDAPRDN, FreeDn>;

// Null where it is no name, or an empty one.
Dn Parse(const std::string& text) {
  LDAPDN dn = nullptr;
  // It would end at a NUL.
  if (text.find('\0') != std::string::npos) return nullptr;
  if (ldap_str2dn(text.c_str(), &dn, LDAP_DN_FORMAT_LDAPV3) != LDAP_SUCCESS) return nullptr;
  return Dn(dn);
}

}  // namespace

std::optional<std::string> ComparableDn(const std::string& dn) {
  const Dn parsed = Parse(dn);
  if (parsed == nullptr) return std::nullopt;
  char* text = nullptr;
  if (ldap_dn2str(parsed.get(), &text, LDAP_DN_FORMAT_LDAPV3) != LDAP_SUCCESS) return std::nullopt;
  const absl::Cleanup free_text = [text] { ldap_memfree(text); };
  return absl::AsciiStrToLower(text);
}

std::optional<std::string> FirstValueOfDn(const std::string& dn) {
  const Dn parsed = Parse(dn);
  if (parsed == nullptr) return std::nullopt;
  const LDAPRDN first = parsed.get()[0];
  if (first == nullptr || first[0] == nullptr || first[1] != nullptr) return std::nullopt;
  return std::string(first[0]->la_value.bv_val, first[0]->la_value.bv_len);
}

}  // namespace sallyport::ctl
