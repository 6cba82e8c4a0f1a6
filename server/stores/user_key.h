#ifndef SALLYPORT_SERVER_STORES_USER_KEY_H_
#define SALLYPORT_SERVER_STORES_USER_KEY_H_

// How a store is asked for a user.

#include <compare>
#include <string>

namespace sallyport::server {

struct UserKey {
  // Empty where the store's users are not kept apart by tenant.
  std::string tenant;
  // As SASLprep (RFC 4013) left it: never empty, without control characters.
  std::string name;

  friend auto operator<=>(const UserKey&, const UserKey&) = default;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_USER_KEY_H_
