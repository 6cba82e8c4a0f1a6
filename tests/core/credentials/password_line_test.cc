#include "core/credentials/password_line.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/credentials/pencil_credentials.h"

namespace sallyport {
namespace {

using testing::HasSubstr;

// The credential in the text form of credential.h; of one that cannot be used, the error.
std::string Told(const absl::StatusOr<Credential>& credential) {
  if (credential.ok()) return FormatCredential(*credential);
  EXPECT_EQ(credential.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(credential.status().message());
}

std::string Credentials(const std::string& line) {
  const absl::StatusOr<PasswordLine> parsed = ParsePasswordLine(line);
  if (!parsed.ok()) return absl::StrCat("no line: ", parsed.status().message());
  EXPECT_EQ(parsed->credential.has_value(), !parsed->locked);
  return parsed->locked ? "locked" : Told(*parsed->credential);
}

TEST(PasswordLine, HoldsEveryForm) {
  for (const PencilCredential& form : kPencilCredentials) {
    const auto parsed = ParsePasswordLine(absl::StrCat("j doe@x:", form.text));
    ASSERT_TRUE(parsed.ok()) << form.text;
    EXPECT_EQ(parsed->name, "j doe@x");
    EXPECT_FALSE(parsed->locked);
    EXPECT_EQ(Told(*parsed->credential), form.text);
  }
}

TEST(PasswordLine, HoldsABareHashOfCrypt) {
  for (const PencilCredential& form : kPencilCredentials) {
    const std::string text = form.text;
    if (!text.starts_with("{CRYPT}")) continue;
    EXPECT_EQ(Credentials("u:" + text.substr(7)), text);
    EXPECT_EQ(Credentials("u:" + text.substr(7) + ":19000:0:99999:7:::"), text);
  }
}

TEST(PasswordLine, EndsAtTheNextColonWhereACredentialHasNone) {
  const std::string sha = "{SHA}0vxRJJChUDZGC1SJQBQ51tpUB/o=";
  EXPECT_EQ(Credentials("u:" + sha + ":1000:1000::/home/u:/bin/sh"), sha);
  EXPECT_EQ(Credentials("u:" + sha + ":"), sha);
  EXPECT_EQ(Credentials("u:" + sha + " \t"), sha);
}

TEST(PasswordLine, TakesColonsIntoWhatMayHaveThem) {
  EXPECT_EQ(Credentials("u:{CLEARTEXT}a:b: c "), "{CLEARTEXT}a:b: c ");
  EXPECT_EQ(Credentials("u:{cleartext}::"), "{CLEARTEXT}::");
  const std::string scram =
      "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$"
      "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";
  EXPECT_EQ(Credentials("u:" + scram), scram);
  EXPECT_EQ(Credentials("u: " + scram + " "), scram);
  EXPECT_THAT(Credentials("u:" + scram + ":more"), HasSubstr("is not base64"));
}

TEST(PasswordLine, IsLockedByAMark) {
  for (const char* locked : {"u:!", "u:*", "u:!!", "u:!$6$salt$x:1:2",
                             "u:*:19000:0:99999:7:::", "u:!{CLEARTEXT}pencil"}) {
    EXPECT_EQ(Credentials(locked), "locked") << locked;
  }
}

// A password that somebody wrote as it is, and what an old file holds.
TEST(PasswordLine, TakesNoWordForAPassword) {
  for (const char* word : {"u:pencil", "u:x:0:0:root:/root:/bin/sh", "u:ZZKRwXSu3tt8s",
                           "u:realm:d41d8cd98f00b204e9800998ecf8427e", "u:pen cil:x$y"}) {
    EXPECT_THAT(Credentials(word), HasSubstr("{CLEARTEXT}<password>")) << word;
  }
  EXPECT_EQ(Credentials("u:pen$cil"), "at position 1: the scheme is unknown");
  EXPECT_EQ(Credentials("u:{pencil}"), "at position 1: the scheme is unknown");
  EXPECT_EQ(Credentials("u: {CLEARTEXT}pencil"), "at position 1: the scheme is unknown");
  EXPECT_EQ(Credentials("u:"), "there is no credential");
  EXPECT_EQ(Credentials("u::0:0"), "there is no credential");
  EXPECT_EQ(Credentials("u:  "), "there is no credential");
  EXPECT_EQ(Credentials("u:{CLEARTEXT}"), "at position 12: the password is empty");
}

TEST(PasswordLine, SaysWhatToDoAboutApachesOwnHash) {
  EXPECT_EQ(Credentials("u:$apr1$s6ZisKjN$Jq5H2PPPEEzDxuokVtbkB1"),
            "at position 1: the method $apr1$ is Apache's alone; set the password anew, as "
            "htpasswd does with -B, -5 or -2");
}

TEST(PasswordLine, NeedsAName) {
  EXPECT_THAT(Credentials("pencil"), HasSubstr("no ':' behind a name"));
  EXPECT_THAT(Credentials(":{CLEARTEXT}pencil"), HasSubstr("no name in front"));
}

TEST(PasswordLine, MaySayNothing) {
  for (const char* line : {"", " ", "\t ", "#", "# a:b", "#a:{CLEARTEXT}b"}) {
    EXPECT_TRUE(SaysNothing(line)) << line;
    EXPECT_FALSE(ParsePasswordLine(line).ok()) << line;
  }
  EXPECT_FALSE(SaysNothing(" #a:b"));
  EXPECT_FALSE(SaysNothing("a"));
}

}  // namespace
}  // namespace sallyport
