#include "ctl/import/ldif.h"

#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "tests/ctl/import/told.h"
#include "tests/kerberos/child_process.h"

namespace sallyport::ctl {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

Import Of(const std::string& ldif) { return ImportLdif(ldif, "f", {}); }

// A user; `more` is further lines.
std::string User(const std::string& name, const std::string& more) {
  return "dn: uid=" + name + ",dc=x\nobjectClass: account\nuid: " + name + "\n" + more + "\n";
}

// tests/ctl/import/directory.ldif, as OpenLDAP gives it back.
void ExpectTheDirectory(const Import& import, const std::string& file) {
  EXPECT_THAT(Names(import), ElementsAre("alice", "j\xc3\xbcrgen"));
  const ImportedUser alice = UserOf(import, "alice");
  EXPECT_TRUE(Takes(alice, "pencil"));
  EXPECT_FALSE(Takes(alice, "penci"));
  EXPECT_THAT(Texts(alice), UnorderedElementsAre("{SSHA}OuNMn6i3VdtwqB8eCPZInJ79I1DsO3r1",
                                                 HasSubstr("{CRYPT}$6$rounds=1000$saltsalt$")));
  EXPECT_THAT(alice.groups, UnorderedElementsAre("admins", "devs"));
  EXPECT_THAT(alice.attributes,
              ElementsAre(Pair("about",
                               "a long description that makes slapcat fold its line, "
                               "which happens after seventy-six columns"),
                          Pair("mail", "alice@example.org")));
  EXPECT_FALSE(alice.disabled);
  EXPECT_THAT(Texts(UserOf(import, "j\xc3\xbcrgen")), ElementsAre("{CLEARTEXT}plain pencil"));
  EXPECT_THAT(Problems(import), ElementsAre(HasSubstr(": at position 1: the scheme is unknown"),
                                            HasSubstr(": the user has no password"),
                                            HasSubstr(": the user has no password")))
      << file;
}

const LdifOptions kDirectoryOptions = {"uid", {{"mail", "mail"}, {"Description", "about"}}};

// The output of OpenLDAP 2.5.13's ldapsearch, with the overlay memberof.
TEST(Ldif, TakesWhatLdapsearchWrites) {
  const Import import =
      ImportLdif(ReadAll("tests/ctl/import/ldapsearch.ldif"), "ldapsearch.ldif", kDirectoryOptions);
  ExpectTheDirectory(import, "ldapsearch");
  EXPECT_EQ(UserOf(import, "alice").place, "ldapsearch.ldif:22");
}

TEST(Ldif, TakesWhatSlapcatWrites) {
  const std::string folder = testing::TempDir() + "/slapd";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder + "/db");
  std::ofstream(folder + "/slapd.conf")
      << "include /etc/ldap/schema/core.schema\ninclude /etc/ldap/schema/cosine.schema\n"
         "include /etc/ldap/schema/nis.schema\ninclude /etc/ldap/schema/inetorgperson.schema\n"
         "modulepath /usr/lib/ldap\nmoduleload back_mdb\ndatabase mdb\nsuffix dc=example,dc=org\n"
      << "directory " << folder << "/db\n";
  ASSERT_EQ(RunProgram({"/usr/sbin/slapadd", "-f", folder + "/slapd.conf", "-l",
                        "tests/ctl/import/directory.ldif"},
                       {}),
            absl::OkStatus());
  ASSERT_EQ(
      RunProgram(
          {"/usr/sbin/slapcat", "-f", folder + "/slapd.conf", "-l", folder + "/slapcat.ldif"}, {}),
      absl::OkStatus());
  ExpectTheDirectory(ImportLdif(ReadAll(folder + "/slapcat.ldif"), "slapcat", kDirectoryOptions),
                     "slapcat");
}

