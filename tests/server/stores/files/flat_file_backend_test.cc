#include "server/stores/files/flat_file_backend.h"

#include <sys/stat.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "tests/kerberos/child_process.h"
#include "tests/server/stores/files/user_files.h"
#include "tests/server/tokens/log_tap.h"

namespace sallyport::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr char kSha[] = "{SHA}W8r/fyL/UzygmbNAjq2HbA67qac=";  // open sesame

class FlatFileBackend : public UserFiles {
 protected:
  absl::Status Open(bool with_groups = false, absl::Duration period = absl::Milliseconds(1)) {
    v1::FileStore settings;
    settings.set_path(Path("users"));
    if (with_groups) settings.set_groups_path(Path("groups"));
    auto backend = CreateFlatFileBackend(settings, "main", false, changes_, period);
    if (!backend.ok()) return backend.status();
    backend_ = *std::move(backend);
    return absl::OkStatus();
  }
  void OpenWith(const std::string& content) {
    Put("users", content);
    ASSERT_EQ(Open(), absl::OkStatus());
  }
  void Htpasswd(const std::string& options, const std::string& user, const std::string& password) {
    ASSERT_EQ(RunProgram({"/usr/bin/htpasswd", "-b" + options, Path("users"), user, password}, {}),
              absl::OkStatus());
  }
};

TEST_F(FlatFileBackend, TakesWhatHtpasswdWrites) {
  Htpasswd("cB", "bcrypt", "open sesame");
  Htpasswd("5", "sha512", "open sesame");
  Htpasswd("2", "sha256", "open sesame");
  Htpasswd("s", "sha1", "open sesame");
  ASSERT_EQ(Open(), absl::OkStatus());
  for (const char* user : {"bcrypt", "sha512", "sha256", "sha1"}) {
    EXPECT_TRUE(Takes(user, "open sesame")) << user;
    EXPECT_FALSE(Takes(user, "open sesam")) << user;
    EXPECT_EQ(Find(user)->authentication_id, user);
  }
  EXPECT_EQ(Find("nobody"), nullptr);
  EXPECT_EQ(Ping(), absl::OkStatus());

  // A password is replaced, and the tool writes into the file that is there.
  Htpasswd("B", "sha1", "another");
  changes_.AwaitThat([&] { return Takes("sha1", "another"); });
  EXPECT_FALSE(Takes("sha1", "open sesame"));
  EXPECT_TRUE(Takes("bcrypt", "open sesame"));
  ASSERT_EQ(RunProgram({"/usr/bin/htpasswd", "-D", Path("users"), "sha256"}, {}), absl::OkStatus());
  changes_.AwaitThat([&] { return Find("sha256") == nullptr; });
}

TEST_F(FlatFileBackend, SaysWhichLinesItSkipsAndWhatToDo) {
  LogTap log;
  Htpasswd("cm", "apr1", "open sesame");
  Htpasswd("d", "des", "s3cret");
  Htpasswd("p", "plain", "s3cret");
  Htpasswd("s", "good", "open sesame");
  ASSERT_EQ(Open(), absl::OkStatus());
  const std::string first = log.AwaitLine("not taken");
  EXPECT_THAT(first, HasSubstr(Path("users") + ":1\""));
  EXPECT_THAT(first, HasSubstr("htpasswd does with -B"));
  const std::string second = log.AwaitLine("not taken");
  EXPECT_THAT(second, HasSubstr(Path("users") + ":2\""));
  EXPECT_THAT(second, HasSubstr("traditional DES"));
  const std::string third = log.AwaitLine("not taken");
  EXPECT_THAT(third, HasSubstr(Path("users") + ":3\""));
  EXPECT_THAT(third, Not(HasSubstr("s3cret")));
  // They are known, so that no other store is asked about them.
  for (const char* user : {"apr1", "des", "plain"}) EXPECT_TRUE(HasNoCredential(user)) << user;
  EXPECT_TRUE(Takes("good", "open sesame"));
}

