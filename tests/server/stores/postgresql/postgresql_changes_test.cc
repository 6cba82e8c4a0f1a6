// How the PostgreSQL store hears of changes that others make.

#include <gtest/gtest.h>
#include <signal.h>

#include <string>

#include "tests/server/stores/postgresql/postgresql_test.h"

namespace sallyport::server {
namespace {

class PostgresqlChangesTest : public PostgresqlTest {
 protected:
  static bool IsCached(OpenedStore& opened, const std::string& name) {
    return opened.store->LookupCached("", name).has_value();
  }
  // Has `opened` cache the user.
  static void Cache(OpenedStore& opened, const std::string& name) {
    Find(opened, name);
    ASSERT_TRUE(IsCached(opened, name));
  }
  // Runs SQL, and waits until `opened`, which had `name` in its cache, has heard of it.
  void ExpectToldOf(OpenedStore& opened, const std::string& name, const std::string& sql) {
    Cache(opened, name);
    const int before = opened.tap->changed({"", name});
    Sql(sql);
    opened.tap->AwaitChanged({"", name}, before + 1);
    EXPECT_FALSE(IsCached(opened, name)) << sql;
  }
};

TEST_F(PostgresqlChangesTest, ForgetsWhatAnotherReplicaChanged) {
  OpenedStore here = Open();
  OpenedStore there = Open();
  Add(here, "alice");
  there.tap->AwaitChanged({"", "alice"}, 1);
  Cache(there, "alice");
  const int before = there.tap->changed({"", "alice"});
  NewCredentials credentials;
  credentials.credentials.push_back(Cleartext{Secret("new")});
  ASSERT_TRUE(here.store->directory()->ReplaceCredentials({"", "alice"}, credentials).ok());
  there.tap->AwaitChanged({"", "alice"}, before + 1);
  EXPECT_FALSE(IsCached(there, "alice"));
  const auto account = Find(there, "alice");
  ASSERT_EQ(account->credentials.size(), 1u);
  EXPECT_EQ(std::get<Cleartext>(account->credentials[0].secret).password.view(), "new");
}

TEST_F(PostgresqlChangesTest, ForgetsWhatSqlChanged) {
  OpenedStore opened = Open();
  ExpectToldOf(opened, "alice", "INSERT INTO {s}.users (name) VALUES ('alice')");
  ExpectToldOf(opened, "alice", "UPDATE {s}.users SET disabled = true WHERE name = 'alice'");
  ExpectToldOf(opened, "alice",
               "INSERT INTO {s}.credentials (user_id, secret)"
               " SELECT id, '{CLEARTEXT}pw' FROM {s}.users");
  ExpectToldOf(opened, "alice", "UPDATE {s}.credentials SET secret = '{CLEARTEXT}new'");
  ExpectToldOf(opened, "alice", "DELETE FROM {s}.credentials");
  ExpectToldOf(opened, "alice", "UPDATE {s}.users SET name = 'bob' WHERE name = 'alice'");
  EXPECT_EQ(Find(opened, "alice"), nullptr);
  ExpectToldOf(opened, "carol", "UPDATE {s}.users SET name = 'carol' WHERE name = 'bob'");
  ExpectToldOf(opened, "carol", "DELETE FROM {s}.users");
}

TEST_F(PostgresqlChangesTest, ForgetsBothUsersOfACredentialThatSqlMoved) {
  OpenedStore opened = Open();
  AddBySql("alice");
  AddBySql("bob");
  opened.tap->AwaitChanged({"", "bob"}, 1);
  Cache(opened, "bob");
  ExpectToldOf(opened, "alice",
               "UPDATE {s}.credentials SET user_id = (SELECT id FROM {s}.users WHERE name = 'bob')"
               " WHERE user_id = (SELECT id FROM {s}.users WHERE name = 'alice')");
  opened.tap->AwaitChanged({"", "bob"}, 2);
  EXPECT_FALSE(IsCached(opened, "bob"));
}

TEST_F(PostgresqlChangesTest, ForgetsEverythingThatSqlTruncated) {
  OpenedStore opened = Open();
  AddBySql("alice");
  opened.tap->AwaitChanged({"", "alice"}, 1);
  ExpectToldOf(opened, "alice", "TRUNCATE {s}.credentials");
  Cache(opened, "alice");
  const int before = opened.tap->all_changed();
  Sql("TRUNCATE {s}.users CASCADE");
  opened.tap->AwaitAllChanged(before + 1);
  EXPECT_FALSE(IsCached(opened, "alice"));
}

TEST_F(PostgresqlChangesTest, GivesAUserAnotherRevisionWhoeverChangesIt) {
  OpenedStore opened = Open();
  AddBySql("alice");
  int64_t last = Find(opened, "alice")->revision;
  EXPECT_NE(last, 0);
  for (const char* sql :
       {"UPDATE {s}.users SET groups = '[\"a\"]'", "UPDATE {s}.users SET revision = 1",
        "UPDATE {s}.credentials SET expires_at = now()", "DELETE FROM {s}.credentials",
        "TRUNCATE {s}.credentials"}) {
    Sql(sql);
    const int64_t revision = Find(opened, "alice")->revision;
    EXPECT_GT(revision, last) << sql;
    last = revision;
  }
}

TEST_F(PostgresqlChangesTest, TellsUsersOfTheLongestNamesApart) {
  OpenedStore opened = Open();
  // Each byte takes six in JSON.
  const std::string name(255, '\1');
  const std::string other(255, '\2');
  Cache(opened, other);
  ExpectToldOf(opened, name, "INSERT INTO {s}.users (name) VALUES (repeat(chr(1), 255))");
  EXPECT_TRUE(IsCached(opened, other));
}

TEST_F(PostgresqlChangesTest, ForgetsEverythingWhereANotificationTellsNotWhose) {
  OpenedStore opened = Open();
  for (const char* payload : {"", "x", "{}", "[]", "[\"a\"]", "[\"a\", 1]", "[[], []]", "null"}) {
    Cache(opened, "alice");
    const int before = opened.tap->all_changed();
    Sql(absl::StrCat("SELECT pg_notify(", SqlText(schema()), ", ", SqlText(payload), ")"));
    opened.tap->AwaitAllChanged(before + 1);
    EXPECT_FALSE(IsCached(opened, "alice")) << payload;
  }
}

TEST_F(PostgresqlChangesTest, HearsNothingOfOtherSchemas) {
  OpenedStore opened = Open();
  const OpenedStore other = OpenPostgresqlStore(
      QuickPostgresqlOptions(PostgresqlSettings(server().Connection(), server().NewSchema())));
  ASSERT_TRUE(other.store->directory()->AddUser({.key = {"", "alice"}}).ok());
  other.tap->AwaitChanged({"", "alice"}, 2);
  Sql("INSERT INTO {s}.users (name) VALUES ('bob')");
  opened.tap->AwaitChanged({"", "bob"}, 1);
  EXPECT_EQ(opened.tap->changed({"", "alice"}), 0);
}

TEST_F(PostgresqlChangesTest, ForgetsEverythingWhenItMayHaveMissedNotifications) {
  OpenedStore opened = Open();
  Add(opened, "alice");
  Cache(opened, "alice");
  const int before = opened.tap->all_changed();
  ASSERT_EQ(Sql("SELECT pg_terminate_backend(" + ListenerPid() + ")"), "t");
  opened.tap->AwaitAllChanged(before + 1);
  EXPECT_FALSE(IsCached(opened, "alice"));
  // And it hears again.
  ExpectToldOf(opened, "alice", "UPDATE {s}.users SET disabled = true");
}

TEST_F(PostgresqlChangesTest, NoticesThatItsListenerHasFallenSilent) {
  PostgresqlOptions options = QuickPostgresqlOptions(Settings());
  options.heartbeat = absl::Milliseconds(50);
  options.query_timeout = absl::Milliseconds(500);
  OpenedStore opened = Open(std::move(options));
  Add(opened, "alice");
  Cache(opened, "alice");
  const int before = opened.tap->all_changed();
  const pid_t listener = std::stoi(ListenerPid());
  ASSERT_EQ(kill(listener, SIGSTOP), 0);
  opened.tap->AwaitAllChanged(before + 1);
  EXPECT_FALSE(IsCached(opened, "alice"));
  kill(listener, SIGCONT);
}

TEST_F(PostgresqlChangesTest, StaysConnectedThroughQuietTimes) {
  PostgresqlOptions options = QuickPostgresqlOptions(Settings());
  options.heartbeat = absl::Milliseconds(1);
  OpenedStore opened = Open(std::move(options));
  const std::string listener = ListenerPid();
  ExpectToldOf(opened, "alice", "INSERT INTO {s}.users (name) VALUES ('alice')");
  EXPECT_EQ(opened.tap->all_changed(), 1);
  EXPECT_EQ(ListenerPid(), listener);
}

}  // namespace
}  // namespace sallyport::server
