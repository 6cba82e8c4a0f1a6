// The suites, over PostgreSQL.

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "core/credentials/credential.h"
#include "tests/server/stores/credential_store_suite.h"
#include "tests/server/stores/postgresql/postgresql_store.h"
#include "tests/server/stores/store_outage_suite.h"
#include "tests/server/stores/writable_store_suite.h"

namespace sallyport::server {
namespace {

// Whatever a test did to the server.
std::shared_ptr<void> StartedAgain(std::shared_ptr<void> owned) {
  return std::shared_ptr<void>(nullptr, [owned](void*) { PostgresqlServer::Shared().Start(); });
}

StoreUnderTest MakePostgresql(bool per_tenant) {
  PostgresqlServer& server = PostgresqlServer::Shared();
  const std::string schema = server.NewSchema();
  OpenedStore opened =
      OpenPostgresqlStore(QuickPostgresqlOptions(PostgresqlSettings(server.Connection(), schema)),
                          {.name = "main", .per_tenant = per_tenant});
  StoreUnderTest under_test;
  under_test.owner = StartedAgain(opened.tap);
  // The notification comes as well, and would take from the cache what a test put there.
  under_test.add = [tap = opened.tap, store = opened.store.get()](const NewUser& user) {
    const int before = tap->changed(user.key);
    const absl::StatusOr<UserRecord> added = store->directory()->AddUser(user);
    ASSERT_TRUE(added.ok()) << added.status();
    tap->AwaitChanged(user.key, before + 2);
  };
  // Each store's tap lives as long as this does.
  under_test.another = [&server, schema, per_tenant,
                        taps = std::vector<std::shared_ptr<ChangeTap>>()]() mutable {
    OpenedStore another =
        OpenPostgresqlStore(QuickPostgresqlOptions(PostgresqlSettings(server.Connection(), schema)),
                            {.name = "another", .per_tenant = per_tenant});
    taps.push_back(std::move(another.tap));
    return std::move(another.store);
  };
  under_test.refuse_credentials = [&server, schema] {
    server.Query(absl::StrCat("ALTER TABLE ", SqlIdentifier(schema),
                              ".credentials ADD CHECK (false) NOT VALID"));
  };
  under_test.store = std::move(opened.store);
  // As an operator would, by SQL.
  under_test.change = [&server, schema](const UserKey& user,
                                        const std::vector<Credential>& credentials) {
    ASSERT_EQ(credentials.size(), 1u);
    server.Query(absl::StrCat(
        "UPDATE ", SqlIdentifier(schema),
        ".credentials SET secret = ", SqlText(FormatCredential(credentials[0])),
        " WHERE user_id = (SELECT id FROM ", SqlIdentifier(schema),
        ".users WHERE tenant = ", SqlText(user.tenant), " AND name = ", SqlText(user.name), ")"));
  };
  under_test.notices_changes = true;
  under_test.stop = [&server] { server.Stop(); };
  under_test.start = [&server] { server.Start(); };
  return under_test;
}

StoreUnderTest MakeShared() { return MakePostgresql(false); }
StoreUnderTest MakePerTenant() { return MakePostgresql(true); }

StoreUnderTest MakeHanging() {
  StoreUnderTest under_test = MakePostgresql(false);
  under_test.stop = [] { PostgresqlServer::Shared().Pause(); };
  return under_test;
}

INSTANTIATE_TEST_SUITE_P(Postgresql, CredentialStoreSuite, testing::Values(&MakeShared));
INSTANTIATE_TEST_SUITE_P(PostgresqlPerTenant, CredentialStoreSuite,
                         testing::Values(&MakePerTenant));
INSTANTIATE_TEST_SUITE_P(Postgresql, WritableStoreSuite, testing::Values(&MakeShared));
INSTANTIATE_TEST_SUITE_P(PostgresqlPerTenant, WritableStoreSuite, testing::Values(&MakePerTenant));
INSTANTIATE_TEST_SUITE_P(PostgresqlStopped, StoreOutageSuite, testing::Values(&MakeShared));
INSTANTIATE_TEST_SUITE_P(PostgresqlHanging, StoreOutageSuite, testing::Values(&MakeHanging));

}  // namespace
}  // namespace sallyport::server
