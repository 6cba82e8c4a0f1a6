#ifndef SALLYPORT_CORE_CREDENTIALS_ACCOUNT_H_
#define SALLYPORT_CORE_CREDENTIALS_ACCOUNT_H_

// What a credential store knows of one user, parsed once and then shared: it is
// immutable, and cheap to hold in a cache.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/credentials/credential.h"
#include "core/credentials/password_verifier.h"

namespace sallyport {

// StoredCredential is one of a user's secrets.
struct StoredCredential {
  Credential secret;
  // Absent: it does not expire.
  std::optional<absl::Time> expires_at;
  // When it was stored; absent where the store does not know.
  std::optional<absl::Time> created_at;
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
  // Where the store keeps the secret to itself. Null: it does not.
  std::shared_ptr<const PasswordVerifier> password_verifier;
  // Changes with each change of the user in a store that can be written, and is never
  // again what it was, even for another user of the name; 0 in other stores.
  int64_t revision = 0;
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_CREDENTIALS_ACCOUNT_H_
