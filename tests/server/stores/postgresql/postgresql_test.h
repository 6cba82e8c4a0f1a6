#ifndef SALLYPORT_TESTS_SERVER_STORES_POSTGRESQL_POSTGRESQL_TEST_H_
#define SALLYPORT_TESTS_SERVER_STORES_POSTGRESQL_POSTGRESQL_TEST_H_

// A test with a schema of its own on the shared server.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "core/credentials/credential.h"
#include "tests/server/stores/postgresql/postgresql_store.h"
#include "tests/server/stores/wait_for_lookup.h"

namespace sallyport::server {

class PostgresqlTest : public testing::Test {
 protected:
  ~PostgresqlTest() override { server_.Start(); }

  PostgresqlServer& server() { return server_; }
  const std::string& schema() const { return schema_; }
  // Its sessions have the test's name as their application_name.
  v1::PostgresqlStore Settings() const {
    return PostgresqlSettings(
        absl::StrCat(server_.Connection(), " application_name=", ApplicationName()), schema_);
  }
  OpenedStore Open() { return Open(QuickPostgresqlOptions(Settings())); }
  // Open waits until the store listens: what was asked before is not cached.
  static OpenedStore Open(PostgresqlOptions postgresql,
                          CredentialStoreOptions options = {.name = "main"}) {
    OpenedStore opened = OpenPostgresqlStore(std::move(postgresql), std::move(options));
    opened.tap->AwaitAllChanged(1);
    return opened;
  }

  // Sql runs SQL with the test's schema for each {s}.
  std::string Sql(const std::string& sql) const {
    return server_.Query(absl::StrReplaceAll(sql, {{"{s}", SqlIdentifier(schema_)}}));
  }
  // AddBySql adds a user with a password.
  void AddBySql(const std::string& name) const {
    Sql(absl::StrCat("WITH u AS (INSERT INTO {s}.users (name) VALUES (", SqlText(name),
                     ") RETURNING id) INSERT INTO {s}.credentials (user_id, secret)"
                     " SELECT id, '{CLEARTEXT}pw' FROM u"));
  }
  // Sessions is how many the test's stores have.
  int Sessions() const { return std::stoi(OfSessions("count(*)", "true")); }
  // ListenerPid is the server's process for the connection that listens.
  std::string ListenerPid() const {
    return OfSessions("pid", "(query LIKE 'LISTEN%' OR query = 'SELECT 1')");
  }

  static void Add(OpenedStore& opened, const std::string& name) {
    NewUser user{.key = {"", name}};
    user.credentials.push_back(Cleartext{Secret("pw")});
    const int before = opened.tap->changed(user.key);
    const absl::StatusOr<UserRecord> added = opened.store->directory()->AddUser(user);
    ASSERT_TRUE(added.ok()) << added.status();
    opened.tap->AwaitChanged(user.key, before + 2);
  }
  static std::shared_ptr<const Account> Find(OpenedStore& opened, const std::string& name) {
    const LookupResult result = WaitForLookup(*opened.store, "", name);
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *result : nullptr;
  }
  // Asks until the store answers.
  static void AwaitAnswer(OpenedStore& opened) {
    const absl::Time limit = absl::Now() + absl::Seconds(30);
    LookupResult result = WaitForLookup(*opened.store, "", "probe");
    while (!result.ok()) {
      ASSERT_LT(absl::Now(), limit) << result.status();
      absl::SleepFor(absl::Milliseconds(5));
      result = WaitForLookup(*opened.store, "", "probe");
    }
  }

 private:
  static std::string ApplicationName() {
    return testing::UnitTest::GetInstance()->current_test_info()->name();
  }
  std::string OfSessions(const std::string& what, const std::string& condition) const {
    return Sql(absl::StrCat("SELECT ", what, " FROM pg_stat_activity WHERE application_name = ",
                            SqlText(ApplicationName()), " AND ", condition));
  }

  PostgresqlServer& server_ = PostgresqlServer::Shared();
  const std::string schema_ = server_.NewSchema();
};

}  // namespace sallyport::server

#endif  // SALLYPORT_TESTS_SERVER_STORES_POSTGRESQL_POSTGRESQL_TEST_H_