TEST_F(FlatFileBackend, ReadsPasswdAndShadow) {
  OpenWith(absl::StrCat(
      "# the accounts of a broker\r\n\r\n"
      "root:x:0:0:root:/root:/bin/sh\n"
      "daemon:*:19000:0:99999:7:::\n"
      "alice:$5$rounds=1000$.eP7vzdOEADdBF6W$2QQ7tQruGQ9JE7JDGbWHPI7GsLJPkDlDT0NnhRZeVjB:19000:0:"
      "99999:7:::\r\n"
      "locked:",
      kSha, "\nlocked:!", kSha, "\n"));
  EXPECT_TRUE(HasNoCredential("root"));
  EXPECT_TRUE(Find("daemon")->disabled);
  EXPECT_TRUE(Takes("alice", "open sesame"));
  EXPECT_TRUE(Find("locked")->disabled);
  EXPECT_FALSE(Takes("locked", "open sesame"));
  EXPECT_EQ(Find("# the accounts of a broker"), nullptr);
}

TEST_F(FlatFileBackend, LinesOfOneNameAreAllGood) {
  OpenWith(absl::StrCat("alice:", kSha, "\nbob:", kSha, "\nalice:{CLEARTEXT}two:2 \n"));
  EXPECT_TRUE(Takes("alice", "open sesame"));
  EXPECT_TRUE(Takes("alice", "two:2 "));
  EXPECT_FALSE(Takes("alice", "two"));
  EXPECT_FALSE(Takes("bob", "two:2 "));
}

TEST_F(FlatFileBackend, KeepsNamesAndPasswordsAsSaslprepLeavesThem) {
  LogTap log;
  OpenWith(absl::StrCat("ju\xcc\x88rgen:{CLEARTEXT}pa\xcc\x88ss\nIX:", kSha,
                        "\n\xe2\x85\xa8:{CLEARTEXT}nine\nbad\x01:", kSha, "\nbad\xff:", kSha,
                        "\n\xc2\xad:", kSha, "\nbob:{CLEARTEXT}\xc2\xad\n"));
  EXPECT_TRUE(Takes("j\xc3\xbcrgen", "p\xc3\xa4ss"));
  EXPECT_EQ(Find("ju\xcc\x88rgen"), nullptr);
  // Whoever was another user elsewhere is not made the same here.
  EXPECT_TRUE(Takes("IX", "open sesame"));
  EXPECT_FALSE(Takes("IX", "nine"));
  EXPECT_THAT(log.AwaitLine("not taken"), HasSubstr("spelled otherwise"));
  for (int line = 4; line <= 6; ++line) {
    const std::string told = log.AwaitLine("not taken");
    EXPECT_THAT(told, HasSubstr(absl::StrCat("users:", line, "\"")));
    EXPECT_THAT(told, HasSubstr("choose another"));
  }
  EXPECT_THAT(log.AwaitLine("not taken"), HasSubstr("users:7"));
  EXPECT_TRUE(HasNoCredential("bob"));
}

// As if it had been read while it was written.
TEST_F(FlatFileBackend, TakesNoPasswordThatMayBeCut) {
  OpenWith(absl::StrCat("alice:{CLEARTEXT}whole\nbob:{CLEARTEXT}who"));
  EXPECT_TRUE(Takes("alice", "whole"));
  EXPECT_TRUE(HasNoCredential("bob"));
  Put("users", absl::StrCat("bob:{CLEARTEXT}whole\nalice:", kSha));
  changes_.AwaitThat([&] { return Takes("bob", "whole"); });
  EXPECT_TRUE(Takes("alice", "open sesame"));
}

TEST_F(FlatFileBackend, NoticesEveryChange) {
  OpenWith("user:{CLEARTEXT}0\n");
  for (int i = 1; i < 10; ++i) {
    // Of the same size, and at the same time as far as the file system's clock tells.
    for (int j = 1; j < 10; ++j) {
      Overwrite("users", absl::StrCat("user:{CLEARTEXT}", j, "\n"));
    }
    Overwrite("users", absl::StrCat("user:{CLEARTEXT}", i, "\n"));
    changes_.AwaitThat([&] { return Takes("user", std::to_string(i)); });
  }
}

TEST_F(FlatFileBackend, KeepsTheUsersOfAFileThatVanished) {
  LogTap log;
  OpenWith(absl::StrCat("alice:", kSha, "\n"));
  std::filesystem::remove(Path("users"));
  const std::string told = log.AwaitLine("users not read");
  EXPECT_THAT(told, HasSubstr("cannot read " + Path("users")));
  EXPECT_TRUE(Takes("alice", "open sesame"));
  EXPECT_EQ(Ping().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(Ping().message()), HasSubstr(Path("users")));
  Put("users", absl::StrCat("bob:", kSha, "\n"));
  changes_.AwaitThat([&] { return Find("alice") == nullptr; });
  EXPECT_TRUE(Takes("bob", "open sesame"));
  EXPECT_EQ(Ping(), absl::OkStatus());
}

