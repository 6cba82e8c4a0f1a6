#ifndef SALLYPORT_TESTS_SERVER_STORES_CREDENTIAL_STORE_SUITE_H_
#define SALLYPORT_TESTS_SERVER_STORES_CREDENTIAL_STORE_SUITE_H_

// What every store that can be written must do, whatever is behind it:
//
//   INSTANTIATE_TEST_SUITE_P(Sqlite, CredentialStoreSuite, testing::Values(&MakeSqliteStore));

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "core/credentials/credential.h"
#include "server/stores/credential_store.h"
#include "server/stores/user_directory.h"
#include "tests/server/stores/wait_for_lookup.h"

namespace sallyport::server {

// StoreUnderTest is an empty store, seen from both sides. Its name is "main"
// and its tenant "blue".
struct StoreUnderTest {
  std::shared_ptr<void> owner;
  CredentialStore* store;
  UserDirectory* directory;
};

class CredentialStoreSuite : public testing::TestWithParam<std::function<StoreUnderTest()>> {
 protected:
  CredentialStoreSuite() : under_test_(GetParam()()) {}

  CredentialStore& store() { return *under_test_.store; }
  UserDirectory& directory() { return *under_test_.directory; }

  static Credential Password(const std::string& password) { return Cleartext{Secret(password)}; }
  static std::string PasswordOf(const Account& account) {
    if (account.credentials.size() != 1) return "<not one credential>";
    const auto* cleartext = std::get_if<Cleartext>(&account.credentials[0].secret);
    return cleartext == nullptr ? "<no cleartext>" : std::string(cleartext->password.view());
  }
  void Add(const std::string& name, const std::string& password = "pw") {
    NewUser user{.name = name};
    user.credentials.push_back(Password(password));
    const absl::StatusOr<UserRecord> added = directory().AddUser(user);
    ASSERT_TRUE(added.ok()) << added.status();
  }

