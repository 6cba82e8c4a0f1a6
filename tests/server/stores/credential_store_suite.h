#ifndef SALLYPORT_TESTS_SERVER_STORES_CREDENTIAL_STORE_SUITE_H_
#define SALLYPORT_TESTS_SERVER_STORES_CREDENTIAL_STORE_SUITE_H_

// What every store must do when it is asked, whatever is behind it:
//
//   INSTANTIATE_TEST_SUITE_P(Sqlite, CredentialStoreSuite, testing::Values(&MakeSqliteStore));
//
// A store that can keep tenants apart is instantiated in both ways.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/synchronization/blocking_counter.h"
#include "absl/time/clock.h"
#include "tests/server/stores/store_under_test.h"

namespace sallyport::server {

class CredentialStoreSuite : public StoreSuite {
 protected:
  // Names with a meaning to some query language, file system or format.
  static std::vector<std::string> AwkwardNames() {
    return {"o'brien",
            "\"quoted\"",
            "50%",
            "a_b",
            "back\\slash",
            "(par)en",
            "*",
            "a*b",
            "a,b=c+d",
            "#hash",
            "<x>;y",
            "a/b",
            "..",
            ".",
            "-rf",
            "a:b",
            "$HOME",
            "`id`",
            "{user}",
            "a@b.example",
            "x y",
            "a&b|c",
            "!not",
            "%61lice",
            "\\2a",
            "?q=1",
            "a\"b'c;--",
            "..\\x",
            "~",
            "[a-z]",
            "j\xc3\xbcrgen",
            "\xe6\x97\xa5\xe6\x9c\xac",
            std::string(255, 'n')};
  }
};

TEST_P(CredentialStoreSuite, TellsItsName) { EXPECT_EQ(store().name(), "main"); }

TEST_P(CredentialStoreSuite, SaysThatItCanBeAsked) {
  const absl::Status status = WaitForPing(store());
  EXPECT_TRUE(status.ok()) << status;
}

TEST_P(CredentialStoreSuite, FindsNoUserWhoWasNeverAdded) {
  Add("alice");
  const LookupResult result = WaitForLookup(store(), "blue", "nobody");
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(*result, nullptr);
}

TEST_P(CredentialStoreSuite, FindsAUserWithThePassword) {
  Add("alice", "pencil");
  Add("bob", "eraser");
  const auto account = Find("alice");
  EXPECT_EQ(account->authentication_id, "alice");
  EXPECT_EQ(account->store, "main");
  EXPECT_EQ(account->tenant, store().per_tenant() ? "blue" : "");
  EXPECT_FALSE(account->disabled);
  EXPECT_EQ(account->expires_at, std::nullopt);
  EXPECT_EQ(account->credentials.empty(), !under_test().has_credentials);
  EXPECT_EQ(account->password_verifier == nullptr, under_test().has_credentials);
  EXPECT_EQ(store().decoy_verifier("", "nobody") == nullptr, under_test().has_credentials);
  EXPECT_TRUE(Accepts(*account, "pencil"));
  for (const char* wrong : {"Pencil", "pencil ", "eraser", "pw"}) {
    EXPECT_FALSE(Accepts(*account, wrong)) << wrong;
  }
}

TEST_P(CredentialStoreSuite, HandsOutEveryCredentialAsItWasStored) {
  if (!under_test().has_credentials) GTEST_SKIP() << "it keeps its credentials to itself";
  NewUser user{.key = Key("alice")};
  user.credentials.push_back(ScramKeys{HashFunction::kSha256, "salt", 4096,
                                       Secret(std::string(32, '\1')),
                                       Secret(std::string(32, '\0'))});
  user.credentials.push_back(Password("s\xc3\xa9same"));
  Add(user);
  const auto account = Find("alice");
  ASSERT_EQ(account->credentials.size(), 2u);
  const auto* keys = std::get_if<ScramKeys>(&account->credentials[0].secret);
  ASSERT_NE(keys, nullptr);
  EXPECT_EQ(keys->salt, "salt");
  EXPECT_EQ(keys->iterations, 4096u);
  EXPECT_EQ(keys->stored_key.view(), std::string(32, '\1'));
  EXPECT_EQ(keys->server_key.view(), std::string(32, '\0'));
  const auto* cleartext = std::get_if<Cleartext>(&account->credentials[1].secret);
  ASSERT_NE(cleartext, nullptr);
  EXPECT_EQ(cleartext->password.view(), "s\xc3\xa9same");
  for (const StoredCredential& stored : account->credentials) {
    EXPECT_EQ(stored.expires_at, std::nullopt);
  }
}

TEST_P(CredentialStoreSuite, HandsOutTheGroups) {
  if (!under_test().has_groups) GTEST_SKIP() << "it knows no groups";
  NewUser user{.key = Key("alice"), .groups = {"admins", "night shift", "z\xc3\xa9ro"}};
  user.credentials.push_back(Password("pw"));
  Add(user);
  Add("bob");
  std::vector<std::string> groups = Find("alice")->groups;
  std::sort(groups.begin(), groups.end());
  EXPECT_EQ(groups, user.groups);
  EXPECT_TRUE(Find("bob")->groups.empty());
}

TEST_P(CredentialStoreSuite, HandsOutTheAttributes) {
  if (!under_test().has_attributes) GTEST_SKIP() << "it knows no attributes";
  NewUser user{.key = Key("alice"),
               .attributes = {{"mail", "alice@example.com"}, {"title", "\"J\xc3\xbcr\\"}}};
  user.credentials.push_back(Password("pw"));
  Add(user);
  Add("bob");
  EXPECT_EQ(Find("alice")->attributes, user.attributes);
  EXPECT_TRUE(Find("bob")->attributes.empty());
}

TEST_P(CredentialStoreSuite, SaysUntilWhenAUserMayLogIn) {
  if (!under_test().has_user_expiry) GTEST_SKIP() << "its users do not expire";
  const absl::Time expiry = absl::FromUnixSeconds(4'000'000'000);
  NewUser user{.key = Key("alice"), .expires_at = expiry};
  user.credentials.push_back(Password("pw"));
  Add(user);
  EXPECT_EQ(Find("alice")->expires_at, expiry);
}

TEST_P(CredentialStoreSuite, SaysThatAUserIsDisabled) {
  if (!under_test().has_disabled) GTEST_SKIP() << "it cannot disable";
  NewUser user{.key = Key("alice"), .disabled = true};
  user.credentials.push_back(Password("pw"));
  Add(user);
  EXPECT_TRUE(Find("alice")->disabled);
}

TEST_P(CredentialStoreSuite, TakesNamesForWhatTheyAre) {
  std::vector<std::string> held;
  for (const std::string& name : AwkwardNames()) {
    if (!under_test().can_hold(name)) continue;
    Add(name, "pw of " + name);
    held.push_back(name);
  }
  for (const std::string& name : held) {
    const auto account = Find(name);
    EXPECT_EQ(account->authentication_id, name);
    EXPECT_TRUE(Accepts(*account, "pw of " + name)) << name;
  }
}

TEST_P(CredentialStoreSuite, FindsNobodyByAPatternAQueryOrAPath) {
  Add("alice");
  std::vector<std::string> names = AwkwardNames();
  for (const char* name : {"al*",
                           "alic_",
                           "alic%",
                           "alic?",
                           "a.*",
                           "' OR '1'='1",
                           "' OR 1=1 --",
                           "alice' --",
                           "alice)(uid=*",
                           "*)(uid=*",
                           "alice)(|(uid=*",
                           "./alice",
                           "../blue/alice",
                           "x/../alice",
                           "alice/",
                           "alice:",
                           "alice:x",
                           "alice\\",
                           "%61lice",
                           "alice%00",
                           "alice,dc=example",
                           "uid=alice",
                           "alice#",
                           "alice?",
                           "alice&x=1",
                           "alice;",
                           "alice$",
                           "alic",
                           "alicee"}) {
    names.emplace_back(name);
  }
  for (const std::string& name : names) {
    const LookupResult result = WaitForLookup(store(), "blue", name);
    ASSERT_TRUE(result.ok()) << name << ": " << result.status();
    EXPECT_EQ(*result, nullptr) << name;
  }
}

TEST_P(CredentialStoreSuite, TellsNamesApartByEveryByte) {
  if (!under_test().tells_spellings_apart) GTEST_SKIP() << "it does not";
  for (const char* name : {"alice", "Alice", "alice "}) {
    if (under_test().can_hold(name)) Add(name, std::string("pw of ") + name);
  }
  for (const char* name : {"alice", "Alice", "alice "}) {
    if (under_test().can_hold(name)) {
      EXPECT_TRUE(Accepts(*Find(name), std::string("pw of ") + name));
    }
  }
  for (const char* name : {"ALICE", " alice", "alice  "}) {
    EXPECT_EQ(*WaitForLookup(store(), "blue", name), nullptr) << name;
  }
}

TEST_P(CredentialStoreSuite, NamesAUserOfAnotherSpellingAsItWasAsked) {
  Add("alice");
  for (const char* name : {"Alice", "ALICE", "alice ", " alice"}) {
    const LookupResult result = WaitForLookup(store(), "blue", name);
    ASSERT_TRUE(result.ok()) << result.status();
    if (under_test().tells_spellings_apart) {
      EXPECT_EQ(*result, nullptr) << name;
    } else if (*result != nullptr) {
      EXPECT_EQ((*result)->authentication_id, name);
    }
  }
}

TEST_P(CredentialStoreSuite, KeepsTenantsApartOrNot) {
  Add("alice", "pw of blue", "blue");
  if (!store().per_tenant()) {
    EXPECT_TRUE(Accepts(*Find("alice", "green"), "pw of blue"));
    return;
  }
  EXPECT_EQ(*WaitForLookup(store(), "green", "alice"), nullptr);
  store().Forget();
  Add("alice", "pw of green", "green");
  const auto blue = Find("alice", "blue");
  const auto green = Find("alice", "green");
  EXPECT_EQ(blue->tenant, "blue");
  EXPECT_EQ(green->tenant, "green");
  EXPECT_TRUE(Accepts(*blue, "pw of blue"));
  EXPECT_FALSE(Accepts(*blue, "pw of green"));
  EXPECT_TRUE(Accepts(*green, "pw of green"));
  EXPECT_FALSE(Accepts(*green, "pw of blue"));
  for (const char* tenant : {"", "red", "*", "Blue", "blue ", "..", "blu", "%", "blue/../green"}) {
    const LookupResult result = WaitForLookup(store(), tenant, "alice");
    ASSERT_TRUE(result.ok()) << tenant << ": " << result.status();
    EXPECT_EQ(*result, nullptr) << tenant;
  }
}

TEST_P(CredentialStoreSuite, AnswersFromMemoryOnceItWasAsked) {
  EXPECT_EQ(store().LookupCached("blue", "alice"), std::nullopt);
  Add("alice");
  Find("alice");
  ASSERT_TRUE(store().LookupCached("blue", "alice").has_value());
  EXPECT_EQ((*store().LookupCached("blue", "alice"))->authentication_id, "alice");
  ASSERT_TRUE(WaitForLookup(store(), "blue", "nobody").ok());
  ASSERT_TRUE(store().LookupCached("blue", "nobody").has_value());
  EXPECT_EQ(*store().LookupCached("blue", "nobody"), nullptr);
}

TEST_P(CredentialStoreSuite, AnswersManyLookupsAtATime) {
  constexpr int kUsers = 20;
  for (int i = 0; i < kUsers; ++i) Add("user" + std::to_string(i), "pw" + std::to_string(i));
  std::vector<LookupResult> results(kUsers * 2, LookupResult(nullptr));
  absl::BlockingCounter answered(kUsers * 2);
  for (int i = 0; i < kUsers * 2; ++i) {
    store().Lookup("blue", "user" + std::to_string(i), [&, i](LookupResult result) {
      results[static_cast<size_t>(i)] = std::move(result);
      answered.DecrementCount();
    });
  }
  answered.Wait();
  for (int i = 0; i < kUsers * 2; ++i) {
    const LookupResult& result = results[static_cast<size_t>(i)];
    ASSERT_TRUE(result.ok()) << result.status();
    ASSERT_EQ(*result != nullptr, i < kUsers) << i;
    if (i >= kUsers) continue;
    EXPECT_EQ((*result)->authentication_id, "user" + std::to_string(i));
    EXPECT_TRUE(Accepts(**result, "pw" + std::to_string(i)));
  }
}

TEST_P(CredentialStoreSuite, SeesAChangeWhenItAsksAgain) {
  if (under_test().change == nullptr) GTEST_SKIP() << "nobody changes it behind its back";
  Add("alice", "old");
  EXPECT_TRUE(Accepts(*Find("alice"), "old"));
  under_test().change(Key("alice"), {Password("new")});
  const auto account = Find("alice");
  EXPECT_TRUE(Accepts(*account, "new"));
  EXPECT_FALSE(Accepts(*account, "old"));
}

TEST_P(CredentialStoreSuite, NoticesAChangeBehindItsBack) {
  if (!under_test().notices_changes) GTEST_SKIP() << "it does not";
  Add("alice", "old");
  Find("alice");
  ASSERT_TRUE(store().LookupCached("blue", "alice").has_value());
  under_test().change(Key("alice"), {Password("new")});
  const absl::Time limit = absl::Now() + absl::Seconds(30);
  // What is cached turns to nothing, or to what is new.
  const auto noticed = [this] {
    const auto cached = store().LookupCached("blue", "alice");
    return !cached.has_value() || Accepts(**cached, "new");
  };
  while (!noticed()) {
    ASSERT_LT(absl::Now(), limit) << "the old password is still cached";
    absl::SleepFor(absl::Milliseconds(1));
  }
  EXPECT_TRUE(Accepts(*Find("alice"), "new"));
}

}  // namespace sallyport::server

#endif  // SALLYPORT_TESTS_SERVER_STORES_CREDENTIAL_STORE_SUITE_H_
