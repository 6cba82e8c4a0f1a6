// What a directory that is away, comes back, or closes connections does to logins.

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "tests/client/test_certificates.h"
#include "tests/server/stores/ldap/ldap_directory.h"
#include "tests/server/stores/ldap/tcp_proxy.h"

namespace sallyport::server {
namespace {

// Above the store's timeout, with time for a busy machine.
constexpr absl::Duration kLimit = absl::Seconds(10);

std::string UrlOf(int port) { return absl::StrCat("ldap://127.0.0.1:", port); }

class LdapOutage : public testing::Test {
 protected:
  LdapOutage() { directory_.Change(Person("alice", "wonderland")); }

  Slapd& slapd() { return directory_.slapd(); }

  void ExpectOutage(StoreBackend& backend) {
    const absl::Time begun = absl::Now();
    const LookupResult result = WaitForRead(backend, "alice");
    EXPECT_TRUE(absl::IsUnavailable(result.status())) << result.status();
    EXPECT_LT(absl::Now() - begun, kLimit);
  }

  // Asks until the backend answers again.
  std::shared_ptr<const Account> Await(StoreBackend& backend) {
    const absl::Time limit = absl::Now() + absl::Seconds(60);
    while (absl::Now() < limit) {
      LookupResult result = WaitForRead(backend, "alice");
      if (result.ok() && *result != nullptr) return *result;
      EXPECT_FALSE(result.ok());
      absl::SleepFor(absl::Milliseconds(5));
    }
    ADD_FAILURE() << "the store does not recover";
    return std::make_shared<Account>();
  }

