#include "server/stores/ldap/ldap_naming.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "server/stores/ldap/ldap_attribute.h"

namespace sallyport::server {
namespace {

constexpr std::string_view kUser = "{user}";
constexpr std::string_view kTenant = "{tenant}";

// The part of the filter between the parentheses around `position`.
std::string_view PartAround(std::string_view filter, size_t position) {
  const size_t begin = filter.rfind('(', position) + 1;
  return filter.substr(begin, filter.find(')', position) - begin);
}

absl::Status NotEqual(std::string_view place, std::string_view part) {
  return absl::InvalidArgumentError(
      absl::StrCat("'(", std::string(part),
                   ")' does not make sure that the entry is the user's own: ", std::string(place),
                   " must be what one attribute is equal to, such as (uid=", std::string(place),
                   "), without '*', '\\' and another place beside it"));
}

}  // namespace

absl::StatusOr<std::vector<LdapNaming::Assertion>> LdapNaming::AssertionsOf(
    const LdapFilter& filter, std::string_view place) {
  const std::string_view text = filter.text();
  std::vector<Assertion> assertions;
  for (size_t at = text.find(place); at != std::string_view::npos;
       at = text.find(place, at + place.size())) {
    const std::string_view part = PartAround(text, at);
    const size_t equals = part.find('=');
    if (equals == std::string_view::npos || !IsLdapAttribute(part.substr(0, equals))) {
      return NotEqual(place, part);
    }
    const std::string_view value = part.substr(equals + 1);
    const size_t begin = value.find(place);
    if (begin == std::string_view::npos) return NotEqual(place, part);
    const std::string_view before = value.substr(0, begin);
    const std::string_view after = value.substr(begin + place.size());
    constexpr std::string_view kSpecial = "*\\{}";
    if (before.find_first_of(kSpecial) != std::string_view::npos ||
        after.find_first_of(kSpecial) != std::string_view::npos) {
      return NotEqual(place, part);
    }
    assertions.push_back(
        {std::string(part.substr(0, equals)), std::string(before), std::string(after)});
  }
  return assertions;
}

absl::StatusOr<LdapNaming> LdapNaming::Create(const LdapFilter& filter, bool per_tenant) {
  if (!filter.Has(kUser)) {
    return absl::InvalidArgumentError(
        "the filter finds the same entry for every user: it needs {user}");
  }
  if (filter.Has(kTenant) != per_tenant) {
    return absl::InvalidArgumentError(
        per_tenant ? "the filter finds the same entry for every tenant: a store that is per_tenant "
                     "needs {tenant} in it"
                   : "the filter has {tenant} in it, which takes a store that is per_tenant");
  }
  if (filter.Has("{dn}")) {
    return absl::InvalidArgumentError("{dn} is not known before the entry is found");
  }
  LdapNaming naming;
  absl::StatusOr<std::vector<Assertion>> user = AssertionsOf(filter, kUser);
  if (!user.ok()) return user.status();
  naming.user_ = *std::move(user);
  absl::StatusOr<std::vector<Assertion>> tenant = AssertionsOf(filter, kTenant);
  if (!tenant.ok()) return tenant.status();
  naming.tenant_ = *std::move(tenant);
  return naming;
}

std::vector<std::string> LdapNaming::attributes() const {
  std::vector<std::string> names;
  for (const auto* assertions : {&user_, &tenant_}) {
    for (const Assertion& assertion : *assertions) names.push_back(assertion.attribute);
  }
  return names;
}

LdapNaming::Verdict LdapNaming::JudgeOne(const std::vector<Assertion>& assertions,
                                         const LdapEntry& entry, std::string_view name) {
  Verdict verdict = Verdict::kHidden;
  for (const Assertion& assertion : assertions) {
    const std::string wanted = absl::StrCat(assertion.before, std::string(name), assertion.after);
    for (const Secret& value : entry.Values(assertion.attribute)) {
      if (value.view() == wanted) return Verdict::kSame;
      verdict = Verdict::kOther;
    }
  }
  return verdict;
}

LdapNaming::Verdict LdapNaming::Judge(const LdapEntry& entry, std::string_view user,
                                      std::string_view tenant) const {
  const Verdict verdict = JudgeOne(user_, entry, user);
  if (verdict != Verdict::kSame || tenant_.empty()) return verdict;
  return JudgeOne(tenant_, entry, tenant);
}

}  // namespace sallyport::server