 private:
  StoreUnderTest under_test_;
};

TEST_P(CredentialStoreSuite, TellsItsName) { EXPECT_EQ(store().name(), "main"); }

TEST_P(CredentialStoreSuite, FindsNoUserWhoWasNeverAdded) {
  const LookupResult result = WaitForLookup(store(), "nobody");
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(*result, nullptr);
}

TEST_P(CredentialStoreSuite, ReturnsEverythingThatWasAdded) {
  const absl::Time expiry = absl::FromUnixSeconds(4'000'000'000);
  NewUser user{.name = "j\xc3\xbcrgen", .groups = {"admins", "g\"2"}, .expires_at = expiry};
  user.credentials.push_back(ScramKeys{HashFunction::kSha256, "salt", 4096,
                                       Secret(std::string(32, '\1')),
                                       Secret(std::string(32, '\0'))});
  user.credentials.push_back(Password("s\xc3\xa9same"));
  const absl::StatusOr<UserRecord> added = directory().AddUser(user);
  ASSERT_TRUE(added.ok()) << added.status();

  const LookupResult result = WaitForLookup(store(), user.name);
  ASSERT_TRUE(result.ok()) << result.status();
  const Account& account = **result;
  EXPECT_EQ(account.authentication_id, user.name);
  EXPECT_EQ(account.store, "main");
  EXPECT_EQ(account.tenant, "blue");
  EXPECT_EQ(account.groups, user.groups);
  EXPECT_FALSE(account.disabled);
  EXPECT_EQ(account.expires_at, expiry);
  ASSERT_EQ(account.credentials.size(), 2u);
  const auto& keys = std::get<ScramKeys>(account.credentials[0].secret);
  EXPECT_EQ(keys.salt, "salt");
  EXPECT_EQ(keys.iterations, 4096u);
  EXPECT_EQ(keys.stored_key.view(), std::string(32, '\1'));
  EXPECT_EQ(keys.server_key.view(), std::string(32, '\0'));
  EXPECT_EQ(std::get<Cleartext>(account.credentials[1].secret).password.view(), "s\xc3\xa9same");
}

TEST_P(CredentialStoreSuite, DescribesAUserWithoutSecrets) {
  const absl::Time before = absl::Now() - absl::Seconds(1);
  NewUser user{.name = "alice", .groups = {"a"}};
  user.credentials.push_back(ScramKeys{HashFunction::kSha512, "salt", 5000,
                                       Secret(std::string(64, 'a')), Secret(std::string(64, 'b'))});
  ASSERT_TRUE(directory().AddUser(user).ok());
  const absl::StatusOr<UserRecord> record = directory().GetUser("alice");
  ASSERT_TRUE(record.ok()) << record.status();
  EXPECT_EQ(record->name, "alice");
  EXPECT_EQ(record->groups, user.groups);
  EXPECT_FALSE(record->disabled);
  EXPECT_EQ(record->expires_at, std::nullopt);
  EXPECT_GT(record->created_at, before);
  EXPECT_LT(record->created_at, absl::Now() + absl::Seconds(1));
  ASSERT_EQ(record->credentials.size(), 1u);
  EXPECT_EQ(record->credentials[0].scheme, "SCRAM-SHA-512");
  EXPECT_EQ(record->credentials[0].iterations, 5000u);
}

TEST_P(CredentialStoreSuite, RefusesASecondUserOfTheSameNameAndKeepsTheFirst) {
  Add("alice", "first");
  NewUser again{.name = "alice"};
  again.credentials.push_back(Password("second"));
  EXPECT_EQ(directory().AddUser(again).status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(PasswordOf(**WaitForLookup(store(), "alice")), "first");
}

TEST_P(CredentialStoreSuite, TellsNamesApartByEveryByte) {
  Add("alice", "lower");
  Add("Alice", "upper");
  Add("alice ", "blank");
  EXPECT_EQ(PasswordOf(**WaitForLookup(store(), "alice")), "lower");
  EXPECT_EQ(PasswordOf(**WaitForLookup(store(), "Alice")), "upper");
  EXPECT_EQ(*WaitForLookup(store(), "ALICE"), nullptr);
  EXPECT_EQ(*WaitForLookup(store(), std::string("alice\0", 6)), nullptr);
  EXPECT_EQ(*WaitForLookup(store(), "' OR 1=1 --"), nullptr);
}

TEST_P(CredentialStoreSuite, RefusesAUserWithoutAName) {
  EXPECT_EQ(directory().AddUser(NewUser{}).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_P(CredentialStoreSuite, KnowsNothingOfAUserWhoIsNotThere) {
  EXPECT_EQ(directory().GetUser("x").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(directory().DeleteUser("x").code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(directory().SetDisabled("x", true).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(directory().ReplaceCredentials("x", {Password("p")}).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_P(CredentialStoreSuite, AnswersFromMemoryOnceItWasAsked) {
  EXPECT_EQ(store().LookupCached("alice"), std::nullopt);
  Add("alice");
  ASSERT_TRUE(WaitForLookup(store(), "alice").ok());
  ASSERT_TRUE(store().LookupCached("alice").has_value());
  EXPECT_EQ((*store().LookupCached("alice"))->authentication_id, "alice");
  ASSERT_TRUE(WaitForLookup(store(), "nobody").ok());
  ASSERT_TRUE(store().LookupCached("nobody").has_value());
  EXPECT_EQ(*store().LookupCached("nobody"), nullptr);
}

TEST_P(CredentialStoreSuite, ShowsEachChangeToTheNextLookup) {
  const auto lookup = [this] {
    // What a login does.
    if (auto cached = store().LookupCached("alice")) return *cached;
    return *WaitForLookup(store(), "alice");
  };
  EXPECT_EQ(lookup(), nullptr);
  Add("alice", "old");
  EXPECT_EQ(PasswordOf(*lookup()), "old");
  ASSERT_TRUE(directory().ReplaceCredentials("alice", {Password("new")}).ok());
  EXPECT_EQ(PasswordOf(*lookup()), "new");
  const absl::StatusOr<UserRecord> disabled = directory().SetDisabled("alice", true);
  ASSERT_TRUE(disabled.ok());
  EXPECT_TRUE(disabled->disabled);
  EXPECT_TRUE(lookup()->disabled);
  ASSERT_TRUE(directory().SetDisabled("alice", false).ok());
  EXPECT_FALSE(lookup()->disabled);
  ASSERT_TRUE(directory().DeleteUser("alice").ok());
  EXPECT_EQ(lookup(), nullptr);
}

TEST_P(CredentialStoreSuite, DeletesTheCredentialsWithTheUser) {
  Add("alice", "old");
  ASSERT_TRUE(directory().DeleteUser("alice").ok());
  Add("alice", "new");
  EXPECT_EQ(PasswordOf(**WaitForLookup(store(), "alice")), "new");
}

TEST_P(CredentialStoreSuite, ListsUsersInPagesInOrderOfName) {
  for (const char* name : {"dora", "alice", "carol", "bob", "\xc3\xa9mile"}) Add(name);
  std::vector<std::string> names;
  std::string token;
  int pages = 0;
  do {
    const absl::StatusOr<UserPage> page = directory().ListUsers(2, token);
    ASSERT_TRUE(page.ok()) << page.status();
    EXPECT_LE(page->users.size(), 2u);
    for (const UserRecord& user : page->users) {
      names.push_back(user.name);
      EXPECT_EQ(user.credentials.size(), 1u);
    }
    token = page->next_page_token;
    ++pages;
  } while (!token.empty());
  EXPECT_EQ(names, (std::vector<std::string>{"alice", "bob", "carol", "dora", "\xc3\xa9mile"}));
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(directory().ListUsers(5, "")->next_page_token, "");
}

TEST_P(CredentialStoreSuite, RefusesAPageOfNoneOrTooMany) {
  for (const int size : {-1, 0, 1001}) {
    EXPECT_EQ(directory().ListUsers(size, "").status().code(), absl::StatusCode::kInvalidArgument);
  }
}

TEST_P(CredentialStoreSuite, NeverShowsAnOldPasswordAfterAChangeReturned) {
  Add("alice", "0");
  std::atomic<int> committed = 0;
  std::atomic<bool> done = false;
  std::vector<std::thread> readers;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([&] {
      while (!done) {
        const int at_least = committed;
        auto cached = store().LookupCached("alice");
        const std::shared_ptr<const Account> account =
            cached.has_value() ? *cached : *WaitForLookup(store(), "alice");
        EXPECT_GE(std::stoi(PasswordOf(*account)), at_least);
      }
    });
  }
  for (int i = 1; i <= 50; ++i) {
    EXPECT_TRUE(directory().ReplaceCredentials("alice", {Password(std::to_string(i))}).ok());
    committed = i;
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
}

}  // namespace sallyport::server

#endif  // SALLYPORT_TESTS_SERVER_STORES_CREDENTIAL_STORE_SUITE_H_
