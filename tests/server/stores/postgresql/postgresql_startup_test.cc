// How the PostgreSQL store starts: its schema, its login, and servers that are not there.

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "server/stores/postgresql/interrupt.h"
#include "server/stores/postgresql/postgresql_dialer.h"
#include "server/stores/postgresql/postgresql_schema.h"
#include "tests/server/stores/postgresql/postgresql_test.h"

namespace sallyport::server {
namespace {

class PostgresqlStartupTest : public PostgresqlTest {
 protected:
  static absl::Status TryOpen(const v1::PostgresqlStore& settings) {
    return TryOpenPostgresqlStore(QuickPostgresqlOptions(settings)).status();
  }
  v1::PostgresqlStore SettingsFor(const std::string& user) {
    return PostgresqlSettings(server().Connection(user), schema());
  }
  // Over TCP, where the server asks for a password, which a file holds.
  v1::PostgresqlStore SettingsWithPassword(const std::string& user, const std::string& password) {
    v1::PostgresqlStore settings =
        PostgresqlSettings(server().TcpConnection() + " user=" + user, schema());
    settings.mutable_password()->set_file(server().Write("password", password + "\n"));
    return settings;
  }
  // Makes a role that may log in, whose name nobody has used.
  std::string NewRole() {
    static int roles = 0;
    const std::string role = absl::StrCat("role", ++roles);
    Sql(absl::StrCat("CREATE ROLE ", role, " LOGIN PASSWORD 'open'"));
    return role;
  }
  // What a program that knows more steps would leave.
  void SetVersion(size_t version) {
    Sql(absl::StrCat("INSERT INTO {s}.schema_version (version) VALUES (", version, ")"));
  }
  static bool Says(const absl::Status& status, const std::string& part) {
    return absl::StrContains(std::string(status.message()), part);
  }
};

TEST_F(PostgresqlStartupTest, MigratesOnceWhereManyStartAtOnce) {
  constexpr int kReplicas = 6;
  std::vector<std::thread> replicas;
  std::atomic<int> opened = 0;
  for (int i = 0; i < kReplicas; ++i) {
    replicas.emplace_back([&] {
      const auto store = TryOpenPostgresqlStore(QuickPostgresqlOptions(Settings()));
      EXPECT_TRUE(store.ok()) << store.status();
      if (!store.ok()) return;
      const LookupResult result = WaitForLookup(*store->store, "", "nobody");
      opened += result.ok() && *result == nullptr;
    });
  }
  for (std::thread& replica : replicas) replica.join();
  EXPECT_EQ(opened, kReplicas);
  EXPECT_EQ(Sql("SELECT count(*) FROM {s}.schema_version"),
            std::to_string(PostgresqlMigrations().size()));
}

TEST_F(PostgresqlStartupTest, TakesAllStepsOfAMigrationOrNone) {
  Interrupt interrupt;
  const PostgresqlOptions options = QuickPostgresqlOptions(Settings());
  PostgresqlDialer dialer(options, interrupt);
  auto session = dialer.Open();
  ASSERT_TRUE(session.ok()) << session.status();
  const std::string_view steps[] = {"CREATE TABLE one ()", "CREATE TABLE two ()",
                                    "CREATE nonsense"};
  EXPECT_FALSE(PrepareSchema(*session, schema(), true, steps).ok());
  EXPECT_EQ(Sql("SELECT count(*) FROM pg_namespace WHERE nspname = " + SqlText(schema())), "0");
  ASSERT_TRUE(PrepareSchema(*session, schema(), true, std::span(steps).first(1)).ok());
  EXPECT_EQ(PrepareSchema(*session, schema(), false, std::span(steps).first(2)).code(),
            absl::StatusCode::kFailedPrecondition);
  // Only what is lacking.
  ASSERT_TRUE(PrepareSchema(*session, schema(), true, std::span(steps).first(2)).ok());
  EXPECT_EQ(Sql("SELECT max(version) FROM {s}.schema_version"), "2");
  ASSERT_TRUE(PrepareSchema(*session, schema(), false, std::span(steps).first(2)).ok());
  EXPECT_EQ(PrepareSchema(*session, schema(), true, std::span(steps).first(1)).code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(PostgresqlStartupTest, RefusesASchemaOfANewerRelease) {
  Open();
  SetVersion(PostgresqlMigrations().size() + 1);
  const absl::Status status = TryOpen(Settings());
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_TRUE(Says(status, "newer release")) << status;
}

TEST_F(PostgresqlStartupTest, LeavesTheSchemaAloneWhereItIsToldTo) {
  v1::PostgresqlStore settings = Settings();
  settings.set_migrate(false);
  const absl::Status status = TryOpen(settings);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_TRUE(Says(status, "migrate: true")) << status;
  EXPECT_EQ(Sql("SELECT count(*) FROM pg_namespace WHERE nspname = " + SqlText(schema())), "0");
  Open();
  EXPECT_TRUE(TryOpen(settings).ok());
}

TEST_F(PostgresqlStartupTest, NeedsNoMoreThanTheDocumentedPermissions) {
  Open();
  AddBySql("alice");
  const std::string reader = NewRole();
  const std::string writer = NewRole();
  Sql(absl::StrCat("GRANT USAGE ON SCHEMA {s} TO ", reader, ", ", writer,
                   "; GRANT SELECT ON ALL TABLES IN SCHEMA {s} TO ", reader, ", ", writer,
                   "; GRANT INSERT, UPDATE, DELETE ON {s}.users, {s}.credentials TO ", writer));
  OpenedStore reading = OpenPostgresqlStore(QuickPostgresqlOptions(SettingsFor(reader)));
  EXPECT_EQ(Find(reading, "alice")->authentication_id, "alice");
  EXPECT_EQ(reading.store->directory()->DeleteUser({"", "alice"}).code(),
            absl::StatusCode::kPermissionDenied);
  OpenedStore writing = OpenPostgresqlStore(QuickPostgresqlOptions(SettingsFor(writer)));
  Add(writing, "bob");
  NewCredentials credentials;
  credentials.credentials.push_back(Cleartext{Secret("new")});
  EXPECT_TRUE(writing.store->directory()->ReplaceCredentials({"", "bob"}, credentials).ok());
  EXPECT_TRUE(writing.store->directory()->DeleteUser({"", "alice"}).ok());
  EXPECT_EQ(Find(writing, "alice"), nullptr);
}

TEST_F(PostgresqlStartupTest, SaysWhatAReachableServerRefuses) {
  Open();
  const std::string stranger = NewRole();
  absl::Status status = TryOpen(SettingsFor(stranger));
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied) << status;
  EXPECT_TRUE(Says(status, "permission denied for schema")) << status;

  Sql(absl::StrCat("GRANT USAGE ON SCHEMA {s} TO ", stranger));
  status = TryOpen(SettingsFor(stranger));
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied) << status;

  status = TryOpen(SettingsFor("nobody"));
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied) << status;

