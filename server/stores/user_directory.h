#ifndef SALLYPORT_SERVER_STORES_USER_DIRECTORY_H_
#define SALLYPORT_SERVER_STORES_USER_DIRECTORY_H_

// The administrative side of a store that can be written. Calls block (they are
// the operator's, never a login's) and are thread-safe. A change is visible to
// the next lookup through the same process when the call returns.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/credentials/credential.h"

namespace sallyport::server {

// CredentialRecord describes a stored credential without its secret.
struct CredentialRecord {
  int64_t id = 0;
  std::string scheme;
  uint32_t iterations = 0;
  absl::Time created_at;
  std::optional<absl::Time> expires_at;
};

// UserRecord describes a user without any secret.
struct UserRecord {
  std::string name;
  bool disabled = false;
  std::optional<absl::Time> expires_at;
  absl::Time created_at;
  absl::Time updated_at;
  std::vector<std::string> groups;
  std::vector<CredentialRecord> credentials;
};

// NewUser is what AddUser stores. `name` is in SASLprep's stored form.
struct NewUser {
  std::string name;
  std::vector<std::string> groups;
  std::optional<absl::Time> expires_at;
  std::vector<Credential> credentials;
};

// UserPage is a part of the list, in order of name.
struct UserPage {
  std::vector<UserRecord> users;
  // Empty on the last page.
  std::string next_page_token;
};

class UserDirectory {
 public:
  virtual ~UserDirectory() = default;

  // AddUser fails with AlreadyExists, and changes nothing then.
  virtual absl::StatusOr<UserRecord> AddUser(const NewUser& user) = 0;

  // ReplaceCredentials swaps all of a user's credentials in one transaction.
  // NotFound where there is no such user; so for each call below.
  virtual absl::StatusOr<UserRecord> ReplaceCredentials(
      std::string_view name, const std::vector<Credential>& credentials) = 0;

  virtual absl::StatusOr<UserRecord> SetDisabled(std::string_view name, bool disabled) = 0;
  virtual absl::Status DeleteUser(std::string_view name) = 0;
  virtual absl::StatusOr<UserRecord> GetUser(std::string_view name) = 0;

  // ListUsers starts behind `page_token` (empty: at the start) and returns at
  // most `page_size` (1 to 1000) users.
  virtual absl::StatusOr<UserPage> ListUsers(int page_size, std::string_view page_token) = 0;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_USER_DIRECTORY_H_
