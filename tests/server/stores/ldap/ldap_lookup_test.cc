// Users as a directory has them, and what keeps one from being taken for another.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/server/stores/ldap/ldap_directory.h"

namespace sallyport::server {
namespace {

using namespace std::string_literals;

class LdapLookup : public testing::Test {
 protected:
  static void SetUpTestSuite() { directory_ = new LdapDirectory; }
  static void TearDownTestSuite() {
    delete directory_;
    directory_ = nullptr;
  }
  static LdapDirectory& directory() { return *directory_; }

  // One for all: each test has users of its own.
  static inline LdapDirectory* directory_ = nullptr;

  v1::LdapStore settings_ = directory().Settings();
};

TEST_F(LdapLookup, TakesAnyNameForAName) {
  directory().Change(Person("eve", "secret"));
  const auto backend = OpenLdap(settings_);
  for (const std::string& name :
       {"*"s, "e*"s, ")(uid=*"s, "eve)(|(uid=*"s, "eve\0"s, "eve\0)"s, "\0"s, "\\65ve"s, "eve\\"s,
        "("s, "\xff\xfe"s, std::string(5000, 'e')}) {
    const LookupResult result = WaitForRead(*backend, name);
    ASSERT_TRUE(result.ok()) << result.status();
    EXPECT_EQ(*result, nullptr) << testing::PrintToString(name);
  }
  EXPECT_EQ(MustRead(*backend, "eve")->authentication_id, "eve");
}

TEST_F(LdapLookup, FindsNobodyUnderAnotherSpelling) {
  directory().Change(Person("Olivia Case", "secret"));
  const auto backend = OpenLdap(settings_);
  EXPECT_EQ(MustRead(*backend, "Olivia Case")->authentication_id, "Olivia Case");
  for (const char* name : {"olivia case", "Olivia  Case", " Olivia Case", "OLIVIA CASE"}) {
    const LookupResult result = WaitForRead(*backend, name);
    ASSERT_TRUE(result.ok()) << result.status();
    EXPECT_EQ(*result, nullptr) << name;
  }
}

TEST_F(LdapLookup, NeverPicksOneOfSeveralEntries) {
  directory().Change(Person("twin1", "first", "description: x\nmail: twin@test\n"));
  directory().Change(Person("twin2", "second", "mail: twin@test\n"));
  settings_.set_filter("(mail={user})");
  const auto backend = OpenLdap(settings_);
  EXPECT_TRUE(absl::IsUnavailable(WaitForRead(*backend, "twin@test").status()));
  directory().Change(Person("twin3", "third", "mail: twin@test\n"));
  EXPECT_TRUE(absl::IsUnavailable(WaitForRead(*backend, "twin@test").status()));
  directory().Change(absl::StrCat("dn: ", DnOf("twin1"), "\nchangetype: delete\n\ndn: ",
                                  DnOf("twin2"), "\nchangetype: delete\n\n"));
  EXPECT_EQ(MustRead(*backend, "twin@test")->authentication_id, "twin@test");
}

TEST_F(LdapLookup, DoesNotTakeHiddenNamesForNoName) {
  directory().Change(Person("carol", "secret"));
  // Nobody may read it, but everybody may compare with it.
  settings_.set_filter("(&(uid={user})(userPassword=*))");
  settings_.set_bind_dn("cn=reader,dc=test");
  *settings_.mutable_bind_password() =
      directory().Settings(v1::LDAP_PASSWORDS_READ).bind_password();
  EXPECT_EQ(MustRead(*OpenLdap(settings_), "carol")->authentication_id, "carol");
  settings_.set_filter("(entryDN:distinguishedNameMatch:={user})");
  EXPECT_NE(WhyRefused(settings_).find("filter: "), std::string::npos);
}

TEST_F(LdapLookup, SearchesOnlyOneLevelWhereItIsToldTo) {
  directory().Change(
      "dn: ou=below,ou=people,dc=test\nobjectClass: organizationalUnit\nou: below\n\n"
      "dn: uid=deep,ou=below,ou=people,dc=test\nobjectClass: inetOrgPerson\n"
      "uid: deep\ncn: deep\nsn: deep\nuserPassword: secret\n\n");
  EXPECT_EQ(MustRead(*OpenLdap(settings_), "deep")->authentication_id, "deep");
  settings_.set_scope(v1::LDAP_SCOPE_ONE_LEVEL);
  EXPECT_EQ(*WaitForRead(*OpenLdap(settings_), "deep"), nullptr);
}

TEST_F(LdapLookup, FollowsNoAlias) {
  directory().Change(Person("target", "secret"));
  directory().Change(
      "dn: uid=other,ou=groups,dc=test\nobjectClass: alias\n"
      "objectClass: extensibleObject\nuid: other\naliasedObjectName: " +
      DnOf("target") + "\n\n");
  settings_.set_base_dn("ou=groups,dc=test");
  EXPECT_EQ(*WaitForRead(*OpenLdap(settings_), "target"), nullptr);
}

TEST_F(LdapLookup, KnowsGroupsByAttributesAndBySearches) {
  directory().Change(Person("gina", "secret", "departmentNumber: 42\nou: cn=by dn,dc=test\n"));
  directory().Change(absl::StrCat("dn: cn=operators,ou=groups,dc=test\nobjectClass: groupOfNames\n",
                                  "cn: operators\nmember: ", DnOf("gina"), "\n\n",
                                  "dn: cn=posix,ou=groups,dc=test\nobjectClass: posixGroup\n",
                                  "cn: posix\ngidNumber: 1\nmemberUid: gina\n\n"));
  for (const char* attribute : {"memberOf", "departmentNumber", "ou"}) {
    settings_.add_group_attributes(attribute);
  }
  settings_.set_group_base_dn("ou=groups,dc=test");
  settings_.set_group_filter("(|(member={dn})(memberUid={user}))");
  std::vector<std::string> groups = MustRead(*OpenLdap(settings_), "gina")->groups;
  std::sort(groups.begin(), groups.end());
  EXPECT_EQ(groups, (std::vector<std::string>{"42", "by dn", "operators", "posix"}));
}

TEST_F(LdapLookup, HandsOnOneValueUnderOurName) {
  directory().Change(Person("anna", "secret", "mail: anna@test\njpegPhoto:: gICA\n"));
  (*settings_.mutable_attributes())["MAIL"] = "email";
  (*settings_.mutable_attributes())["mobile"] = "phone";
  (*settings_.mutable_attributes())["jpegPhoto"] = "photo";
  const auto account = MustRead(*OpenLdap(settings_), "anna");
  EXPECT_EQ(account->attributes, (std::map<std::string, std::string>{{"email", "anna@test"}}));
}

TEST_F(LdapLookup, SeesWhoIsLockedOrOver) {
  directory().Change(Person("locked", "secret"));
  directory().Change(
      absl::StrCat("dn: ", DnOf("locked"), "\nchangetype: modify\n",
                   "add: pwdAccountLockedTime\npwdAccountLockedTime: 000001010000Z\n\n"));
  directory().Change(Person("over", "secret", "objectClass: shadowAccount\nshadowExpire: 10\n"));
  const auto backend = OpenLdap(settings_);
  EXPECT_TRUE(MustRead(*backend, "locked")->disabled);
  EXPECT_EQ(MustRead(*backend, "over")->expires_at, absl::FromUnixSeconds(864'000));
}

TEST_F(LdapLookup, RefusesToStartWithWhatTheServerSaysIsWrong) {
  v1::LdapStore wrong = settings_;
  wrong.set_base_dn("ou=nowhere,dc=test");
  std::string why = WhyRefused(wrong);
  EXPECT_NE(why.find("base_dn: "), std::string::npos) << why;
  EXPECT_NE(why.find("No such object"), std::string::npos) << why;

  wrong = settings_;
  wrong.set_group_base_dn("ou=nowhere,dc=test");
  wrong.set_group_filter("(member={dn})");
  why = WhyRefused(wrong);
  EXPECT_NE(why.find("group_base_dn: "), std::string::npos) << why;

  wrong = settings_;
  wrong.set_bind_dn("cn=nobody,dc=test");
  why = WhyRefused(wrong);
  EXPECT_NE(why.find("bind_dn"), std::string::npos) << why;
  EXPECT_NE(why.find("Invalid credentials"), std::string::npos) << why;

  wrong = settings_;
  wrong.clear_bind_dn();
  wrong.clear_bind_password();
  EXPECT_NE(WhyRefused(wrong).find("base_dn: "), std::string::npos) << "nobody may see it";
}

}  // namespace
}  // namespace sallyport::server
