// Lookups of the PostgreSQL store that are out of the ordinary.

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "tests/server/stores/postgresql/postgresql_test.h"

namespace sallyport::server {
namespace {

class PostgresqlLookupTest : public PostgresqlTest {
 protected:
  OpenedStore OpenOneConnection(absl::Duration query_timeout = absl::Seconds(2)) {
    v1::PostgresqlStore settings = Settings();
    settings.set_connections(1);
    PostgresqlOptions options = QuickPostgresqlOptions(settings);
    options.query_timeout = query_timeout;
    return Open(std::move(options), {.name = "main", .timeout = absl::Seconds(60)});
  }
  // Has `condition`, which may have effects, be evaluated for each row that is looked up.
  void FilterUsers(const std::string& condition) {
    Sql("ALTER TABLE {s}.users RENAME TO all_users");
    Sql("CREATE VIEW {s}.users AS SELECT * FROM {s}.all_users WHERE " + condition);
    Sql("GRANT SELECT ON {s}.users TO sallyport");
  }
  static std::string NameOf(int i) { return "user" + std::to_string(i); }
};

TEST_F(PostgresqlLookupTest, SendsManyLookupsOnOneConnectionWithoutWaitingForAnswers) {
  constexpr int kLookups = 1000;
  OpenedStore opened = OpenOneConnection(absl::Seconds(60));
  Sql("INSERT INTO {s}.users (name) SELECT 'user' || i FROM generate_series(0, 999) i");
  // Notes in which transaction each lookup is answered: what is sent before an answer came is one.
  Sql("CREATE TABLE {s}.asked (pid int, at timestamptz)");
  Sql("CREATE FUNCTION {s}.note() RETURNS boolean LANGUAGE sql SECURITY DEFINER AS"
      " $$INSERT INTO {s}.asked VALUES (pg_backend_pid(), now()) RETURNING true$$");
  FilterUsers("{s}.note()");
  std::atomic<int> found = 0;
  absl::BlockingCounter answered(kLookups);
  for (int i = 0; i < kLookups; ++i) {
    opened.store->Lookup("", NameOf(i), [&, i](LookupResult result) {
      found += result.ok() && *result != nullptr && (*result)->authentication_id == NameOf(i);
      answered.DecrementCount();
    });
  }
  answered.Wait();
  EXPECT_EQ(found, kLookups);
  EXPECT_EQ(Sql("SELECT count(*) FROM {s}.asked"), std::to_string(kLookups));
  EXPECT_EQ(Sql("SELECT count(DISTINCT pid) FROM {s}.asked"), "1");
  EXPECT_LT(std::stoi(Sql("SELECT count(DISTINCT at) FROM {s}.asked")), kLookups / 2);
  // That one, and the one that listens.
  EXPECT_EQ(Sessions(), 2);
}

TEST_F(PostgresqlLookupTest, AnswersTheLookupsBesideOneThatFails) {
  constexpr int kLookups = 200;
  OpenedStore opened = OpenOneConnection();
  Sql("INSERT INTO {s}.users (name) SELECT 'user' || i FROM generate_series(0, 199) i");
  FilterUsers("name NOT IN ('user50', 'user150') OR 1 / (id - id) = 1");
  std::vector<std::optional<LookupResult>> results(kLookups);
  absl::BlockingCounter answered(kLookups);
  for (int i = 0; i < kLookups; ++i) {
    opened.store->Lookup("", NameOf(i), [&, i](LookupResult result) {
      results[static_cast<size_t>(i)] = std::move(result);
      answered.DecrementCount();
    });
  }
  answered.Wait();
  for (int i = 0; i < kLookups; ++i) {
    const LookupResult& result = *results[static_cast<size_t>(i)];
    if (i == 50 || i == 150) {
      EXPECT_TRUE(absl::IsUnavailable(result.status())) << result.status();
    } else {
      ASSERT_TRUE(result.ok()) << i << ": " << result.status();
      EXPECT_EQ((*result)->authentication_id, NameOf(i));
    }
  }
}

TEST_F(PostgresqlLookupTest, AnswersEveryoneSoonWhereEveryLookupFails) {
  constexpr int kLookups = 2000;
  OpenedStore opened = OpenOneConnection();
  Sql("DROP TABLE {s}.credentials");
  const absl::Time begun = absl::Now();
  absl::BlockingCounter answered(kLookups);
  std::atomic<int> wrong = 0;
  for (int i = 0; i < kLookups; ++i) {
    opened.store->Lookup("", NameOf(i), [&](LookupResult result) {
      wrong += !absl::IsUnavailable(result.status());
      answered.DecrementCount();
    });
  }
  answered.Wait();
  EXPECT_EQ(wrong, 0);
  EXPECT_LT(absl::Now() - begun, absl::Seconds(2)) << "a lookup's time ran out";
}

TEST_F(PostgresqlLookupTest, KnowsNobodyWhoseNameTheDatabaseCannotHold) {
  OpenedStore opened = Open();
  Add(opened, "alice");
  for (const std::string& name :
       {std::string("alice\0", 6), std::string("alice\0x", 7), std::string("\0", 1),
        std::string("alice\xff"), std::string("\xc0\xaf"), std::string(256, 'a'),
        std::string(1 << 20, 'a')}) {
    const LookupResult result = WaitForLookup(*opened.store, "", name);
    ASSERT_TRUE(result.ok()) << result.status();
    EXPECT_EQ(*result, nullptr);
  }
  EXPECT_NE(Find(opened, "alice"), nullptr);
}

TEST_F(PostgresqlLookupTest, StoresNoNameThatTheDatabaseWouldCutShort) {
  OpenedStore opened = Open();
  for (const std::string& name :
       {std::string("alice\0x", 7), std::string("alice\xff"), std::string(256, 'a')}) {
    EXPECT_EQ(opened.store->directory()->AddUser({.key = {"", name}}).status().code(),
              absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(opened.store->directory()->AddUser({.key = {name, "alice"}}).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(Sql("SELECT count(*) FROM {s}.users"), "0");
}

TEST_F(PostgresqlLookupTest, TakesWhatLooksLikeSqlForNames) {
  OpenedStore opened = Open();
  Add(opened, "alice");
  for (const char* name : {"'; DROP TABLE users; --", "alice' OR 'x' = 'x", "$1", "\\'; SELECT 1",
                           "alice'--", "E'\\x61lice'", "'||'alice", "$$alice$$", "alice;COMMIT"}) {
    EXPECT_EQ(Find(opened, name), nullptr) << name;
    EXPECT_EQ(opened.store->directory()->DeleteUser({"", name}).code(),
              absl::StatusCode::kNotFound);
    Add(opened, name);
    EXPECT_EQ(Find(opened, name)->authentication_id, name);
  }
  EXPECT_NE(Find(opened, "alice"), nullptr);
}

TEST_F(PostgresqlLookupTest, RefusesUsersWithMoreThanTheTablesTake) {
  OpenedStore opened = Open();
  UserDirectory& directory = *opened.store->directory();
  Add(opened, "alice");
  NewUser user{.key = {"", "bob"}, .groups = {std::string(70'000, 'g')}};
  EXPECT_EQ(directory.AddUser(user).status().code(), absl::StatusCode::kInvalidArgument);
  user = {.key = {"", "bob"}, .attributes = {{"a", std::string(70'000, 'x')}}};
  EXPECT_EQ(directory.AddUser(user).status().code(), absl::StatusCode::kInvalidArgument);
  user = {.key = {"", "bob"}};
  user.credentials.push_back(Cleartext{Secret(std::string(9000, 'p'))});
  const absl::Status status = directory.AddUser(user).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(std::string(status.message()).find("pppp"), std::string::npos);
  EXPECT_EQ(Find(opened, "bob"), nullptr);
  // And a change that is too large changes nothing.
  EXPECT_EQ(
      directory.UpdateUser({"", "alice"}, {.groups = {{std::string(70'000, 'g')}}}).status().code(),
      absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(Find(opened, "alice")->groups.empty());
}

TEST_F(PostgresqlLookupTest, CannotSayWhoAUserWithTooManyCredentialsIs) {
  OpenedStore opened = Open();
  Add(opened, "alice");
  Add(opened, "bob");
  Sql("INSERT INTO {s}.credentials (user_id, secret)"
      " SELECT id, '{CLEARTEXT}x' FROM {s}.users, generate_series(1, 64) WHERE name = 'bob'");
  const LookupResult result = WaitForLookup(*opened.store, "", "bob");
  EXPECT_TRUE(absl::IsUnavailable(result.status())) << result.status();
  EXPECT_NE(Find(opened, "alice"), nullptr);
}

TEST_F(PostgresqlLookupTest, SkipsACredentialThatCannotBeParsed) {
  OpenedStore opened = Open();
  Add(opened, "alice");
  Sql("INSERT INTO {s}.credentials (user_id, secret)"
      " SELECT id, 'sesame, opened' FROM {s}.users");
  EXPECT_EQ(Find(opened, "alice")->credentials.size(), 1u);
  const absl::StatusOr<UserRecord> record = opened.store->directory()->GetUser({"", "alice"});
  ASSERT_TRUE(record.ok()) << record.status();
  ASSERT_EQ(record->credentials.size(), 2u);
  EXPECT_EQ(record->credentials[1].scheme, "UNREADABLE");
}

TEST_F(PostgresqlLookupTest, CannotSayWhoAUserIsWhoseGroupsAreNoStrings) {
  OpenedStore opened = Open();
  Add(opened, "alice");
  Sql("UPDATE {s}.users SET groups = '[1]'");
  EXPECT_TRUE(absl::IsUnavailable(WaitForLookup(*opened.store, "", "alice").status()));
  EXPECT_EQ(Find(opened, "nobody"), nullptr);
}

TEST_F(PostgresqlLookupTest, TakesPostgresqlsInfinitiesForTimes) {
  OpenedStore opened = Open();
  Add(opened, "alice");
  Sql("UPDATE {s}.users SET expires_at = 'infinity'");
  Sql("UPDATE {s}.credentials SET expires_at = '-infinity', created_at = '1970-01-02 00:00:00+00'");
  const auto account = Find(opened, "alice");
  EXPECT_EQ(account->expires_at, absl::InfiniteFuture());
  EXPECT_EQ(account->credentials[0].expires_at, absl::InfinitePast());
  EXPECT_EQ(account->credentials[0].created_at, absl::FromUnixSeconds(86400));
}

TEST_F(PostgresqlLookupTest, LetsNoLookupWaitForALockedTable) {
  OpenedStore opened = OpenOneConnection();
  Add(opened, "alice");
  const PqConnection other(PQconnectdb(server().Connection("postgres").c_str()));
  const std::string lock = "BEGIN; LOCK TABLE " + SqlIdentifier(schema()) + ".users";
  PqResult(PQexec(other.get(), lock.c_str()));
  const absl::Time begun = absl::Now();
  EXPECT_TRUE(absl::IsUnavailable(WaitForLookup(*opened.store, "", "alice").status()));
  EXPECT_LT(absl::Now() - begun, absl::Seconds(4));
  PqResult(PQexec(other.get(), "ROLLBACK"));
  AwaitAnswer(opened);
  EXPECT_NE(Find(opened, "alice"), nullptr);
  // No session is left behind that waits for the lock.
  EXPECT_LE(Sessions(), 3);
}

TEST_F(PostgresqlLookupTest, AnswersWhatIsUnderWayWhenItCloses) {
  OpenedStore opened = Open();
  server().Pause();
  constexpr int kLookups = 100;
  absl::BlockingCounter answered(kLookups);
  for (int i = 0; i < kLookups; ++i) {
    opened.store->Lookup("", NameOf(i), [&](LookupResult result) {
      EXPECT_TRUE(absl::IsUnavailable(result.status())) << result.status();
      answered.DecrementCount();
    });
  }
  opened.store.reset();
  answered.Wait();
}

}  // namespace
}  // namespace sallyport::server
