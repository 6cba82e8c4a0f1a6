#include "server/stores/ldap/ldap_filter.h"

#include <ldap.h>

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace sallyport::server {
namespace {

// Where nobody listens: libldap reads the filter before it connects.
constexpr char kNobody[] = "ldapi://%2Fdev%2Fnull";

bool IsFilter(const std::string& text) {
  // libldap takes one without parentheses, and an empty one, too.
  if (text.empty() || text.front() != '(' || text.find('\0') != std::string::npos) return false;
  LDAP* handle = nullptr;
  if (ldap_initialize(&handle, kNobody) != LDAP_SUCCESS) return false;
  int message_id = 0;
  const int result = ldap_search_ext(handle, "", LDAP_SCOPE_BASE, text.c_str(), nullptr, 0, nullptr,
                                     nullptr, nullptr, 0, &message_id);
  ldap_unbind_ext(handle, nullptr, nullptr);
  return result == LDAP_SERVER_DOWN;
}

std::string Escaped(std::string_view value) {
  berval in = {value.size(), const_cast<char*>(value.data())};
  berval out = {0, nullptr};
  // It fails only where there is no memory.
  if (value.empty() || ldap_bv2escaped_filter_value(&in, &out) != 0) return std::string();
  std::string escaped(out.bv_val, out.bv_len);
  ldap_memfree(out.bv_val);
  return escaped;
}

}  // namespace

absl::StatusOr<LdapFilter> LdapFilter::Create(std::string text) {
  LdapFilter filter(std::move(text));
  if (!IsFilter(filter.Fill({.user = "x", .tenant = "x", .dn = "x"}))) {
    return absl::InvalidArgumentError(absl::StrCat(
        "'", filter.text_, "' is not an LDAP filter, such as (uid={user}): see RFC 4515"));
  }
  return filter;
}

std::string LdapFilter::Fill(const LdapFilterValues& values) const {
  return absl::StrReplaceAll(text_, {{"{user}", Escaped(values.user)},
                                     {"{tenant}", Escaped(values.tenant)},
                                     {"{dn}", Escaped(values.dn)}});
}

}  // namespace sallyport::server
