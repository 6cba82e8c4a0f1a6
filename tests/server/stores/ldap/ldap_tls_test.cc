// To whom passwords are shown.

#include <gtest/gtest.h>
#include <stdlib.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/stores/ldap/ldap_connection.h"
#include "tests/client/test_certificates.h"
#include "tests/server/stores/ldap/ldap_directory.h"
#include "tests/server/stores/ldap/tcp_proxy.h"

namespace sallyport::server {
namespace {

// All of this holds although the environment would have no certificate checked: libldap
// reads it once.
[[maybe_unused]] const int kWeakened = setenv("LDAPTLS_REQCERT", "never", /*overwrite=*/1);

// A server that is known by the address 127.0.0.1, or by `name`.
class LdapTlsTest : public testing::TestWithParam<bool> {
 protected:
  void Serve(const std::string& name) {
    const client::PemPair certificate = authority_.Issue(name);
    directory_ = std::make_unique<LdapDirectory>(&certificate);
    directory_->Change(Person("alice", "wonderland"));
    settings_ = directory_->Settings();
    settings_.clear_start_tls();
    if (!StartsTls()) settings_.set_urls(0, directory_->slapd().tls_url());
    Trust(authority_);
  }

  bool StartsTls() const { return GetParam(); }

  void Trust(const client::TestAuthority& authority) {
    settings_.mutable_tls()->set_ca_file(
        client::WriteFile(absl::StrCat("ca", ++files_), authority.certificate()));
  }

  // Whoever is not trusted is an outage, and learns neither names nor passwords.
  void ExpectNothingIsSaid() {
    const int binds = directory_->slapd().Logged(" BIND ");
    const auto backend = OpenLdap(settings_);
    const LookupResult result = WaitForRead(*backend, "alice");
    EXPECT_TRUE(absl::IsUnavailable(result.status())) << result.status();
    EXPECT_EQ(Ask(backend->decoy_verifier({}), "secret"), PasswordAnswer::kUnavailable);
    EXPECT_EQ(directory_->slapd().Logged(" BIND "), binds);
    EXPECT_EQ(directory_->slapd().Logged(" SRCH "), 0);
  }

  client::TestAuthority authority_;
  std::unique_ptr<LdapDirectory> directory_;
  v1::LdapStore settings_;
  int files_ = 0;
};

TEST_P(LdapTlsTest, IsSpokenBeforeAnythingElse) {
  Serve("127.0.0.1");
  const auto backend = OpenLdap(settings_);
  const auto account = MustRead(*backend, "alice");
  EXPECT_EQ(Ask(account->password_verifier, "wonderland"), PasswordAnswer::kRight);
  EXPECT_EQ(Ask(account->password_verifier, "guess"), PasswordAnswer::kWrong);
  EXPECT_GE(directory_->slapd().Logged("TLS established"), 2);
  EXPECT_EQ(directory_->slapd().Logged(" STARTTLS") > 0, StartsTls());
}

TEST_P(LdapTlsTest, IsNotSpokenWithWhomAnotherAuthorityVouchesFor) {
  Serve("127.0.0.1");
  const client::TestAuthority another;
  Trust(another);
  ExpectNothingIsSaid();
}

TEST_P(LdapTlsTest, IsNotSpokenWithWhomTheSystemsAuthoritiesDoNotKnow) {
  Serve("127.0.0.1");
  settings_.mutable_tls()->clear_ca_file();
  ExpectNothingIsSaid();
}

TEST_P(LdapTlsTest, IsNotSpokenWithAnotherHost) {
  Serve("directory.example");
  ExpectNothingIsSaid();
}

TEST_P(LdapTlsTest, IsSpokenWithAnybodyWhereTheSettingsSaySo) {
  Serve("directory.example");
  const client::TestAuthority another;
  Trust(another);
  settings_.mutable_tls()->set_insecure_skip_verify(true);
  EXPECT_EQ(MustRead(*OpenLdap(settings_), "alice")->authentication_id, "alice");
}

TEST_P(LdapTlsTest, TakesFilesThatAreOfUse) {
  Serve("127.0.0.1");
  settings_.mutable_tls()->set_ca_file(client::WriteFile("empty", "no certificate\n"));
  EXPECT_NE(WhyRefused(settings_).find("tls"), std::string::npos);
  settings_.mutable_tls()->set_ca_file("/nonexistent/ca.pem");
  const std::string why = WhyRefused(settings_);
  EXPECT_NE(why.find("tls.ca_file"), std::string::npos) << why;
  EXPECT_NE(why.find("/nonexistent/ca.pem"), std::string::npos) << why;
}

INSTANTIATE_TEST_SUITE_P(StartTls, LdapTlsTest, testing::Values(true));
INSTANTIATE_TEST_SUITE_P(Ldaps, LdapTlsTest, testing::Values(false));

TEST(LdapConnectionTest, IsNeverOpenedAgainByItself) {
  client::TestAuthority authority;
  const client::PemPair certificate = authority.Issue("127.0.0.1");
  LdapDirectory directory(&certificate);
  directory.Change(Person("alice", "wonderland"));
  TcpProxy proxy(directory.slapd().port());
  const auto url = ParseLdapUrl(absl::StrCat("ldap://127.0.0.1:", proxy.port()), true);
  ASSERT_TRUE(url.ok()) << url.status();
  const LdapTls tls = {.ca_file = client::WriteFile("ca", authority.certificate())};
  const auto deadline = [] { return absl::Now() + absl::Seconds(5); };
  auto connection = LdapConnection::Open(*url, tls, deadline());
  ASSERT_TRUE(connection.ok()) << connection.status();
  proxy.CloseAll();
  for (int i = 0; i < 3; ++i) {
    const LdapReply reply = connection->Bind(DnOf("alice"), Secret("wonderland"), deadline());
    EXPECT_TRUE(reply.failed()) << reply.message;
  }
  EXPECT_EQ(proxy.accepted(), 1);
  EXPECT_EQ(proxy.sent().find("wonderland"), std::string::npos);
}

TEST(LdapStartTls, IsNotGivenUpWhereTheServerHasNone) {
  LdapDirectory directory;
  v1::LdapStore settings = directory.Settings();
  settings.clear_start_tls();
  const std::string why = WhyRefused(settings);
  EXPECT_NE(why.find("start_tls"), std::string::npos) << why;
  EXPECT_EQ(directory.slapd().Logged(" SRCH "), 0);
  EXPECT_EQ(directory.slapd().Logged("cn=searcher"), 0);
}

}  // namespace
}  // namespace sallyport::server
