#include "server/stores/postgresql/postgresql_options.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"

namespace sallyport::server {
namespace {

v1::PostgresqlStore Settings(const std::string& connection) {
  v1::PostgresqlStore settings;
  settings.set_connection(connection);
  return settings;
}

TEST(PostgresqlOptions, HaveTheDocumentedDefaults) {
  const auto options = ReadPostgresqlOptions(Settings("host=db1,db2 dbname=users user=me"));
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->schema, "sallyport");
  EXPECT_EQ(options->connections, 2);
  EXPECT_TRUE(options->migrate);
  EXPECT_EQ(options->password, std::nullopt);
  EXPECT_EQ(options->where, "db1,db2/users");
  EXPECT_EQ(options->connect_timeout, absl::Seconds(5));
  EXPECT_EQ(options->keywords.at("target_session_attrs"), "primary");
  EXPECT_EQ(options->keywords.at("application_name"), "sallyport");
  EXPECT_EQ(options->keywords.at("client_encoding"), "UTF8");
}

TEST(PostgresqlOptions, TakeWhatTheConnectionStringSays) {
  const auto options = ReadPostgresqlOptions(
      Settings("postgresql://me@db1:5433/"
               "users?connect_timeout=9&tcp_user_timeout=1&client_encoding=LATIN1"));
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->connect_timeout, absl::Seconds(9));
  EXPECT_EQ(options->keywords.at("port"), "5433");
  EXPECT_EQ(options->keywords.at("tcp_user_timeout"), "1");
  // But not this: names are UTF-8.
  EXPECT_EQ(options->keywords.at("client_encoding"), "UTF8");
}

TEST(PostgresqlOptions, RefuseAPasswordInTheConnectionStringAndDoNotRepeatIt) {
  for (const char* connection :
       {"host=db password=simsim", "postgresql://me:simsim@db/users", "host=db sslpassword=simsim",
        "host=db password = 'simsim'",
        // These are not even connection strings.
        "host=db password=a simsim", "host=db passwrod=simsim", "password='simsim"}) {
    const absl::Status status = ReadPostgresqlOptions(Settings(connection)).status();
    const std::string message(status.message());
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << connection;
    EXPECT_FALSE(absl::StrContains(message, "simsim")) << message;
  }
}

TEST(PostgresqlOptions, RefuseWhatCannotWork) {
  for (const char* connection :
       {"host=db connect_timeout=0", "host=db connect_timeout=x", "host=db connect_timeout=301",
        "host=db sslrootcert=/nonexistent/ca.pem", "host=db sslcert=/nonexistent/cert.pem"}) {
    EXPECT_EQ(ReadPostgresqlOptions(Settings(connection)).status().code(),
              absl::StatusCode::kInvalidArgument)
        << connection;
  }
  v1::PostgresqlStore settings = Settings("host=db");
  settings.set_connections(65);
  EXPECT_EQ(ReadPostgresqlOptions(settings).status().code(), absl::StatusCode::kInvalidArgument);
  settings = Settings("host=db");
  settings.set_schema(std::string(64, 's'));
  EXPECT_EQ(ReadPostgresqlOptions(settings).status().code(), absl::StatusCode::kInvalidArgument);
  settings.set_schema(std::string(63, 's'));
  EXPECT_TRUE(ReadPostgresqlOptions(settings).ok());
}

}  // namespace
}  // namespace sallyport::server
