#include "server/stores/files/directory_backend.h"

#include <sys/stat.h>

#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/server/stores/files/user_files.h"
#include "tests/server/tokens/log_tap.h"

namespace sallyport::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr char kSha[] = "{SHA}W8r/fyL/UzygmbNAjq2HbA67qac=";  // open sesame

class DirectoryBackend : public UserFiles {
 protected:
  absl::Status Open(bool per_tenant = false) {
    v1::DirectoryStore settings;
    settings.set_path(folder_);
    auto backend =
        CreateDirectoryBackend(settings, "main", per_tenant, changes_, absl::Milliseconds(1));
    if (!backend.ok()) return backend.status();
    backend_ = *std::move(backend);
    return absl::OkStatus();
  }
};

TEST_F(DirectoryBackend, HasAFileForEachUser) {
  Put("alice", kSha);
  Put("bob", absl::StrCat("# two\n\n", kSha, "\r\n{CLEARTEXT}a:b \n"));
  Put("b%2Fc%25%C3%a4", "{CLEARTEXT}pw");
  Put("nothing", "");
  ASSERT_EQ(Open(), absl::OkStatus());
  EXPECT_TRUE(Takes("alice", "open sesame"));
  EXPECT_TRUE(Takes("bob", "open sesame"));
  EXPECT_TRUE(Takes("bob", "a:b "));
  EXPECT_TRUE(Takes("b/c%\xc3\xa4", "pw"));
  EXPECT_TRUE(HasNoCredential("nothing"));
  EXPECT_EQ(Find("b%2Fc%25%C3%a4"), nullptr);
  EXPECT_EQ(Find("carol"), nullptr);
  EXPECT_EQ(Ping(), absl::OkStatus());

  Put("alice", "{CLEARTEXT}another");
  changes_.AwaitThat([&] { return Takes("alice", "another"); });
  EXPECT_FALSE(Takes("alice", "open sesame"));
  Overwrite("alice", "{CLEARTEXT}written\n");
  changes_.AwaitThat([&] { return Takes("alice", "written"); });
  std::filesystem::remove(Path("alice"));
  changes_.AwaitThat([&] { return Find("alice") == nullptr; });
  Put("carol", kSha);
  changes_.AwaitThat([&] { return Takes("carol", "open sesame"); });
}

TEST_F(DirectoryBackend, OverlooksWhatIsNoUsersFile) {
  Put("alice", kSha);
  Put("alice~", "{CLEARTEXT}old");
  Put(".alice", "{CLEARTEXT}old");
  std::filesystem::create_directory(Path("..2024"));
  Put("..2024/alice", "{CLEARTEXT}old");
  ASSERT_EQ(Open(), absl::OkStatus());
  for (const char* name : {"alice~", ".alice", "..2024", "..", "."}) {
    EXPECT_EQ(Find(name), nullptr) << name;
  }
  EXPECT_FALSE(Takes("alice", "old"));
}

