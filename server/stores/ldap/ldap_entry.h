#ifndef SALLYPORT_SERVER_STORES_LDAP_LDAP_ENTRY_H_
#define SALLYPORT_SERVER_STORES_LDAP_LDAP_ENTRY_H_

// An entry as a search returned it. Its values are wiped after use: any of them may be
// a password.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/ascii.h"
#include "core/credentials/secret.h"

namespace sallyport::server {

class LdapEntry {
 public:
  explicit LdapEntry(std::string dn) : dn_(std::move(dn)) {}

  const std::string& dn() const { return dn_; }

  // Values are those of `attribute`, whose name is compared without case; empty where the
  // entry has or shows none. Valid as long as the entry.
  const std::vector<Secret>& Values(std::string_view attribute) const {
    static const std::vector<Secret>* const none = new std::vector<Secret>;
    const auto values = values_.find(Key(attribute));
    return values == values_.end() ? *none : values->second;
  }

  void Add(std::string_view attribute, Secret value) {
    values_[Key(attribute)].push_back(std::move(value));
  }

 private:
  static std::string Key(std::string_view attribute) {
    std::string key(attribute);
    absl::AsciiStrToLower(&key);
    return key;
  }

  std::string dn_;
  std::map<std::string, std::vector<Secret>> values_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_LDAP_LDAP_ENTRY_H_