TEST(Ldif, ReadsEveryWayToWriteAValue) {
  const Import import =
      Of("version: 1\n# a comment\n that goes on: here\ndn:uid=a,dc=x\r\nUID:   a\r\n"
         "userpassword:: e0NMRUFS\r\n VEVYVH1w \r\n d::\n"
         "userPassword;x-old: {CLEARTEXT}old\n\n\n"
         "dn: uid=b,dc=x\nuid: b\nuserPassword: {CLEARTEXT}p\n  \n w\n# end\n\n"
         "dn: uid=c,dc=x\nuid: c\nuserPassword: {CLEARTEXT}last");
  EXPECT_THAT(Names(import), ElementsAre("b", "c"));
  EXPECT_THAT(Texts(import.users[0]), ElementsAre("{CLEARTEXT}p w"));
  EXPECT_THAT(Texts(import.users[1]), ElementsAre("{CLEARTEXT}last"));
  EXPECT_THAT(Problems(import), ElementsAre("f:6: the value is not base64"));

  const Import good =
      Of("dn:: dWlkPWEsZGM9eA==\nuid:: YQ==\nuserPassword:: e0NMRUFS\n VEVYVH1wdw==\n");
  EXPECT_THAT(Texts(UserOf(good, "a")), ElementsAre("{CLEARTEXT}pw"));
  EXPECT_THAT(Problems(good), IsEmpty());
}

TEST(Ldif, RefusesARecordThatItDoesNotUnderstand) {
  const std::string password = "userPassword: {CLEARTEXT}pw\n";
  const Import import =
      Of("version: 2\n\n" + User("change", "changetype: add\n" + password) +
         User("control", "control: 1.2.3\n" + password) +
         User("url", "userPassword:< file:///etc/passwd\n" + password) +
         User("word", password + "word\n") + "uid: nameless\n" + password + "\n" + " goes on\n" +
         User("behind", password) + User("good", password) + "dn: not a name\nuid: x\n" + password +
         "\n" + "dn: cn=g,dc=x\ncn: g\n" + password);
  EXPECT_THAT(Names(import), ElementsAre("good"));
  EXPECT_THAT(
      Problems(import),
      ElementsAre(
          "f:1: the version of LDIF is not 1", HasSubstr("f:6: this is a change"),
          HasSubstr("f:12: this is a change"), HasSubstr("f:18: the value is in another file"),
          HasSubstr("f:25: there is no ':'"), "f:27: the entry does not begin with dn:",
          "f:30: the line goes on with one that is not there", "f:41: the entry's dn is no DN",
          "f:45: the entry has a password and no uid, and is left out"));
}

TEST(Ldif, TakesPasswordsAsTheirAttributesSay) {
  const std::string scram =
      "SCRAM-SHA-1$4096:c2FsdHNhbHQ=$Fn1M1QXmUelgJVhpuC1vK4LoDVE=:U3rALh9JK8df+UhZaAHYGFsl/mw=";
  const Import import = Of(
      User("a", "userPassword: word\nuserPassword: {SSHA}broken\nauthPassword: " + scram + "\n") +
      User("b", "userPassword: $6$salt$hash\nuserPassword:\nuserPassword: " + scram + "\n") +
      User("c", "authPassword: {CLEARTEXT}pw\nauthPassword: pw\n") +
      User("d", "userPassword: {crypt}$1$saltsalt$wCrc3hcrR95SV83Xh8Z.41\n"));
  EXPECT_THAT(Names(import), ElementsAre("a", "b", "d"));
  EXPECT_THAT(Texts(import.users[0]), ElementsAre("{CLEARTEXT}word", scram));
  // Without braces it is a password in the clear, whatever it looks like.
  EXPECT_THAT(Texts(import.users[1]), ElementsAre("{CLEARTEXT}" + scram));
  EXPECT_TRUE(Takes(import.users[2], "pencil"));
  EXPECT_THAT(Problems(import),
              ElementsAre(HasSubstr("f:1: at position 7"), HasSubstr("f:8: a userPassword looks"),
                          "f:8: a userPassword is empty",
                          "f:15: an authPassword has the form of a userPassword",
                          "f:15: at position 1: the scheme is unknown",
                          HasSubstr("f:15: the user has no password")));
}

