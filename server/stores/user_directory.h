#ifndef SALLYPORT_SERVER_STORES_USER_DIRECTORY_H_
#define SALLYPORT_SERVER_STORES_USER_DIRECTORY_H_

// The administrative side of a store that can be written. Calls block (they are
// the operator's, never a login's) and are thread-safe. A change is visible to
// the next lookup through the same process when the call returns.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/credentials/credential.h"
#include "server/stores/user_key.h"

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
  UserKey key;
  bool disabled = false;
  std::optional<absl::Time> expires_at;
  absl::Time created_at;
  absl::Time updated_at;
  std::vector<std::string> groups;
  std::map<std::string, std::string> attributes;
  std::vector<CredentialRecord> credentials;
};

// NewUser is what AddUser stores.
struct NewUser {
  UserKey key;
  std::vector<std::string> groups;
  std::map<std::string, std::string> attributes;
  std::optional<absl::Time> expires_at;
  bool disabled = false;
  std::vector<Credential> credentials;
};

// NewCredentials take the place of a user's credentials.
struct NewCredentials {
  std::vector<Credential> credentials;
  // When the password was set; absent: now. One that is only stored in another format is no
  // younger for it.
  std::optional<absl::Time> created_at = {};
  // Until when those before them stay valid, if they do not expire earlier. Absent:
  // they are deleted. Credentials that were already on their way out are deleted in
  // either case, so that no more than two passwords are ever valid.
  std::optional<absl::Time> old_valid_until;
  // Only where the user still has this Account::revision: Aborted otherwise.
  std::optional<int64_t> if_revision;
};

// UserChange is what UpdateUser changes; what is absent stays.
struct UserChange {
  std::optional<bool> disabled;
  std::optional<std::vector<std::string>> groups;
  std::optional<std::map<std::string, std::string>> attributes;
  // InfiniteFuture: never.
  std::optional<absl::Time> expires_at;
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

  // ReplaceCredentials swaps a user's credentials in one transaction. NotFound where
  // there is no such user; so for each call below.
  virtual absl::StatusOr<UserRecord> ReplaceCredentials(const UserKey& user,
                                                        const NewCredentials& credentials) = 0;

  // ReplaceUser puts all that `user` holds in the place of what is stored, credentials
  // included, in one transaction; without an expires_at the stored one stays.
  virtual absl::StatusOr<UserRecord> ReplaceUser(const NewUser& user) = 0;

  virtual absl::StatusOr<UserRecord> UpdateUser(const UserKey& user, const UserChange& change) = 0;

  // An Edit says what is to be changed of a user as it is, or why nothing may be. It must
  // not call the directory.
  using Edit = absl::FunctionRef<absl::StatusOr<UserChange>(const UserRecord& now)>;

  // EditUser has nobody change the user between what `edit` sees and what it says: not
  // another process either. It fails as `edit` does, which is called once, or not at all.
  virtual absl::StatusOr<UserRecord> EditUser(const UserKey& user, Edit edit) = 0;

  virtual absl::Status DeleteUser(const UserKey& user) = 0;
  virtual absl::StatusOr<UserRecord> GetUser(const UserKey& user) = 0;

  // ListUsers starts behind `page_token` (empty: at the start) and returns at
  // most `page_size` (1 to 1000) users of `tenant`.
  virtual absl::StatusOr<UserPage> ListUsers(std::string_view tenant, int page_size,
                                             std::string_view page_token) = 0;

  // Stop ends the calls that wait for a server, and has later ones fail: none waits any
  // more. Lookups go on. Where there is no server to wait for it does nothing.
  virtual void Stop() {}
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_USER_DIRECTORY_H_
