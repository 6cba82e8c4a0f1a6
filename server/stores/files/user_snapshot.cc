#include "server/stores/files/user_snapshot.h"

#include <utility>

namespace sallyport::server {

Account* UserSnapshot::User(const UserKey& key) {
  if (Account* const account = Existing(key); account != nullptr) return account;
  if (size_ == kMaxUsersInFiles) return nullptr;
  ++size_;
  auto account = std::make_shared<Account>();
  account->authentication_id = key.name;
  account->tenant = key.tenant;
  return (users_[key.tenant][key.name] = std::move(account)).get();
}

Account* UserSnapshot::Existing(const UserKey& key) {
  const auto users = users_.find(key.tenant);
  if (users == users_.end()) return nullptr;
  const auto found = users->second.find(key.name);
  return found == users->second.end() ? nullptr : found->second.get();
}

std::shared_ptr<const Account> UserSnapshot::Find(const UserKey& key) const {
  const auto users = users_.find(key.tenant);
  if (users == users_.end()) return nullptr;
  const auto found = users->second.find(key.name);
  return found == users->second.end() ? nullptr : found->second;
}

}  // namespace sallyport::server
