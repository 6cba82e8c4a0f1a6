// The operator's calls where there are many, and where a store's server hangs.

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/server/admin/served_directory.h"
#include "tests/server/stores/postgresql/postgresql_store.h"
#include "tests/server/stores/wait_for_lookup.h"

namespace sallyport::server {
namespace {

grpc::Status Add(const ServedDirectory& served, const std::string& name,
                 const std::string& store = "main") {
  v1::AddUserRequest request;
  request.set_name(name);
  request.set_store(store);
  request.set_password("pencil");
  v1::User user;
  grpc::ClientContext context;
  return served.Stub()->AddUser(&context, request, &user);
}

TEST(AdminLoad, DerivesFewKeysAtATime) {
  constexpr int kCalls = 8;
  // Each takes about a second.
  ServedDirectory served(
      {.credentials = "{store_as: [PBKDF2-SHA256], pbkdf2_iterations: 2000000}"});
  std::atomic<int> refused = 0;
  std::atomic<int> added = 0;
  std::vector<std::thread> calls;
  for (int i = 0; i < kCalls; ++i) {
    calls.emplace_back([&, i] {
      const std::string name = absl::StrCat("user", i);
      const grpc::Status status = Add(served, name);
      if (status.ok()) {
        ++added;
        return;
      }
      EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
      EXPECT_NE(status.error_message().find("2 key derivations"), std::string::npos)
          << status.error_message();
      EXPECT_FALSE(served.users().GetUser({"", name}).ok());
      ++refused;
    });
  }
  for (std::thread& call : calls) call.join();
  EXPECT_GE(added, 2);
  EXPECT_GE(refused, 1);
  EXPECT_EQ(added + refused, kCalls);
  EXPECT_TRUE(Add(served, "later").ok());
}

TEST(AdminLoad, EndsThoughTheServerOfAStoreHoldsCallsUp) {
  PostgresqlServer& server = PostgresqlServer::Shared();
  const std::string schema = server.NewSchema();
  // What the store tells its changes, as long as it lives.
  std::shared_ptr<ChangeTap> tap;
  ServedDirectory served(
      {.stores = "  - {name: fleet, postgresql: {connection: 'host=db'}}\n",
       .open_other = [&](const v1::Store& store) {
         PostgresqlOptions options = QuickPostgresqlOptions(PostgresqlSettings(
             absl::StrCat(server.Connection(), " application_name=hung"), schema));
         options.query_timeout = absl::Minutes(10);
         OpenedStore opened = OpenPostgresqlStore(std::move(options), {.name = store.name()});
         tap = std::move(opened.tap);
         return std::shared_ptr<CredentialStore>(std::move(opened.store));
       }});
  ASSERT_TRUE(Add(served, "alice", "fleet").ok());
  const PqConnection other(PQconnectdb(server.Connection("postgres").c_str()));
  PqResult(PQexec(other.get(),
                  absl::StrCat("BEGIN; LOCK TABLE ", SqlIdentifier(schema), ".users").c_str()));
  std::vector<std::thread> calls;
  std::atomic<int> ended = 0;
  for (int i = 0; i < 2; ++i) {
    calls.emplace_back([&, i] {
      EXPECT_FALSE(Add(served, absl::StrCat("user", i), "fleet").ok());
      ++ended;
    });
  }
  const absl::Time limit = absl::Now() + absl::Seconds(30);
  const char* const waiting =
      "SELECT count(*) FROM pg_stat_activity"
      " WHERE wait_event_type = 'Lock' AND application_name = 'hung'";
  while (server.Query(waiting) == "0" && absl::Now() < limit) {
    absl::SleepFor(absl::Milliseconds(5));
  }
  EXPECT_EQ(ended, 0);
  const absl::Time begun = absl::Now();
  served.Stop();
  EXPECT_LT(absl::Now() - begun, absl::Seconds(20));
  for (std::thread& call : calls) call.join();
  PqResult(PQexec(other.get(), "ROLLBACK"));
}

}  // namespace
}  // namespace sallyport::server
