#include "ctl/import/password_file.h"

#include "gmock/gmock.h"
#include "tests/ctl/import/told.h"
#include "tests/kerberos/child_process.h"

namespace sallyport::ctl {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kSha[] = "{SHA}W8r/fyL/UzygmbNAjq2HbA67qac=";  // open sesame

TEST(PasswordFile, TakesWhatHtpasswdWrites) {
  const std::string path = testing::TempDir() + "/htpasswd";
  for (const char* options : {"-bcB", "-b5", "-b2", "-bs", "-bm", "-bd"}) {
    ASSERT_EQ(
        RunProgram({"/usr/bin/htpasswd", options, path, std::string("user") + options, "sesame"},
                   {}),
        absl::OkStatus());
  }
  const Import import = ImportPasswordFile(ReadAll(path), "htpasswd");
  EXPECT_THAT(Names(import), ElementsAre("user-bcB", "user-b5", "user-b2", "user-bs"));
  for (const ImportedUser& user : import.users) {
    EXPECT_TRUE(Takes(user, "sesame")) << user.name;
    EXPECT_FALSE(Takes(user, "sesam")) << user.name;
  }
  EXPECT_EQ(import.users[1].place, "htpasswd:2");
  EXPECT_THAT(Problems(import),
              ElementsAre(HasSubstr("htpasswd:5: at position 1: the method $apr1$"),
                          HasSubstr("htpasswd:6: the credential names no scheme"),
                          HasSubstr("htpasswd:5: the user has no password"),
                          HasSubstr("htpasswd:6: the user has no password")));
}

TEST(PasswordFile, JoinsLinesOfOneName) {
  const Import import = ImportPasswordFile(
      absl::StrCat("# a file\r\n\r\nalice:", kSha, "\r\nbob:x:0\nalice:{CLEARTEXT}pa\xcc\x88:ss"),
      "f");
  EXPECT_THAT(Names(import), ElementsAre("alice"));
  EXPECT_EQ(import.users[0].place, "f:3");
  EXPECT_THAT(Texts(import.users[0]), ElementsAre(kSha, "{CLEARTEXT}p\xc3\xa4:ss"));
  EXPECT_FALSE(import.users[0].disabled);
}

TEST(PasswordFile, TakesALockedUserAsDisabled) {
  const Import import = ImportPasswordFile(
      absl::StrCat("alice:", kSha, "\nalice:!\nbob:!", kSha, "\ndaemon:*:1:2\n"), "f");
  EXPECT_THAT(Names(import), ElementsAre("alice", "bob", "daemon"));
  for (const ImportedUser& user : import.users) EXPECT_TRUE(user.disabled) << user.name;
  EXPECT_EQ(import.users[0].credentials.size(), 1u);
  // What is behind the lock is no credential.
  EXPECT_THAT(import.users[1].credentials, IsEmpty());
  EXPECT_THAT(import.users[2].credentials, IsEmpty());
  EXPECT_THAT(Problems(import), IsEmpty());
}

TEST(PasswordFile, TellsOfNamesThatCannotBe) {
  const Import import = ImportPasswordFile(
      absl::StrCat("a\x01:", kSha, "\nIX:", kSha, "\n\xe2\x85\xa8:", kSha, "\nnothing\n:x\n"), "f");
  EXPECT_THAT(Names(import), ElementsAre("IX"));
  EXPECT_EQ(import.users[0].credentials.size(), 1u);
  EXPECT_THAT(Problems(import),
              ElementsAre(HasSubstr("f:1: the name has characters"),
                          HasSubstr("f:3: SASLprep (RFC 4013) makes the name the same as that of "
                                    "f:2"),
                          HasSubstr("f:4: there is no ':'"), HasSubstr("f:5: there is no name")));
}

}  // namespace
}  // namespace sallyport::ctl