TEST(Ldif, DisablesWhomTheDirectoryHasLocked) {
  const std::string password = "userPassword: pw\n";
  const Import import = Of(User("a", password + "pwdAccountLockedTime: 000001010000Z\n") +
                           User("b", password + "nsAccountLock: TRUE\n") +
                           User("c", password + "nsaccountlock: false\n") +
                           User("d", password + "userAccountControl: 514\n") +
                           User("e", password + "userAccountControl: 512\n") +
                           User("f", password + "userAccountControl: none\n"));
  ASSERT_EQ(import.users.size(), 6u);
  EXPECT_TRUE(import.users[0].disabled);
  EXPECT_TRUE(import.users[1].disabled);
  EXPECT_FALSE(import.users[2].disabled);
  EXPECT_TRUE(import.users[3].disabled);
  EXPECT_FALSE(import.users[4].disabled);
  EXPECT_TRUE(import.users[5].disabled);
}

TEST(Ldif, FindsTheMembersOfGroups) {
  const std::string password = "userPassword: pw\n";
  const Import import = Of(
      "dn: cn=g1,dc=x\nobjectClass: groupOfNames\ncn: g1\nmember: UID=A , DC=x\nmember: "
      "nobody\n\n" +
      User("a", password + "memberOf: cn=g\\2C1,ou=groups,dc=x\nmemberOf: plain\n"
                           "memberOf: cn=g1,dc=x\n") +
      User("b", password) +
      "dn: cn=g2,dc=x\nobjectclass: GROUPOFUNIQUENAMES\ncn: g2\nuniqueMember: uid=b,dc=x\n\n"
      "dn: cn=g3,dc=x\nobjectClass: posixGroup\ncn: g3\nmemberUid: b\nmemberUid: A\nmemberUid:\n\n"
      "dn: cn=g4,dc=x\nobjectClass: posixGroup\nmemberUid: b\n\n");
  EXPECT_THAT(import.users[0].groups, ElementsAre("g,1", "plain", "g1"));
  EXPECT_THAT(import.users[1].groups, ElementsAre("g2", "g3"));
  EXPECT_THAT(Problems(import),
              ElementsAre("f:1: 1 members of the group are no DN, and are left out of it",
                          "f:32: the group has no cn, and is left out"));
}

TEST(Ldif, NamesUsersByTheAttributeThatIsChosen) {
  const std::string entry =
      "dn: uid=1,dc=x\nuid: 1\nmail: a@x\nmail: b@x\nuserPassword: pw\n"
      "title:: /w==\n\n"
      "dn: cn=g,dc=x\nobjectClass: posixGroup\ncn: g\nmemberUid: 1\n";
  const Import import =
      ImportLdif(entry, "f", {"Mail", {{"uid", "id"}, {"title", "t"}, {"none", "n"}}});
  EXPECT_THAT(Names(import), ElementsAre("a@x"));
  EXPECT_THAT(import.users[0].groups, ElementsAre("g"));
  EXPECT_THAT(import.users[0].attributes, ElementsAre(Pair("id", "1")));
  EXPECT_THAT(Problems(import),
              ElementsAre("f:1: the entry has more than one Mail, of which the first is used",
                          "f:1: the value of title is not plain text, and is left out"));
}

TEST(Ldif, TakesNoUserTwice) {
  const Import import =
      Of("dn: uid=a,dc=x\nuid: a\nuserPassword: 1\n\ndn: uid=a,dc=y\nuid: a\nuserPassword: 2\n\n"
         "dn: UID=A,dc=x\nuid: b\nuserPassword: 3\n\n");
  EXPECT_THAT(Names(import), ElementsAre("a"));
  EXPECT_THAT(Texts(import.users[0]), ElementsAre("{CLEARTEXT}1"));
  EXPECT_THAT(Problems(import),
              ElementsAre(HasSubstr("f:5: the user is the same as that of f:1"),
                          "f:9: the entry's dn is that of another, and it is left out"));
}

}  // namespace
}  // namespace sallyport::ctl
