// What is read of an entry's values.

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "server/stores/ldap/ldap_credentials.h"
#include "server/stores/ldap/ldap_lockout.h"
#include "server/stores/ldap/ldap_text.h"

namespace sallyport::server {
namespace {

using namespace std::string_literals;

std::string SchemeOfValue(const std::string& attribute, const std::string& value) {
  const auto credential = ParseLdapCredential(attribute, value);
  return credential.ok() ? std::string(SchemeName(*credential)) : "";
}

TEST(LdapCredentials, ReadsTheSchemesOfBothAttributes) {
  EXPECT_EQ(SchemeOfValue("userPassword", "{SSHA}LYlYMxfyKDWNJgLJQ2/4JXnOuO+gsnk7MTlu8A=="),
            "SSHA");
  EXPECT_EQ(SchemeOfValue("userPassword", "{CLEARTEXT}secret"), "CLEARTEXT");
  const std::string scram =
      "SCRAM-SHA-256$4096:c2FsdHNhbHQ=$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:"
      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
  EXPECT_EQ(SchemeOfValue("authPassword", scram), "SCRAM-SHA-256");
  EXPECT_EQ(SchemeOfValue("userPassword", scram), "SCRAM-SHA-256");
}

TEST(LdapCredentials, TakesAUserPasswordWithoutASchemeForThePassword) {
  for (const char* text : {"secret", "pa$word", "a{b}", "$"}) {
    EXPECT_EQ(SchemeOfValue("userPassword", text), "CLEARTEXT") << text;
    EXPECT_EQ(SchemeOfValue("authPassword", text), "") << text;
  }
  const auto prepared = ParseLdapCredential("userPassword", "I\xc2\xadX");
  ASSERT_TRUE(prepared.ok());
  EXPECT_EQ(std::get<Cleartext>(*prepared).password.view(), "IX");
}

TEST(LdapCredentials, NeverTakesAHashForAPassword) {
  for (const char* text :
       {"$6$salt$hash", "$2y$05$abc", "SCRAM-SHA-256$4096:c2FsdA==$broken", "scram-sha-1 $x",
        "MD5$x$y", "{NOSUCH}x", "{SSHA}%%%", "{SSHA", "", "\xff\xfe", "\xc2\xad"}) {
    EXPECT_FALSE(ParseLdapCredential("userPassword", text).ok()) << text;
  }
  EXPECT_FALSE(ParseLdapCredential("userPassword", "a\0b"s).ok());
}

TEST(LdapCredentials, AnErrorTellsNothingOfTheValue) {
  const auto credential = ParseLdapCredential("userPassword", "$6$sesame$hash");
  EXPECT_EQ(credential.status().message().find("sesame"), std::string::npos);
}

std::optional<std::string> GroupOf(const std::string& value) {
  return LdapGroupName(Secret(value));
}

TEST(LdapGroupName, IsTheFirstComponentOfADn) {
  EXPECT_EQ(GroupOf("cn=admins,ou=groups,dc=test"), "admins");
  EXPECT_EQ(GroupOf("CN=Night Shift , ou=x"), "Night Shift");
  EXPECT_EQ(GroupOf("cn=a\\,b\\3Dc,dc=test"), "a,b=c");
  EXPECT_EQ(GroupOf("ou=z\\C3\\A9ro"), "z\xc3\xa9ro");
}

TEST(LdapGroupName, IsTheValueWhereThatIsNoDn) {
  EXPECT_EQ(GroupOf("admins"), "admins");
  EXPECT_EQ(GroupOf("night shift"), "night shift");
}

TEST(LdapGroupName, IsAlwaysText) {
  for (const std::string& value :
       {""s, "\xff"s, "a\0b"s, "cn=#04016E,dc=test"s, "cn=\\FF"s, "cn=a\\00b"s}) {
    EXPECT_EQ(GroupOf(value), std::nullopt) << value;
  }
}

class Lockout : public testing::Test {
 protected:
  Account Read(const char* attribute, const char* value, bool by_bind = true) {
    LdapEntry entry("uid=alice,dc=test");
    entry.Add(attribute, Secret(value));
    Account account;
    ReadLdapLockout(entry, by_bind, &account);
    return account;
  }
};

TEST_F(Lockout, KeepsOutWhomAnAdministratorLocked) {
  EXPECT_TRUE(Read("pwdAccountLockedTime", "000001010000Z").disabled);
  EXPECT_TRUE(Read("nsAccountLock", "TRUE").disabled);
  EXPECT_TRUE(Read("nsaccountlock", "true").disabled);
  EXPECT_FALSE(Read("nsAccountLock", "False").disabled);
}

TEST_F(Lockout, LeavesALockThatPassesToTheServerWhereThatIsAsked) {
  EXPECT_FALSE(Read("pwdAccountLockedTime", "20260101000000Z", /*by_bind=*/true).disabled);
  EXPECT_TRUE(Read("pwdAccountLockedTime", "20260101000000Z", /*by_bind=*/false).disabled);
}

TEST_F(Lockout, EndsAnAccountOnTheDay) {
  EXPECT_EQ(Read("shadowExpire", "20000").expires_at, absl::FromUnixSeconds(20000LL * 86400));
  EXPECT_EQ(Read("shadowExpire", "0").expires_at, absl::UnixEpoch());
  EXPECT_EQ(Read("shadowExpire", "-1").expires_at, std::nullopt);
  EXPECT_TRUE(Read("shadowExpire", "soon").disabled);
}

}  // namespace
}  // namespace sallyport::server
