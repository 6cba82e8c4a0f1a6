#ifndef SALLYPORT_TESTS_SERVER_STORES_WRITABLE_STORE_SUITE_H_
#define SALLYPORT_TESTS_SERVER_STORES_WRITABLE_STORE_SUITE_H_

// What every store that can be written must do besides. It has all that a
// StoreUnderTest may have, and no `add` of its own.

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "tests/server/stores/store_under_test.h"

namespace sallyport::server {

class WritableStoreSuite : public StoreSuite {
 protected:
  UserDirectory& directory() { return *store().directory(); }

  // What a login does.
  std::shared_ptr<const Account> LogIn(const std::string& name) {
    if (auto cached = store().LookupCached("blue", name)) return *cached;
    const LookupResult result = WaitForLookup(store(), "blue", name);
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *result : nullptr;
  }
  absl::Status Replace(const std::string& name, const std::string& password,
                       std::optional<absl::Time> old_valid_until = std::nullopt,
                       std::optional<int64_t> if_revision = std::nullopt) {
    NewCredentials credentials{.old_valid_until = old_valid_until, .if_revision = if_revision};
    credentials.credentials.push_back(Password(password));
    return directory().ReplaceCredentials(Key(name), credentials).status();
  }
  // The passwords of a user whose credentials are all cleartext, in order; behind each that
  // expires there is a '-'.
  std::vector<std::string> Passwords(const std::string& name) {
    std::vector<std::string> passwords;
    const auto account = Find(name);
    for (const StoredCredential& stored : account->credentials) {
      passwords.emplace_back(std::get<Cleartext>(stored.secret).password.view());
      if (stored.expires_at.has_value()) passwords.back() += '-';
    }
    return passwords;
  }
};

using Strings = std::vector<std::string>;

TEST_P(WritableStoreSuite, DescribesAUserWithoutSecrets) {
  const absl::Time before = absl::Now() - absl::Seconds(1);
  NewUser user{.key = Key("alice"), .groups = {"a", "g\"2"}, .attributes = {{"team", "red"}}};
  user.credentials.push_back(ScramKeys{HashFunction::kSha512, "salt", 5000,
                                       Secret(std::string(64, 'a')), Secret(std::string(64, 'b'))});
  const absl::StatusOr<UserRecord> added = directory().AddUser(user);
  ASSERT_TRUE(added.ok()) << added.status();
  const absl::StatusOr<UserRecord> record = directory().GetUser(Key("alice"));
  ASSERT_TRUE(record.ok()) << record.status();
  EXPECT_EQ(record->key, Key("alice"));
  EXPECT_EQ(record->groups, user.groups);
  EXPECT_EQ(record->attributes, user.attributes);
  EXPECT_FALSE(record->disabled);
  EXPECT_EQ(record->expires_at, std::nullopt);
  EXPECT_GT(record->created_at, before);
  EXPECT_LT(record->created_at, absl::Now() + absl::Seconds(1));
  ASSERT_EQ(record->credentials.size(), 1u);
  EXPECT_EQ(record->credentials[0].scheme, "SCRAM-SHA-512");
  EXPECT_EQ(record->credentials[0].iterations, 5000u);
  EXPECT_EQ(record->credentials[0].expires_at, std::nullopt);
  EXPECT_EQ(record->credentials[0].created_at, record->created_at);
  EXPECT_EQ(added->credentials[0].id, record->credentials[0].id);
}

TEST_P(WritableStoreSuite, KeepsTheOrderOfGroups) {
  Add(NewUser{.key = Key("alice"), .groups = {"z", "a", "m"}});
  EXPECT_EQ(Find("alice")->groups, (Strings{"z", "a", "m"}));
}

TEST_P(WritableStoreSuite, SaysWhenACredentialWasStored) {
  const absl::Time before = absl::Now() - absl::Seconds(1);
  Add("alice");
  const auto account = Find("alice");
  ASSERT_EQ(account->credentials.size(), 1u);
  ASSERT_TRUE(account->credentials[0].created_at.has_value());
  EXPECT_GT(*account->credentials[0].created_at, before);
  EXPECT_LT(*account->credentials[0].created_at, absl::Now() + absl::Seconds(1));
}

TEST_P(WritableStoreSuite, RefusesASecondUserOfTheSameNameAndKeepsTheFirst) {
  Add("alice", "first");
  NewUser again{.key = Key("alice")};
  again.credentials.push_back(Password("second"));
  EXPECT_EQ(directory().AddUser(again).status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(Passwords("alice"), Strings{"first"});
}

TEST_P(WritableStoreSuite, RefusesAUserWithoutAName) {
  EXPECT_EQ(directory().AddUser(NewUser{}).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_P(WritableStoreSuite, KnowsNothingOfAUserWhoIsNotThere) {
  const UserKey nobody = Key("nobody");
  EXPECT_EQ(directory().GetUser(nobody).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(directory().DeleteUser(nobody).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(directory().UpdateUser(nobody, {.disabled = true}).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(Replace("nobody", "pw").code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Replace("nobody", "pw", std::nullopt, 1).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(LogIn("nobody"), nullptr);
}

TEST_P(WritableStoreSuite, ShowsEachChangeToTheNextLookup) {
  EXPECT_EQ(LogIn("alice"), nullptr);
  Add("alice", "old");
  ASSERT_NE(LogIn("alice"), nullptr);
  EXPECT_TRUE(Accepts(*LogIn("alice"), "old"));
  ASSERT_TRUE(Replace("alice", "new").ok());
  EXPECT_FALSE(Accepts(*LogIn("alice"), "old"));
  EXPECT_TRUE(Accepts(*LogIn("alice"), "new"));
  const absl::StatusOr<UserRecord> disabled =
      directory().UpdateUser(Key("alice"), {.disabled = true});
  ASSERT_TRUE(disabled.ok());
  EXPECT_TRUE(disabled->disabled);
  EXPECT_TRUE(LogIn("alice")->disabled);
  ASSERT_TRUE(directory().UpdateUser(Key("alice"), {.disabled = false}).ok());
  EXPECT_FALSE(LogIn("alice")->disabled);
  ASSERT_TRUE(directory().DeleteUser(Key("alice")).ok());
  EXPECT_EQ(LogIn("alice"), nullptr);
}

TEST_P(WritableStoreSuite, DeletesTheCredentialsWithTheUser) {
  Add("alice", "old");
  ASSERT_TRUE(directory().DeleteUser(Key("alice")).ok());
  Add("alice", "new");
  EXPECT_EQ(Passwords("alice"), Strings{"new"});
}

TEST_P(WritableStoreSuite, ChangesOnlyWhatItIsTold) {
  const absl::Time expiry = absl::FromUnixSeconds(4'000'000'000);
  Add(NewUser{.key = Key("alice"),
              .groups = {"a"},
              .attributes = {{"team", "red"}},
              .expires_at = expiry,
              .disabled = true});
  const auto check = [&](const Strings& groups,
                         const std::map<std::string, std::string>& attributes,
                         std::optional<absl::Time> expires_at, bool disabled) {
    const auto account = LogIn("alice");
    EXPECT_EQ(account->groups, groups);
    EXPECT_EQ(account->attributes, attributes);
    EXPECT_EQ(account->expires_at, expires_at);
    EXPECT_EQ(account->disabled, disabled);
  };
  const auto change = [&](const UserChange& change) {
    const absl::StatusOr<UserRecord> changed = directory().UpdateUser(Key("alice"), change);
    EXPECT_TRUE(changed.ok()) << changed.status();
  };
  check({"a"}, {{"team", "red"}}, expiry, true);
  change({.groups = Strings{"b", "c"}});
  check({"b", "c"}, {{"team", "red"}}, expiry, true);
  change({.attributes = {{{"mail", "a@b"}, {"x", ""}}}});
  check({"b", "c"}, {{"mail", "a@b"}, {"x", ""}}, expiry, true);
  change({.expires_at = expiry + absl::Seconds(1)});
  check({"b", "c"}, {{"mail", "a@b"}, {"x", ""}}, expiry + absl::Seconds(1), true);
  change({.disabled = false});
  check({"b", "c"}, {{"mail", "a@b"}, {"x", ""}}, expiry + absl::Seconds(1), false);
  change({.groups = Strings{}});
  change({.attributes = std::map<std::string, std::string>{}});
  change({.expires_at = absl::InfiniteFuture()});
  check({}, {}, std::nullopt, false);
}

TEST_P(WritableStoreSuite, ReplacesAllOfAUser) {
  const absl::Time expiry = absl::FromUnixSeconds(4'000'000'000);
  Add(NewUser{.key = Key("alice"),
              .groups = {"a"},
              .attributes = {{"team", "red"}},
              .expires_at = expiry,
              .disabled = true,
              .credentials = {Password("1"), Password("2")}});
  const auto before = directory().GetUser(Key("alice"));
  ASSERT_TRUE(before.ok()) << before.status();
  const int64_t revision = Find("alice")->revision;
  const absl::StatusOr<UserRecord> replaced = directory().ReplaceUser(
      {.key = Key("alice"), .groups = {"b"}, .credentials = {Password("3")}});
  ASSERT_TRUE(replaced.ok()) << replaced.status();
  EXPECT_EQ(replaced->groups, Strings{"b"});
  EXPECT_EQ(replaced->created_at, before->created_at);
  const auto account = LogIn("alice");
  EXPECT_EQ(account->groups, Strings{"b"});
  EXPECT_TRUE(account->attributes.empty());
  EXPECT_FALSE(account->disabled);
  EXPECT_EQ(account->expires_at, expiry);
  EXPECT_NE(account->revision, revision);
  EXPECT_EQ(Passwords("alice"), Strings{"3"});
  ASSERT_TRUE(
      directory().ReplaceUser({.key = Key("alice"), .expires_at = expiry + absl::Hours(1)}).ok());
  EXPECT_EQ(LogIn("alice")->expires_at, expiry + absl::Hours(1));
  EXPECT_EQ(Passwords("alice"), Strings{});
  EXPECT_EQ(directory().ReplaceUser({.key = Key("nobody")}).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_P(WritableStoreSuite, LeavesAUserAsItWasWhomItCannotReplace) {
  Add(NewUser{.key = Key("alice"),
              .groups = {"a"},
              .attributes = {{"team", "red"}},
              .credentials = {Password("1")}});
  under_test().refuse_credentials();
  EXPECT_FALSE(directory()
                   .ReplaceUser({.key = Key("alice"),
                                 .groups = {"b"},
                                 .disabled = true,
                                 .credentials = {Password("2")}})
                   .ok());
  const auto account = Find("alice");
  EXPECT_EQ(account->groups, Strings{"a"});
  EXPECT_EQ(account->attributes.at("team"), "red");
  EXPECT_FALSE(account->disabled);
  EXPECT_EQ(Passwords("alice"), Strings{"1"});
}

TEST_P(WritableStoreSuite, EditsAUserAsItIs) {
  Add(NewUser{.key = Key("alice"), .groups = {"a"}, .credentials = {Password("pw")}});
  const absl::StatusOr<UserRecord> edited =
      directory().EditUser(Key("alice"), [](const UserRecord& now) -> absl::StatusOr<UserChange> {
        EXPECT_EQ(now.groups, Strings{"a"});
        EXPECT_EQ(now.credentials.size(), 1u);
        return UserChange{.groups = Strings{"a", "b"}};
      });
  ASSERT_TRUE(edited.ok()) << edited.status();
  EXPECT_EQ(edited->groups, (Strings{"a", "b"}));
  EXPECT_EQ(LogIn("alice")->groups, (Strings{"a", "b"}));
  const auto refuse = [](const UserRecord&) -> absl::StatusOr<UserChange> {
    return absl::InvalidArgumentError("no");
  };
  EXPECT_EQ(directory().EditUser(Key("alice"), refuse).status(), absl::InvalidArgumentError("no"));
  EXPECT_EQ(directory().EditUser(Key("nobody"), refuse).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(Find("alice")->groups, (Strings{"a", "b"}));
}

TEST_P(WritableStoreSuite, LosesNoEditOfTwoReplicas) {
  constexpr int kEdits = 20;
  Add("alice");
  const std::unique_ptr<CredentialStore> another = under_test().another();
  ASSERT_NE(another, nullptr);
  std::vector<std::thread> replicas;
  for (UserDirectory* replica : {&directory(), another->directory()}) {
    replicas.emplace_back([this, replica, &another] {
      const std::string prefix = replica == another->directory() ? "b" : "a";
      for (int i = 0; i < kEdits; ++i) {
        const absl::StatusOr<UserRecord> edited = replica->EditUser(
            Key("alice"), [&](const UserRecord& now) -> absl::StatusOr<UserChange> {
              auto attributes = now.attributes;
              attributes[prefix + std::to_string(i)] = "x";
              return UserChange{.attributes = std::move(attributes)};
            });
        EXPECT_TRUE(edited.ok()) << edited.status();
      }
    });
  }
  for (std::thread& replica : replicas) replica.join();
  EXPECT_EQ(Find("alice")->attributes.size(), 2u * kEdits);
}

TEST_P(WritableStoreSuite, KeepsTheOldPasswordBesideANewOneForAsLongAsItIsTold) {
  const absl::Time tomorrow =
      absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now())) + absl::Hours(24);
  Add("alice", "1");
  ASSERT_TRUE(Replace("alice", "2", tomorrow).ok());
  EXPECT_EQ(Passwords("alice"), (Strings{"1-", "2"}));
  EXPECT_EQ(Find("alice")->credentials[0].expires_at, tomorrow);
  const absl::StatusOr<UserRecord> record = directory().GetUser(Key("alice"));
  ASSERT_TRUE(record.ok()) << record.status();
  ASSERT_EQ(record->credentials.size(), 2u);
  EXPECT_EQ(record->credentials[0].expires_at, tomorrow);
  EXPECT_EQ(record->credentials[1].expires_at, std::nullopt);
}

TEST_P(WritableStoreSuite, NeverKeepsMoreThanTwoPasswords) {
  const absl::Time tomorrow = absl::Now() + absl::Hours(24);
  Add("alice", "1");
  ASSERT_TRUE(Replace("alice", "2", tomorrow).ok());
  ASSERT_TRUE(Replace("alice", "3", tomorrow).ok());
  EXPECT_EQ(Passwords("alice"), (Strings{"2-", "3"}));
  ASSERT_TRUE(Replace("alice", "4").ok());
  EXPECT_EQ(Passwords("alice"), Strings{"4"});
}

TEST_P(WritableStoreSuite, KeepsNoOldPasswordUntilATimeThatIsPast) {
  Add("alice", "1");
  ASSERT_TRUE(Replace("alice", "2", absl::Now() - absl::Seconds(1)).ok());
  EXPECT_EQ(Passwords("alice"), Strings{"2"});
}

TEST_P(WritableStoreSuite, GivesEachChangeARevision) {
  Add("alice");
  int64_t last = LogIn("alice")->revision;
  EXPECT_NE(last, 0);
  const auto changed = [&] {
    const int64_t before = last;
    last = LogIn("alice")->revision;
    return last != before;
  };
  EXPECT_FALSE(changed());
  ASSERT_TRUE(Replace("alice", "new").ok());
  EXPECT_TRUE(changed());
  ASSERT_TRUE(directory().UpdateUser(Key("alice"), {.groups = Strings{"a"}}).ok());
  EXPECT_TRUE(changed());
  Add("bob");
  EXPECT_FALSE(changed());
}

TEST_P(WritableStoreSuite, ReplacesAPasswordOnlyWhereTheUserIsStillThatOfTheRevision) {
  Add("alice", "1");
  const int64_t revision = Find("alice")->revision;
  ASSERT_TRUE(Replace("alice", "2", std::nullopt, revision).ok());
  EXPECT_EQ(Replace("alice", "3", std::nullopt, revision).code(), absl::StatusCode::kAborted);
  EXPECT_EQ(Passwords("alice"), Strings{"2"});
  EXPECT_TRUE(Replace("alice", "4", std::nullopt, Find("alice")->revision).ok());
}

TEST_P(WritableStoreSuite, NeverGivesARevisionAgainToAnotherUserOfTheName) {
  Add("alice", "1");
  const int64_t revision = Find("alice")->revision;
  ASSERT_TRUE(directory().DeleteUser(Key("alice")).ok());
  Add("alice", "2");
  EXPECT_EQ(Replace("alice", "1", std::nullopt, revision).code(), absl::StatusCode::kAborted);
  EXPECT_EQ(Passwords("alice"), Strings{"2"});
}

TEST_P(WritableStoreSuite, ListsUsersInPagesInOrderOfName) {
  for (const char* name : {"dora", "alice", "carol", "Bob", "\xc3\xa9mile"}) Add(name);
  std::vector<std::string> names;
  std::string token;
  int pages = 0;
  do {
    const absl::StatusOr<UserPage> page = directory().ListUsers(Key("x").tenant, 2, token);
    ASSERT_TRUE(page.ok()) << page.status();
    EXPECT_LE(page->users.size(), 2u);
    for (const UserRecord& user : page->users) {
      EXPECT_EQ(user.key, Key(user.key.name));
      EXPECT_EQ(user.credentials.size(), 1u);
      names.push_back(user.key.name);
    }
    token = page->next_page_token;
    ++pages;
  } while (!token.empty());
  EXPECT_EQ(names, (Strings{"Bob", "alice", "carol", "dora", "\xc3\xa9mile"}));
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(directory().ListUsers(Key("x").tenant, 5, "")->next_page_token, "");
}

TEST_P(WritableStoreSuite, RefusesAPageOfNoneOrTooMany) {
  for (const int size : {-1, 0, 1001}) {
    EXPECT_EQ(directory().ListUsers("", size, "").status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

TEST_P(WritableStoreSuite, ChangesUsersOfOneTenantOnly) {
  if (!store().per_tenant()) GTEST_SKIP() << "it does not keep tenants apart";
  for (const char* tenant : {"blue", "green"}) {
    Add("alice", "old", tenant);
    ASSERT_TRUE(WaitForLookup(store(), tenant, "alice").ok());
  }
  Add("bob", "pw", "green");
  ASSERT_TRUE(Replace("alice", "new").ok());
  EXPECT_TRUE(Accepts(*Find("alice", "blue"), "new"));
  EXPECT_TRUE(Accepts(*Find("alice", "green"), "old"));
  ASSERT_TRUE(directory().UpdateUser(Key("alice"), {.disabled = true}).ok());
  EXPECT_FALSE(Find("alice", "green")->disabled);
  const absl::StatusOr<UserPage> page = directory().ListUsers("blue", 10, "");
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_EQ(page->users.size(), 1u);
  EXPECT_EQ(directory().ListUsers("green", 10, "")->users.size(), 2u);
  EXPECT_EQ(directory().ListUsers("", 10, "")->users.size(), 0u);
  ASSERT_TRUE(directory().DeleteUser(Key("alice")).ok());
  EXPECT_EQ(directory().GetUser(Key("alice")).status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(directory().GetUser(Key("alice", "green")).ok());
  EXPECT_EQ(*WaitForLookup(store(), "blue", "alice"), nullptr);
  EXPECT_TRUE(Accepts(*Find("alice", "green"), "old"));
}

TEST_P(WritableStoreSuite, NeverShowsAnOldPasswordAfterAChangeReturned) {
  Add("alice", "0");
  std::atomic<int> committed = 0;
  std::atomic<bool> done = false;
  std::vector<std::thread> readers;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([&] {
      while (!done) {
        const int at_least = committed;
        const auto account = LogIn("alice");
        ASSERT_NE(account, nullptr);
        ASSERT_EQ(account->credentials.size(), 1u);
        const auto& secret = std::get<Cleartext>(account->credentials[0].secret);
        EXPECT_GE(std::stoi(std::string(secret.password.view())), at_least);
      }
    });
  }
  for (int i = 1; i <= 50; ++i) {
    EXPECT_TRUE(Replace("alice", std::to_string(i)).ok());
    committed = i;
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
}

}  // namespace sallyport::server

#endif  // SALLYPORT_TESTS_SERVER_STORES_WRITABLE_STORE_SUITE_H_
