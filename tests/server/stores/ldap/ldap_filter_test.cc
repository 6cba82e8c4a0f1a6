#include "server/stores/ldap/ldap_filter.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/stores/ldap/ldap_naming.h"

namespace sallyport::server {
namespace {

using namespace std::string_literals;

LdapFilter Filter(const std::string& text) {
  const auto filter = LdapFilter::Create(text);
  EXPECT_TRUE(filter.ok()) << filter.status();
  return filter.value_or(LdapFilter());
}

std::string FilledWith(const std::string& user) {
  return Filter("(uid={user})").Fill({.user = user});
}

absl::Status NamingOf(const std::string& filter, bool per_tenant = false) {
  return LdapNaming::Create(Filter(filter), per_tenant).status();
}

TEST(LdapFilter, AValueStaysOneValueWhateverIsInIt) {
  EXPECT_EQ(FilledWith("alice"), "(uid=alice)");
  EXPECT_EQ(FilledWith("*"), "(uid=\\2A)");
  EXPECT_EQ(FilledWith(")(uid=*"), "(uid=\\29\\28uid=\\2A)");
  EXPECT_EQ(FilledWith("a\0b"s), "(uid=a\\00b)");
  EXPECT_EQ(FilledWith("\\2a"), "(uid=\\5C2a)");
  EXPECT_EQ(FilledWith("j\xc3\xbcrgen"), "(uid=j\\C3\\BCrgen)");
  EXPECT_EQ(FilledWith(""), "(uid=)");
}

TEST(LdapFilter, APlaceInAValueIsNotFilledAgain) {
  const std::string filled =
      Filter("(&(uid={user})(o={tenant})(member={dn}))")
          .Fill({.user = "{tenant}", .tenant = "{dn}", .dn = "cn=a\\2Cb,{user}"});
  EXPECT_EQ(filled, "(&(uid={tenant})(o={dn})(member=cn=a\\5C2Cb,{user}))");
}

TEST(LdapFilter, RefusesWhatIsNoFilter) {
  for (const std::string& text :
       {""s, "uid={user}"s, "(uid={user}"s, "()"s, "(uid={user})(cn=x)"s, "(uid=\\zz{user})"s,
        "(!(uid={user})(cn=x))"s, "(uid={user})\0"s}) {
    EXPECT_EQ(LdapFilter::Create(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(LdapNaming, TakesFiltersThatCompareTheNameByEquality) {
  for (const char* filter :
       {"(uid={user})", "(&(objectClass=person)(uid={user}))", "(|(uid={user})(mail={user}))",
        "(mail={user}@example.org)", "(cn;lang-en=svc-{user})", "(&(ou=*)(2.5.4.3={user}))"}) {
    EXPECT_TRUE(NamingOf(filter).ok()) << filter;
  }
  EXPECT_TRUE(NamingOf("(&(uid={user})(o={tenant}))", true).ok());
}

TEST(LdapNaming, RefusesFiltersThatDoNot) {
  for (const char* filter :
       {"(uid=*)", "(uid={user}*)", "(uid=*{user})", "(uid~={user})", "(uid>={user})",
        "(uid:caseExactMatch:={user})", "(uid=\\41{user})", "(uid={user}{user})",
        "(&(uid={user})(cn={user}*))", "(uid={user}{dn})", "(&(uid={user})(o={tenant}))"}) {
    EXPECT_EQ(NamingOf(filter).code(), absl::StatusCode::kInvalidArgument) << filter;
  }
  for (const char* filter : {"(uid={user})", "(uid={user}{tenant})", "(mail={user}@{tenant})",
                             "(&(uid={user})(o={tenant}*))"}) {
    EXPECT_EQ(NamingOf(filter, true).code(), absl::StatusCode::kInvalidArgument) << filter;
  }
}

class JudgedEntry : public testing::Test {
 protected:
  LdapNaming::Verdict Judge(const std::string& filter, const std::string& user,
                            const std::string& tenant = "") {
    const auto naming = LdapNaming::Create(Filter(filter), !tenant.empty());
    EXPECT_TRUE(naming.ok()) << naming.status();
    return naming->Judge(entry_, user, tenant);
  }

  LdapEntry entry_{"uid=alice,dc=test"};
};

TEST_F(JudgedEntry, HasTheNameByteForByteInOneOfTheAttributes) {
  entry_.Add("UID", Secret("alice"));
  entry_.Add("uid", Secret("al"));
  entry_.Add("mail", Secret("a@example.org"));
  EXPECT_EQ(Judge("(uid={user})", "alice"), LdapNaming::Verdict::kSame);
  EXPECT_EQ(Judge("(Uid={user})", "al"), LdapNaming::Verdict::kSame);
  for (const char* other : {"Alice", "alice ", "a", "", "a@example.org"}) {
    EXPECT_EQ(Judge("(uid={user})", other), LdapNaming::Verdict::kOther) << other;
  }
  EXPECT_EQ(Judge("(|(uid={user})(mail={user}))", "a@example.org"), LdapNaming::Verdict::kSame);
  EXPECT_EQ(Judge("(mail={user}@example.org)", "a"), LdapNaming::Verdict::kSame);
  EXPECT_EQ(Judge("(mail={user}@example.org)", "A"), LdapNaming::Verdict::kOther);
}

TEST_F(JudgedEntry, IsNotBelievedWhereItShowsNoName) {
  entry_.Add("cn", Secret("alice"));
  EXPECT_EQ(Judge("(uid={user})", "alice"), LdapNaming::Verdict::kHidden);
  entry_.Add("uid", Secret("alice"));
  EXPECT_EQ(Judge("(&(uid={user})(o={tenant}))", "alice", "blue"), LdapNaming::Verdict::kHidden);
}

TEST_F(JudgedEntry, IsOfTheTenantByteForByte) {
  entry_.Add("uid", Secret("alice"));
  entry_.Add("o", Secret("blue"));
  EXPECT_EQ(Judge("(&(uid={user})(o={tenant}))", "alice", "blue"), LdapNaming::Verdict::kSame);
  EXPECT_EQ(Judge("(&(uid={user})(o={tenant}))", "alice", "Blue"), LdapNaming::Verdict::kOther);
}

}  // namespace
}  // namespace sallyport::server
