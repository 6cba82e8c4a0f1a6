// How the operator's calls end where the PostgreSQL server holds them up.

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "tests/server/stores/postgresql/postgresql_test.h"

namespace sallyport::server {
namespace {

using PostgresqlDirectoryTest = PostgresqlTest;

TEST_F(PostgresqlDirectoryTest, EndsWhatWaitsWhenItIsStopped) {
  PostgresqlOptions options = QuickPostgresqlOptions(Settings());
  options.query_timeout = absl::Minutes(10);
  OpenedStore opened = Open(std::move(options));
  Add(opened, "alice");
  UserDirectory& directory = *opened.store->directory();
  const PqConnection other(PQconnectdb(server().Connection("postgres").c_str()));
  PqResult(PQexec(other.get(),
                  absl::StrCat("BEGIN; LOCK TABLE ", SqlIdentifier(schema()), ".users").c_str()));
  std::atomic<int> ended = 0;
  std::vector<std::thread> calls;
  for (int i = 0; i < 3; ++i) {
    calls.emplace_back([&] {
      EXPECT_FALSE(directory.GetUser({"", "alice"}).ok());
      ++ended;
    });
  }
  while (Sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") == "0") {
    absl::SleepFor(absl::Milliseconds(5));
  }
  EXPECT_EQ(ended, 0);
  const absl::Time begun = absl::Now();
  directory.Stop();
  for (std::thread& call : calls) call.join();
  EXPECT_LT(absl::Now() - begun, absl::Seconds(20));
  PqResult(PQexec(other.get(), "ROLLBACK"));
  EXPECT_FALSE(directory.GetUser({"", "alice"}).ok());
  // Logins go on.
  EXPECT_NE(Find(opened, "alice"), nullptr);
}

}  // namespace
}  // namespace sallyport::server
