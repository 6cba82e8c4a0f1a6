// The suites, over SQLite.

#include <gtest/gtest.h>

#include "server/stores/sqlite/sqlite_connection.h"
#include "tests/server/stores/credential_store_suite.h"
#include "tests/server/stores/sqlite/sqlite_store.h"
#include "tests/server/stores/store_outage_suite.h"
#include "tests/server/stores/writable_store_suite.h"

namespace sallyport::server {
namespace {

void Execute(const std::string& path, const std::string& sql) {
  auto connection = SqliteConnection::Open(path, SqliteConnection::Access::kReadWrite);
  ASSERT_TRUE(connection.ok()) << connection.status();
  const absl::Status status = connection->Execute(sql);
  ASSERT_TRUE(status.ok()) << status;
}

StoreUnderTest MakeSqlite(bool per_tenant) {
  auto scratch = std::make_shared<ScratchFolder>();
  const std::string path = scratch->path() + "/users.db";
  CredentialStoreOptions options{.name = "main", .per_tenant = per_tenant};
  StoreUnderTest under_test;
  under_test.owner = std::move(scratch);
  under_test.another = [path, per_tenant] {
    return OpenSqliteStore({.name = "another", .per_tenant = per_tenant}, path);
  };
  under_test.refuse_credentials = [path] {
    Execute(path,
            "CREATE TRIGGER refuse BEFORE INSERT ON credentials"
            " BEGIN SELECT RAISE(ABORT, 'refused'); END");
  };
  under_test.store = OpenSqliteStore(std::move(options), path);
  // As another process would.
  under_test.change = [path](const UserKey& user, const std::vector<Credential>& credentials) {
    ASSERT_EQ(credentials.size(), 1u);
    auto other = SqliteConnection::Open(path, SqliteConnection::Access::kReadWrite);
    ASSERT_TRUE(other.ok()) << other.status();
    auto update = other->Prepare(
        "UPDATE credentials SET secret = ?3 WHERE user_id ="
        " (SELECT id FROM users WHERE tenant = ?1 AND name = ?2)");
    ASSERT_TRUE(update.ok()) << update.status();
    const std::string secret = FormatCredential(credentials[0]);
    ASSERT_TRUE(update->Bind(user.tenant, user.name, secret).ok());
    ASSERT_TRUE(update->Run().ok());
    EXPECT_EQ(other->changes(), 1);
  };
  // No server can be down; but the tables can be gone.
  under_test.stop = [path] { Execute(path, "ALTER TABLE users RENAME TO away"); };
  under_test.start = [path] { Execute(path, "ALTER TABLE away RENAME TO users"); };
  return under_test;
}

StoreUnderTest MakeShared() { return MakeSqlite(false); }
StoreUnderTest MakePerTenant() { return MakeSqlite(true); }

INSTANTIATE_TEST_SUITE_P(Sqlite, CredentialStoreSuite, testing::Values(&MakeShared));
INSTANTIATE_TEST_SUITE_P(SqlitePerTenant, CredentialStoreSuite, testing::Values(&MakePerTenant));
INSTANTIATE_TEST_SUITE_P(Sqlite, WritableStoreSuite, testing::Values(&MakeShared));
INSTANTIATE_TEST_SUITE_P(SqlitePerTenant, WritableStoreSuite, testing::Values(&MakePerTenant));
INSTANTIATE_TEST_SUITE_P(Sqlite, StoreOutageSuite, testing::Values(&MakeShared));

}  // namespace
}  // namespace sallyport::server
