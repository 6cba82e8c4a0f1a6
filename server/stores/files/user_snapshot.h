#ifndef SALLYPORT_SERVER_STORES_FILES_USER_SNAPSHOT_H_
#define SALLYPORT_SERVER_STORES_FILES_USER_SNAPSHOT_H_

// All users that files hold, as they were read at one time, and what was wrong with the
// files.

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "core/credentials/account.h"
#include "server/stores/user_key.h"

namespace sallyport::server {

// Bounds of what is read: bytes of all files together, and users.
inline constexpr size_t kMaxUserFileBytes = 64 << 20;
inline constexpr size_t kMaxUsersInFiles = 500'000;

// FileProblem is something that was not taken as it stands. It holds nothing of the
// content.
struct FileProblem {
  // "/etc/users:12".
  std::string place;
  // What is wrong and what to do.
  std::string what;
};

// UserSnapshot is filled by one thread, and then shared as const.
class UserSnapshot {
 public:
  // User is the user's account, made if there is none yet: nullptr over the bound.
  Account* User(const UserKey& key);

  // Existing is the user's account, null if there is none yet.
  Account* Existing(const UserKey& key);

  // Find is null where there is no such user.
  std::shared_ptr<const Account> Find(const UserKey& key) const;

  size_t size() const { return size_; }

  std::vector<FileProblem> problems;
  // Files that others on this machine may read, or change: the first, and how many.
  std::string open_file;
  size_t open_files = 0;

 private:
  using Users = absl::flat_hash_map<std::string, std::shared_ptr<Account>>;

  // By tenant.
  absl::flat_hash_map<std::string, Users> users_;
  size_t size_ = 0;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_FILES_USER_SNAPSHOT_H_
