#ifndef SALLYPORT_TESTS_SERVER_STORES_STORE_UNDER_TEST_H_
#define SALLYPORT_TESTS_SERVER_STORES_STORE_UNDER_TEST_H_

// A store as the suites see it, whatever is behind it, and what may differ between
// stores. The suites ask it for users of the tenants "blue" and "green".

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/synchronization/notification.h"
#include "core/credentials/key_derivation.h"
#include "server/stores/credential_store.h"
#include "server/stores/user_directory.h"
#include "tests/server/stores/wait_for_lookup.h"

namespace sallyport::server {

// StoreUnderTest is an empty store called "main".
struct StoreUnderTest {
  // Lives longer than the store: its server, its scratch folder.
  std::shared_ptr<void> owner;
  std::unique_ptr<CredentialStore> store;

  // add stores a user in a way of its own; absent: the store's directory is used. The
  // key's tenant is empty where users are not kept apart by tenant. The next lookup
  // finds the user when it returns, unless "no such user" is cached.
  std::function<void(const NewUser&)> add;
  // change gives a user that was added other credentials, behind the store's back; absent:
  // there is no such way. The next WaitForLookup finds them when it returns.
  std::function<void(const UserKey&, const std::vector<Credential>&)> change;
  // Whether what change does also reaches what is cached, in a moment.
  bool notices_changes = false;

  // For the WritableStoreSuite. another opens the same users a second time, as a replica
  // does; refuse_credentials has the database take no more credentials.
  std::function<std::unique_ptr<CredentialStore>()> another;
  std::function<void()> refuse_credentials;

  // What the store has of a user. Credentials: else it has a PasswordVerifier.
  bool has_credentials = true;
  bool has_groups = true;
  bool has_attributes = true;
  bool has_user_expiry = true;
  bool has_disabled = true;
  // Whether "Alice" is somebody else than "alice", and "alice " too.
  bool tells_spellings_apart = true;
  // Whether it can hold a user of this name; a lookup of any other finds nobody.
  std::function<bool(std::string_view)> can_hold = [](std::string_view) { return true; };

  // For the StoreOutageSuite. stop makes the real server unreachable, or hang, and
  // returns when it answers nothing any more (a signal takes its time: see WUNTRACED in
  // waitpid(2)); start mends that. The store's timeout must be 5 s at most.
  std::function<void()> stop;
  std::function<void()> start;
};

using MakeStoreUnderTest = std::function<StoreUnderTest()>;

// StoreSuite is what the suites share.
class StoreSuite : public testing::TestWithParam<MakeStoreUnderTest> {
 protected:
  StoreSuite() : under_test_(GetParam()()) {}

  StoreUnderTest& under_test() { return under_test_; }
  CredentialStore& store() { return *under_test_.store; }

  // Key is how the store keeps a user of `tenant`.
  UserKey Key(const std::string& name, const std::string& tenant = "blue") {
    return store().KeyOf(tenant, name);
  }
  static Credential Password(const std::string& password) { return Cleartext{Secret(password)}; }

  void Add(const NewUser& user) {
    if (under_test_.add != nullptr) return under_test_.add(user);
    const absl::StatusOr<UserRecord> added = store().directory()->AddUser(user);
    ASSERT_TRUE(added.ok()) << added.status();
  }
  void Add(const std::string& name, const std::string& password = "pw",
           const std::string& tenant = "blue") {
    NewUser user{.key = Key(name, tenant)};
    user.credentials.push_back(Password(password));
    Add(user);
  }

  // Find is the user, who must be there; an empty account, and a failed test, otherwise.
  std::shared_ptr<const Account> Find(const std::string& name, const std::string& tenant = "blue") {
    const LookupResult result = WaitForLookup(store(), tenant, name);
    EXPECT_TRUE(result.ok()) << result.status();
    if (result.ok() && *result != nullptr) return *result;
    ADD_FAILURE() << "there is no user '" << name << "'";
    return std::make_shared<Account>();
  }
  // Accepts is whether `password` is the account's.
  static bool Accepts(const Account& account, const std::string& password) {
    if (account.password_verifier != nullptr) return Asks(account, password);
    PasswordCheck check{Secret(password), {}};
    for (const StoredCredential& stored : account.credentials) {
      check.credentials.push_back(stored.secret);
    }
    return std::get<PasswordVerdict>(Derive(check)).matches;
  }

 private:
  static bool Asks(const Account& account, const std::string& password) {
    absl::Notification answered;
    PasswordAnswer verdict = PasswordAnswer::kUnavailable;
    account.password_verifier->Verify(Secret(password), [&](PasswordAnswer answer) {
      verdict = answer;
      answered.Notify();
    });
    answered.WaitForNotification();
    EXPECT_NE(verdict, PasswordAnswer::kUnavailable);
    return verdict == PasswordAnswer::kRight;
  }

  StoreUnderTest under_test_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_TESTS_SERVER_STORES_STORE_UNDER_TEST_H_