  v1::PostgresqlStore settings = Settings();
  settings.set_connection(settings.connection() + " dbname=elsewhere");
  status = TryOpen(settings);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_TRUE(Says(status, "\"elsewhere\" does not exist")) << status;

  // A schema that it would have to create, and may not.
  settings = SettingsFor(stranger);
  settings.set_schema(server().NewSchema());
  EXPECT_EQ(TryOpen(settings).code(), absl::StatusCode::kPermissionDenied);
}

TEST_F(PostgresqlStartupTest, RefusesADatabaseThatIsNotInUtf8) {
  const PqConnection admin(PQconnectdb(server().Connection("postgres").c_str()));
  PqResult(PQexec(admin.get(), "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0"));
  v1::PostgresqlStore settings = Settings();
  settings.set_connection(settings.connection() + " dbname=latin");
  const absl::Status status = TryOpen(settings);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_TRUE(Says(status, "UTF8")) << status;
}

TEST_F(PostgresqlStartupTest, LogsInWithThePasswordOfAFile) {
  const absl::Status status = TryOpen(SettingsWithPassword("sallyport", "sesame"));
  EXPECT_TRUE(status.ok()) << status;
  const absl::Status wrong = TryOpen(SettingsWithPassword("sallyport", "simsim"));
  EXPECT_EQ(wrong.code(), absl::StatusCode::kPermissionDenied) << wrong;
  EXPECT_TRUE(Says(wrong, "password authentication failed")) << wrong;
  EXPECT_FALSE(Says(wrong, "simsim")) << wrong;
  v1::PostgresqlStore settings = SettingsWithPassword("sallyport", "sesame");
  settings.mutable_password()->set_file("/nonexistent/password");
  EXPECT_TRUE(Says(TryOpen(settings), "/nonexistent/password")) << TryOpen(settings);
}

TEST_F(PostgresqlStartupTest, ReadsThePasswordAnewForEachConnection) {
  Open();
  const std::string role = NewRole();
  Sql(absl::StrCat("GRANT USAGE ON SCHEMA {s} TO ", role,
                   "; GRANT SELECT ON ALL TABLES IN SCHEMA {s} TO ", role));
  OpenedStore opened = Open(QuickPostgresqlOptions(SettingsWithPassword(role, "open")));
  Sql(absl::StrCat("ALTER ROLE ", role, " PASSWORD 'other'"));
  server().Write("password", "other");
  Sql(absl::StrCat("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '", role,
                   "'"));
  opened.tap->AwaitAllChanged(2);
  AwaitAnswer(opened);
}

TEST_F(PostgresqlStartupTest, StartsWithoutItsServerAndMigratesWhenItComes) {
  server().Stop();
  OpenedStore opened = OpenPostgresqlStore(QuickPostgresqlOptions(Settings()));
  ASSERT_NE(opened.store, nullptr);
  const absl::Time begun = absl::Now();
  const LookupResult result = WaitForLookup(*opened.store, "", "alice");
  EXPECT_TRUE(absl::IsUnavailable(result.status())) << result.status();
  EXPECT_TRUE(absl::IsUnavailable(WaitForPing(*opened.store)));
  EXPECT_TRUE(absl::IsUnavailable(opened.store->directory()->GetUser({"", "alice"}).status()));
  EXPECT_LT(absl::Now() - begun, absl::Seconds(1)) << "at once";
  server().Start();
  AwaitAnswer(opened);
  // Lookups are answered before changes are heard of.
  opened.tap->AwaitAllChanged(1);
  Add(opened, "alice");
  EXPECT_NE(Find(opened, "alice"), nullptr);
  EXPECT_TRUE(WaitForPing(*opened.store).ok());
}

TEST_F(PostgresqlStartupTest, AdministersAgainAfterTheServerWasRestarted) {
  OpenedStore opened = Open();
  Add(opened, "alice");
  server().Stop();
  EXPECT_TRUE(absl::IsUnavailable(opened.store->directory()->GetUser({"", "alice"}).status()));
  server().Start();
  EXPECT_TRUE(opened.store->directory()->GetUser({"", "alice"}).ok());
  EXPECT_TRUE(opened.store->directory()->UpdateUser({"", "alice"}, {.disabled = true}).ok());
}

TEST_F(PostgresqlStartupTest, AdministersWithinItsLimitOfTimeWhereTheServerHangs) {
  OpenedStore opened = Open();
  Add(opened, "alice");
  server().Pause();
  const absl::Time begun = absl::Now();
  EXPECT_FALSE(opened.store->directory()->UpdateUser({"", "alice"}, {.disabled = true}).ok());
  EXPECT_LT(absl::Now() - begun, absl::Seconds(10));
  server().Resume();
  EXPECT_TRUE(opened.store->directory()->UpdateUser({"", "alice"}, {.disabled = true}).ok());
  EXPECT_TRUE(Find(opened, "alice")->disabled);
}

TEST_F(PostgresqlStartupTest, GoesOnToTheNextServerWhereOneIsSilent) {
  // It takes connections, and says nothing.
  const int silent = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  ASSERT_EQ(bind(silent, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(getsockname(silent, reinterpret_cast<sockaddr*>(&address), &size), 0);
  ASSERT_EQ(listen(silent, 8), 0);

  v1::PostgresqlStore settings = SettingsWithPassword("sallyport", "sesame");
  settings.set_connection(absl::StrReplaceAll(
      settings.connection(), {{"host=127.0.0.1", "host=a,b"},
                              {"hostaddr=127.0.0.1", "hostaddr=127.0.0.1,127.0.0.1"},
                              {"port=", absl::StrCat("port=", ntohs(address.sin_port), ",")}}));
  PostgresqlOptions options = QuickPostgresqlOptions(settings);
  options.connect_timeout = absl::Milliseconds(500);
  OpenedStore opened = OpenPostgresqlStore(std::move(options));
  ASSERT_NE(opened.store, nullptr);
  AwaitAnswer(opened);
  close(silent);
}

}  // namespace
}  // namespace sallyport::server
