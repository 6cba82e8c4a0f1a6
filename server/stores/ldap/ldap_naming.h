#ifndef SALLYPORT_SERVER_STORES_LDAP_LDAP_NAMING_H_
#define SALLYPORT_SERVER_STORES_LDAP_LDAP_NAMING_H_

// Whether the entry that a search found is that of the name which was asked for. LDAP
// compares most names without case and without regard to blanks, so that "Alice" finds
// the entry of "alice": one user under two names. Here they are compared as bytes, with
// the attributes that the filter looks for names in. Immutable.

#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "server/stores/ldap/ldap_entry.h"
#include "server/stores/ldap/ldap_filter.h"

namespace sallyport::server {

class LdapNaming {
 public:
  enum class Verdict { kSame, kOther, kHidden };

  LdapNaming() = default;

  // Create reads the filter of a user's search, in which "{user}" must be, and always as
  // a value that an attribute is to be equal to, with or without something fixed around
  // it: (uid={user}), (mail={user}@example.org). So must "{tenant}" if `per_tenant`, and
  // must not be otherwise. InvalidArgument says what is wrong.
  static absl::StatusOr<LdapNaming> Create(const LdapFilter& filter, bool per_tenant);

  // attributes are what Judge needs of an entry.
  std::vector<std::string> attributes() const;

  // Judge is kSame where `entry` has the name, and the tenant's where that counts, byte for
  // byte; kHidden where the entry shows none of the attributes.
  Verdict Judge(const LdapEntry& entry, std::string_view user, std::string_view tenant) const;

 private:
  // Assertion is a part of the filter: the attribute is equal to before + name + after.
  struct Assertion {
    std::string attribute;
    std::string before;
    std::string after;
  };

  static absl::StatusOr<std::vector<Assertion>> AssertionsOf(const LdapFilter& filter,
                                                             std::string_view place);
  static Verdict JudgeOne(const std::vector<Assertion>& assertions, const LdapEntry& entry,
                          std::string_view name);

  std::vector<Assertion> user_;
  // None where users are not kept apart by tenant.
  std::vector<Assertion> tenant_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_LDAP_LDAP_NAMING_H_