TEST_F(FlatFileBackend, KeepsTheUsersWhereTheFileCannotBeRead) {
  LogTap log;
  OpenWith(absl::StrCat("alice:", kSha, "\n"));
  std::filesystem::remove(Path("users"));
  std::filesystem::create_directory(Path("users"));
  std::string told = log.AwaitLine("users not read");
  while (told.find("regular") == std::string::npos) told = log.AwaitLine("users not read");
  EXPECT_TRUE(Takes("alice", "open sesame"));
  std::filesystem::remove(Path("users"));
  // Nobody writes into it.
  ASSERT_EQ(mkfifo(Path("users").c_str(), 0600), 0);
  Put("users", std::string((64 << 20) + 1, '#'));
  while (told.find("more than") == std::string::npos) told = log.AwaitLine("users not read");
  EXPECT_TRUE(Takes("alice", "open sesame"));
  EXPECT_FALSE(Ping().ok());
}

TEST_F(FlatFileBackend, PutsUsersIntoTheirGroups) {
  LogTap log;
  Put("users", absl::StrCat("alice:", kSha, "\nbob:", kSha, "\n"));
  Put("groups",
      "# who may\nadmins: alice  bob\treaders\nwriters:alice ghost\n\nadmins: alice\nx\n:bob\n"
      "z:b\x01\n");
  ASSERT_EQ(Open(true), absl::OkStatus());
  EXPECT_THAT(Find("alice")->groups, ElementsAre("admins", "writers"));
  EXPECT_THAT(Find("bob")->groups, ElementsAre("admins"));
  EXPECT_EQ(Find("ghost"), nullptr);
  for (const int line : {6, 7, 8}) {
    EXPECT_THAT(log.AwaitLine("not taken"), HasSubstr(absl::StrCat("groups:", line, "\"")));
  }
  Put("groups", "readers: bob\n");
  changes_.AwaitThat([&] { return Find("alice")->groups.empty(); });
  EXPECT_THAT(Find("bob")->groups, ElementsAre("readers"));
  // Who loses a group must not lose all of them because the file is not there.
  std::filesystem::remove(Path("groups"));
  EXPECT_THAT(log.AwaitLine("users not read"), HasSubstr(Path("groups")));
  EXPECT_THAT(Find("bob")->groups, ElementsAre("readers"));
}

TEST_F(FlatFileBackend, WarnsOfAFileThatIsOpenToOthers) {
  LogTap log;
  Put("users", "");
  ASSERT_EQ(chmod(Path("users").c_str(), 0644), 0);
  ASSERT_EQ(Open(), absl::OkStatus());
  EXPECT_THAT(log.AwaitLine("open to every user"), HasSubstr(Path("users")));
}

TEST_F(FlatFileBackend, RefusesWhatCannotWork) {
  absl::Status status = Open();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("store main: cannot read " + Path("users")));
  Put("users", "");
  status = Open(true);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr(Path("groups")));
  v1::FileStore settings;
  EXPECT_EQ(CreateFlatFileBackend(settings, "main", false, changes_).status().message(),
            "store main: file.path is missing");
  settings.set_path(Path("users"));
  EXPECT_THAT(
      std::string(CreateFlatFileBackend(settings, "main", true, changes_).status().message()),
      HasSubstr("drop per_tenant"));
}

TEST_F(FlatFileBackend, ReadsAHundredThousandUsers) {
  std::string content;
  for (int i = 0; i < 100'000; ++i) {
    absl::StrAppend(&content, "user-", i,
                    ":SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXk"
                    "uLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=\n");
  }
  Put("users", content);
  const absl::Time start = absl::Now();
  ASSERT_EQ(Open(), absl::OkStatus());
  RecordProperty("milliseconds", absl::StrCat(absl::ToInt64Milliseconds(absl::Now() - start)));
  EXPECT_TRUE(Takes("user-0", "pencil"));
  EXPECT_TRUE(Takes("user-99999", "pencil"));
  EXPECT_EQ(Find("user-100000"), nullptr);
}

TEST_F(FlatFileBackend, RefusesMoreUsersThanItsBound) {
  std::string content;
  for (int i = 0; i <= 500'000; ++i) absl::StrAppend(&content, i, ":*\n");
  Put("users", content);
  EXPECT_THAT(std::string(Open().message()), HasSubstr("more than 500000 users"));
}

}  // namespace
}  // namespace sallyport::server
