#ifndef SALLYPORT_CORE_CREDENTIALS_ACCOUNT_H_
#define SALLYPORT_CORE_CREDENTIALS_ACCOUNT_H_

// What a credential store knows of one user, parsed once and then shared: it is
// immutable, and cheap to hold in a cache.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/credentials/credential.h"

namespace sallyport {

// StoredCredential is one of a user's secrets.
struct StoredCredential {
  Credential secret;
  // Absent: it does not expire.
  std::optional<absl::Time> expires_at;
};

struct Account {
  // The name as SASLprep left it.
  std::string authentication_id;
  // The store that vouches, as the configuration names it.
  std::string store;
  std::string tenant;
  std::vector<std::string> groups;
  std::map<std::string, std::string> attributes;
  bool disabled = false;
  std::optional<absl::Time> expires_at;
  // In the order in which they were added; equivalent to one another.
  std::vector<StoredCredential> credentials;
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_CREDENTIALS_ACCOUNT_H_