TEST_F(DirectoryBackend, KnowsWhatElseIsSaidOfAUser) {
  Put("alice", absl::StrCat("group: admins\ngroup:night  shift \n", kSha,
                            "\nexpires: 2096-10-02T07:06:40Z\ngroup: writers\ngroup: admins\n"));
  Put("bob", absl::StrCat(kSha, "\ndisabled: true\n"));
  Put("carol", absl::StrCat("disabled: false\n", kSha));
  Put("alice-at-example", absl::StrCat("name: alice@ex\xc3\xa4mple \n", kSha));
  Put("dave", absl::StrCat("!", kSha));
  ASSERT_EQ(Open(), absl::OkStatus());
  const auto alice = Find("alice");
  EXPECT_EQ(alice->authentication_id, "alice");
  EXPECT_THAT(alice->groups, ElementsAre("admins", "night  shift", "writers"));
  EXPECT_EQ(alice->expires_at, absl::FromUnixSeconds(4'000'000'000));
  EXPECT_FALSE(alice->disabled);
  EXPECT_TRUE(Find("bob")->disabled);
  EXPECT_TRUE(Takes("carol", "open sesame"));
  EXPECT_TRUE(Takes("alice@ex\xc3\xa4mple", "open sesame"));
  EXPECT_EQ(Find("alice-at-example"), nullptr);
  EXPECT_TRUE(Find("dave")->disabled);
}

TEST_F(DirectoryBackend, SkipsACredentialThatItCannotUse) {
  LogTap log;
  Put("alice", absl::StrCat("{SSHA}broken\ns3cret\n", kSha, "\n"));
  ASSERT_EQ(Open(), absl::OkStatus());
  EXPECT_TRUE(Takes("alice", "open sesame"));
  EXPECT_THAT(log.AwaitLine("not taken"), HasSubstr(Path("alice") + ":1\""));
  const std::string told = log.AwaitLine("not taken");
  EXPECT_THAT(told, HasSubstr(Path("alice") + ":2\""));
  EXPECT_THAT(told, Not(HasSubstr("s3cret")));
}

TEST_F(DirectoryBackend, DisablesAUserOfWhomItCannotTellWhatIsMeant) {
  const std::map<std::string, std::string> lines = {
      {"typo", "disable: true"},
      {"word", "disabled: yes"},
      {"expiry", "expires: tomorrow"},
      {"date", "expires: 2096-10-02"},
      {"no-expiry", "expires:"},
      {"twice", "disabled: false\ndisabled: false"},
      {"group", "group: a\x01"},
      {"htpasswd", "alice:{CLEARTEXT}s3cret"},
      {"expiries", "expires: 2096-10-02T07:06:40Z\nexpires: 2097-10-02T07:06:40Z"},
  };
  for (const auto& [name, line] : lines) Put(name, absl::StrCat(kSha, "\n", line, "\n"));
  Put("fine", kSha);
  LogTap log;
  ASSERT_EQ(Open(), absl::OkStatus());
  for (const auto& [name, line] : lines) {
    EXPECT_TRUE(Find(name)->disabled) << name;
    const std::string told = log.AwaitLine("not taken");
    EXPECT_THAT(told, HasSubstr(absl::StrCat("/", name, ":")));
    EXPECT_THAT(told, HasSubstr("cannot log in until it is mended"));
    EXPECT_THAT(told, Not(HasSubstr("s3cret")));
  }
  EXPECT_TRUE(Takes("fine", "open sesame"));
}

TEST_F(DirectoryBackend, SkipsWhoseNameItCannotTell) {
  LogTap log;
  for (const char* entry : {"100%", "a%2", "b%zz", "c%01", "d%FF"}) Put(entry, kSha);
  Put("e", absl::StrCat("name: x\x01\n", kSha));
  Put("f", absl::StrCat("name: x\nname: y\n", kSha));
  Put("g", absl::StrCat("name:\n", kSha));
  ASSERT_EQ(Open(), absl::OkStatus());
  for (const char* entry : {"100%", "a%2", "b%zz", "c%01", "d%FF", "e", "f", "g"}) {
    EXPECT_THAT(log.AwaitLine("not taken"), HasSubstr(absl::StrCat("/", entry)));
  }
  for (const char* name : {"100%", "a%2", "b%zz", "c\x01", "d\xff", "e", "f", "g", "x", "y"}) {
    EXPECT_EQ(Find(name), nullptr) << name;
  }
}

TEST_F(DirectoryBackend, LetsNobodyInWhomTwoFilesName) {
  LogTap log;
  Put("alice", kSha);
  Put("other", absl::StrCat("name: alice\n", "{CLEARTEXT}other"));
  ASSERT_EQ(Open(), absl::OkStatus());
  EXPECT_TRUE(Find("alice")->disabled);
  EXPECT_TRUE(Find("alice")->credentials.empty());
  EXPECT_THAT(log.AwaitLine("not taken"), HasSubstr(Path("other")));
  std::filesystem::remove(Path("other"));
  changes_.AwaitThat([&] { return Takes("alice", "open sesame"); });
}

TEST_F(DirectoryBackend, LetsNobodyInWhoseFileItCannotRead) {
  LogTap log;
  Put("large", absl::StrCat(kSha, "\n", std::string(16 << 10, '#')));
  std::filesystem::create_directory(Path("a-folder"));
  ASSERT_EQ(mkfifo(Path("pipe").c_str(), 0600), 0);
  std::filesystem::create_symlink("nowhere", Path("dangling"));
  Put("fine", kSha);
  ASSERT_EQ(Open(), absl::OkStatus());
  for (const char* name : {"a-folder", "dangling", "large", "pipe"}) {
    EXPECT_TRUE(Find(name)->disabled) << name;
    EXPECT_THAT(log.AwaitLine("not taken"), HasSubstr(Path(name)));
  }
  EXPECT_TRUE(Takes("fine", "open sesame"));
}

TEST_F(DirectoryBackend, KeepsUsersApartByTenant) {
  LogTap log;
  std::filesystem::create_directory(Path("blue"));
  std::filesystem::create_directory(Path("a%2Fb"));
  std::filesystem::create_directory(Path("%"));
  Put("blue/alice", kSha);
  Put("a%2Fb/alice", "{CLEARTEXT}other");
  Put("alice", "{CLEARTEXT}nobody's");
  ASSERT_EQ(Open(true), absl::OkStatus());
  EXPECT_TRUE(Takes("alice", "open sesame", "blue"));
  EXPECT_EQ(Find("alice", "blue")->tenant, "blue");
  EXPECT_TRUE(Takes("alice", "other", "a/b"));
  EXPECT_FALSE(Takes("alice", "open sesame", "a/b"));
  EXPECT_EQ(Find("alice"), nullptr);
  EXPECT_EQ(Find("alice", "green"), nullptr);
  EXPECT_THAT(log.AwaitLine("not taken"), HasSubstr(Path("%")));
  EXPECT_THAT(log.AwaitLine("not taken"), HasSubstr("not a tenant's directory"));

  Put("blue/bob", kSha);
  changes_.AwaitThat([&] { return Takes("bob", "open sesame", "blue"); });
  std::filesystem::create_directory(Path("green"));
  Put("green/alice", "{CLEARTEXT}green");
  changes_.AwaitThat([&] { return Takes("alice", "green", "green"); });
}

TEST_F(DirectoryBackend, KeepsTheUsersOfADirectoryThatVanished) {
  LogTap log;
  Put("alice", kSha);
  ASSERT_EQ(Open(), absl::OkStatus());
  std::filesystem::rename(folder_, folder_ + ".away");
  EXPECT_THAT(log.AwaitLine("users not read"), HasSubstr("cannot list " + folder_));
  EXPECT_TRUE(Takes("alice", "open sesame"));
  EXPECT_EQ(Ping().code(), absl::StatusCode::kUnavailable);
  std::filesystem::rename(folder_ + ".away", folder_);
  changes_.AwaitThat([&] { return Ping().ok(); });
  EXPECT_TRUE(Takes("alice", "open sesame"));
}

TEST_F(DirectoryBackend, RefusesWhatCannotWork) {
  EXPECT_EQ(CreateDirectoryBackend({}, "main", false, changes_).status().message(),
            "store main: directory.path is missing");
  std::filesystem::remove(folder_);
  const absl::Status missing = Open();
  EXPECT_EQ(missing.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(missing.message()), HasSubstr("store main: cannot list " + folder_));
  std::ofstream(folder_) << kSha;
  EXPECT_THAT(std::string(Open().message()), HasSubstr("name a directory"));
}

}  // namespace
}  // namespace sallyport::server
