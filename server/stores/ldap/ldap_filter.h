#ifndef SALLYPORT_SERVER_STORES_LDAP_LDAP_FILTER_H_
#define SALLYPORT_SERVER_STORES_LDAP_LDAP_FILTER_H_

// A search filter (RFC 4515) with places for what is known of a user: "{user}" for the
// name, "{tenant}" for the tenant's, "{dn}" for the DN of the entry. Immutable.

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace sallyport::server {

// LdapFilterValues are what the places stand for: any bytes.
struct LdapFilterValues {
  std::string user;
  std::string tenant;
  std::string dn;
};

class LdapFilter {
 public:
  LdapFilter() = default;

  // Create takes a filter's text. InvalidArgument where it is not a filter.
  static absl::StatusOr<LdapFilter> Create(std::string text);

  // Fill is the filter with the values in their places, each escaped so that it stays
  // one value, whatever is in it.
  std::string Fill(const LdapFilterValues& values) const;

  // Has says whether `place`, such as "{user}", is in the filter.
  bool Has(std::string_view place) const { return text_.find(place) != std::string::npos; }

  const std::string& text() const { return text_; }

 private:
  explicit LdapFilter(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_LDAP_LDAP_FILTER_H_
