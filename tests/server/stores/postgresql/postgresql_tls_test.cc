// The PostgreSQL store over TLS.

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/match.h"
#include "tests/client/test_certificates.h"
#include "tests/server/stores/postgresql/postgresql_store.h"
#include "tests/server/stores/wait_for_lookup.h"

namespace sallyport::server {
namespace {

class PostgresqlTlsTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    PostgresqlServer& server = PostgresqlServer::Shared();
    authority_ = new client::TestAuthority;
    const client::PemPair pair = authority_->Issue("localhost");
    server.Restart({{"ssl", "on"},
                    {"ssl_cert_file", server.Write("server.crt", pair.certificate)},
                    {"ssl_key_file", server.Write("server.key", pair.key)}});
  }
  static void TearDownTestSuite() { delete authority_; }

  OpenedStore Open(const std::string& host, const std::string& authority) {
    v1::PostgresqlStore settings = PostgresqlSettings(
        absl::StrCat(
            server_.TcpConnection(host),
            " user=sallyport sslmode=verify-full sslrootcert=", server_.Write("ca.crt", authority)),
        "sallyport");
    settings.mutable_password()->set_file(server_.Write("password", "sesame"));
    return OpenPostgresqlStore(QuickPostgresqlOptions(settings));
  }
  // The store starts, since the server may be mended, and answers nobody.
  static void ExpectRefusal(OpenedStore opened, const std::string& why) {
    ASSERT_NE(opened.store, nullptr);
    const LookupResult result = WaitForLookup(*opened.store, "", "alice");
    EXPECT_TRUE(absl::IsUnavailable(result.status())) << result.status();
    EXPECT_TRUE(absl::StrContains(std::string(result.status().message()), why)) << result.status();
  }

  static client::TestAuthority* authority_;
  PostgresqlServer& server_ = PostgresqlServer::Shared();
};

client::TestAuthority* PostgresqlTlsTest::authority_ = nullptr;

TEST_F(PostgresqlTlsTest, SpeaksToAServerWhoseCertificateItsAuthorityVouchesFor) {
  OpenedStore opened = Open("localhost", authority_->certificate());
  NewUser user{.key = {"", "alice"}, .groups = {std::string(60'000, 'g')}};
  ASSERT_TRUE(opened.store->directory()->AddUser(user).ok());
  // Larger than a TLS record.
  const LookupResult result = WaitForLookup(*opened.store, "", "alice");
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ((*result)->groups, user.groups);
  opened.tap->AwaitChanged({"", "alice"}, 2);
  EXPECT_EQ(server_.Query("SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)"
                          " WHERE application_name = 'sallyport'"),
            "t");
}

TEST_F(PostgresqlTlsTest, RefusesAServerOfAnotherAuthority) {
  const client::TestAuthority other;
  ExpectRefusal(Open("localhost", other.certificate()), "SSL error");
}

TEST_F(PostgresqlTlsTest, RefusesAServerOfAnotherName) {
  ExpectRefusal(Open("db.example", authority_->certificate()), "does not match host name");
}

}  // namespace
}  // namespace sallyport::server