  LdapDirectory directory_;
  v1::LdapStore settings_ = directory_.Settings();
};

TEST_F(LdapOutage, AConnectionThatWasClosedIsOpenedAnew) {
  TcpProxy proxy(slapd().port());
  settings_.set_urls(0, UrlOf(proxy.port()));
  settings_.set_connections(1);
  const auto backend = OpenLdap(settings_);
  const auto account = MustRead(*backend, "alice");
  EXPECT_EQ(Ask(account->password_verifier, "wonderland"), PasswordAnswer::kRight);
  EXPECT_EQ(proxy.accepted(), 2);
  proxy.CloseAll();
  EXPECT_EQ(MustRead(*backend, "alice")->authentication_id, "alice");
  EXPECT_EQ(Ask(account->password_verifier, "wonderland"), PasswordAnswer::kRight);
  EXPECT_EQ(Ask(account->password_verifier, "guess"), PasswordAnswer::kWrong);
  EXPECT_EQ(proxy.accepted(), 4);
}

TEST_F(LdapOutage, AConnectionIsReusedUntilItWasIdleForTooLong) {
  TcpProxy proxy(slapd().port());
  settings_.set_urls(0, UrlOf(proxy.port()));
  settings_.set_connections(1);
  auto backend = OpenLdap(settings_);
  for (int i = 0; i < 3; ++i) MustRead(*backend, "alice");
  EXPECT_EQ(proxy.accepted(), 1);
  settings_.mutable_max_idle()->set_nanos(1);
  backend = OpenLdap(settings_);
  for (int i = 0; i < 3; ++i) MustRead(*backend, "alice");
  EXPECT_GE(proxy.accepted(), 1 + 4);
}

TEST_F(LdapOutage, AnEmptyPasswordIsNotEvenSent) {
  TcpProxy proxy(slapd().port());
  settings_.set_urls(0, UrlOf(proxy.port()));
  const auto backend = OpenLdap(settings_);
  const auto account = MustRead(*backend, "alice");
  const size_t sent = proxy.sent().size();
  EXPECT_EQ(Ask(account->password_verifier, ""), PasswordAnswer::kWrong);
  EXPECT_EQ(proxy.sent().size(), sent);
  EXPECT_EQ(Ask(account->password_verifier, "wonderland"), PasswordAnswer::kRight);
  EXPECT_NE(proxy.sent().find("wonderland", sent), std::string::npos);
}

TEST_F(LdapOutage, AServerThatIsAwayAtTheStartIsNoMistake) {
  slapd().Stop();
  const auto backend = OpenLdap(settings_);
  ExpectOutage(*backend);
  EXPECT_EQ(Ask(backend->decoy_verifier({}), "guess"), PasswordAnswer::kUnavailable);
  ASSERT_TRUE(slapd().Restart().ok());
  EXPECT_EQ(Await(*backend)->authentication_id, "alice");
}

TEST_F(LdapOutage, AMistakeThatShowsLaterIsAnOutage) {
  slapd().Stop();
  settings_.set_base_dn("ou=nowhere,dc=test");
  const auto backend = OpenLdap(settings_);
  ASSERT_TRUE(slapd().Restart().ok());
  ExpectOutage(*backend);
}

TEST_F(LdapOutage, AServerThatIsGoneIsToldFromAWrongPassword) {
  const auto backend = OpenLdap(settings_);
  const auto account = MustRead(*backend, "alice");
  EXPECT_EQ(Ask(account->password_verifier, "wonderland"), PasswordAnswer::kRight);
  slapd().Stop();
  for (const char* password : {"wonderland", "guess"}) {
    EXPECT_EQ(Ask(account->password_verifier, password), PasswordAnswer::kUnavailable);
    EXPECT_EQ(Ask(backend->decoy_verifier({}), password), PasswordAnswer::kUnavailable);
  }
  ExpectOutage(*backend);
  ASSERT_TRUE(slapd().Restart().ok());
  EXPECT_EQ(Await(*backend)->authentication_id, "alice");
  const absl::Time limit = absl::Now() + kLimit;
  PasswordAnswer answer = PasswordAnswer::kUnavailable;
  while (answer == PasswordAnswer::kUnavailable && absl::Now() < limit) {
    answer = Ask(account->password_verifier, "wonderland");
  }
  EXPECT_EQ(answer, PasswordAnswer::kRight);
}

TEST_F(LdapOutage, AServerThatHangsCostsItsTimeOnceAndThenNothing) {
  const auto backend = OpenLdap(settings_);
  const auto account = MustRead(*backend, "alice");
  EXPECT_EQ(Ask(account->password_verifier, "wonderland"), PasswordAnswer::kRight);
  slapd().Freeze();
  ExpectOutage(*backend);
  const absl::Time begun = absl::Now();
  EXPECT_EQ(Ask(account->password_verifier, "wonderland"), PasswordAnswer::kUnavailable);
  EXPECT_LT(absl::Now() - begun, kLimit);
  // While it is left alone, nobody waits.
  const absl::Time again = absl::Now();
  EXPECT_EQ(Ask(account->password_verifier, "wonderland"), PasswordAnswer::kUnavailable);
  EXPECT_LT(absl::Now() - again, absl::Seconds(1));
  slapd().Thaw();
  EXPECT_EQ(Await(*backend)->authentication_id, "alice");
}

TEST_F(LdapOutage, AHangDuringTheStartOfTlsPasses) {
  client::TestAuthority authority;
  const client::PemPair certificate = authority.Issue("127.0.0.1");
  LdapDirectory directory(&certificate);
  directory.Change(Person("alice", "wonderland"));
  v1::LdapStore settings = directory.Settings();
  settings.clear_start_tls();
  settings.mutable_tls()->set_ca_file(client::WriteFile("ca", authority.certificate()));
  for (const std::string& url : {directory.slapd().url(), directory.slapd().tls_url()}) {
    settings.set_urls(0, url);
    directory.slapd().Freeze();
    const absl::Time begun = absl::Now();
    const auto backend = OpenLdap(settings);
    ExpectOutage(*backend);
    EXPECT_LT(absl::Now() - begun, kLimit) << url;
    directory.slapd().Thaw();
    EXPECT_EQ(Await(*backend)->authentication_id, "alice");
  }
}

TEST_F(LdapOutage, AnAnswerThatStopsHalfwayPasses) {
  client::TestAuthority authority;
  const client::PemPair certificate = authority.Issue("127.0.0.1");
  LdapDirectory directory(&certificate);
  directory.Change(Person("alice", "wonderland"));
  v1::LdapStore settings = directory.Settings();
  settings.set_connections(1);
  settings.mutable_tls()->set_ca_file(client::WriteFile("ca", authority.certificate()));
  for (const bool start_tls : {false, true}) {
    TcpProxy proxy(directory.slapd().port());
    settings.set_urls(0, UrlOf(proxy.port()));
    settings.set_start_tls(start_tls);
    const auto backend = OpenLdap(settings);
    const auto account = MustRead(*backend, "alice");
    EXPECT_EQ(Ask(account->password_verifier, "wonderland"), PasswordAnswer::kRight);
    proxy.StallAnswersAfter(7);
    ExpectOutage(*backend);
    const absl::Time begun = absl::Now();
    EXPECT_EQ(Ask(account->password_verifier, "wonderland"), PasswordAnswer::kUnavailable);
    EXPECT_LT(absl::Now() - begun, kLimit);
  }
}

TEST_F(LdapOutage, ServersAreTriedInTheirOrder) {
  LdapDirectory second;
  second.Change(Person("alice", "wonderland"));
  settings_.add_urls(second.slapd().url());
  const auto backend = OpenLdap(settings_);
  MustRead(*backend, "alice");
  EXPECT_EQ(second.slapd().Logged(" SRCH "), 0);
  slapd().Stop();
  EXPECT_EQ(MustRead(*backend, "alice")->authentication_id, "alice");
  EXPECT_GT(second.slapd().Logged(" SRCH "), 0);
}

TEST_F(LdapOutage, AServerThatHangsLeavesTimeForTheNext) {
  LdapDirectory second;
  second.Change(Person("alice", "wonderland"));
  settings_.add_urls(second.slapd().url());
  slapd().Freeze();
  const auto backend = OpenLdap(settings_);
  EXPECT_EQ(MustRead(*backend, "alice")->authentication_id, "alice");
}

TEST_F(LdapOutage, ThePasswordToSearchWithIsReadForEachConnection) {
  settings_.set_connections(1);
  const std::string file = client::WriteFile("password", "search\n");
  settings_.mutable_bind_password()->clear_env();
  settings_.mutable_bind_password()->set_file(file);
  const auto backend = OpenLdap(settings_);
  MustRead(*backend, "alice");
  directory_.Change(
      "dn: cn=searcher,dc=test\nchangetype: modify\nreplace: userPassword\n"
      "userPassword: changed\n\n");
  ASSERT_TRUE(slapd().Restart().ok());
  ExpectOutage(*backend);
  client::WriteFile("password", "changed\n");
  EXPECT_EQ(Await(*backend)->authentication_id, "alice");
}

TEST_F(LdapOutage, APingSaysWhatIsWrong) {
  const auto backend = OpenLdap(settings_);
  const auto ping = [&] {
    absl::Notification answered;
    absl::Status status;
    backend->Ping([&](absl::Status said) {
      status = std::move(said);
      answered.Notify();
    });
    answered.WaitForNotification();
    return status;
  };
  EXPECT_TRUE(ping().ok());
  slapd().Stop();
  const absl::Status status = ping();
  EXPECT_FALSE(status.ok());
  EXPECT_NE(status.message().find(slapd().url()), absl::string_view::npos) << status;
}

}  // namespace
}  // namespace sallyport::server
