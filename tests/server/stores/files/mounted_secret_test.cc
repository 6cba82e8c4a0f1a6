// A directory of users as Kubernetes mounts a Secret: "user -> ..data/user" and
// "..data -> ..<time>", which it swaps by renaming a link.

#include <atomic>
#include <map>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "server/stores/files/directory_backend.h"
#include "tests/server/stores/files/user_files.h"

namespace sallyport::server {
namespace {

namespace fs = std::filesystem;

// MountedSecret writes as the kubelet does.
class MountedSecret {
 public:
  explicit MountedSecret(const std::string& path) : path_(path) { fs::create_directories(path); }

  void Write(const std::map<std::string, std::string>& content) {
    const std::string version = absl::StrCat("..2024_06_01_12_00_00.", ++versions_);
    fs::create_directory(path_ / version);
    for (const auto& [name, text] : content) {
      std::ofstream(path_ / version / name) << text;
      fs::permissions(path_ / version / name, fs::perms(0640));
    }
    fs::create_symlink(version, path_ / "..data_tmp");
    fs::rename(path_ / "..data_tmp", path_ / "..data");
    for (const auto& [name, text] : content) {
      if (!fs::is_symlink(path_ / name)) {
        fs::create_symlink(fs::path("..data") / name, path_ / name);
      }
    }
    for (const auto& [name, text] : content_) {
      if (content.count(name) == 0) fs::remove(path_ / name);
    }
    if (!version_.empty()) fs::remove_all(path_ / version_);
    version_ = version;
    content_ = content;
  }

 private:
  const fs::path path_;
  int versions_ = 0;
  std::string version_;
  std::map<std::string, std::string> content_;
};

class MountedSecretTest : public UserFiles {
 protected:
  void Open(bool per_tenant) {
    v1::DirectoryStore settings;
    settings.set_path(folder_);
    auto backend =
        CreateDirectoryBackend(settings, "main", per_tenant, changes_, absl::Milliseconds(1));
    ASSERT_TRUE(backend.ok()) << backend.status();
    backend_ = *std::move(backend);
  }
};

TEST_F(MountedSecretTest, IsReadAndReadAgainWhenItIsSwapped) {
  MountedSecret secret(folder_);
  secret.Write({{"alice", "{CLEARTEXT}one"}, {"bob-at-b", "name: bob@b\n{CLEARTEXT}b"}});
  Open(false);
  EXPECT_TRUE(Takes("alice", "one"));
  EXPECT_TRUE(Takes("bob@b", "b"));
  EXPECT_EQ(Find("..data"), nullptr);
  EXPECT_EQ(Find("bob-at-b"), nullptr);
  secret.Write({{"alice", "{CLEARTEXT}two"}, {"carol", "{CLEARTEXT}c"}});
  changes_.AwaitThat([&] { return Takes("alice", "two"); });
  EXPECT_FALSE(Takes("alice", "one"));
  EXPECT_TRUE(Takes("carol", "c"));
  EXPECT_EQ(Find("bob@b"), nullptr);
}

// Each version is there as a whole: nobody is unknown in between, and what is in two
// files is never of two versions.
TEST_F(MountedSecretTest, IsNeverSeenHalfSwapped) {
  MountedSecret secret(folder_);
  const auto version = [](int i) {
    const std::string password = absl::StrCat("{CLEARTEXT}", i);
    return std::map<std::string, std::string>{{"a", password}, {"z", password}};
  };
  secret.Write(version(0));
  Open(false);
  std::atomic<bool> done = false;
  std::thread reader([&] {
    while (!done) {
      ASSERT_NE(Find("a"), nullptr);
      ASSERT_EQ(Find("a")->credentials.size(), 1u);
      ASSERT_NE(Find("z"), nullptr);
      ASSERT_EQ(Find("z")->credentials.size(), 1u);
      std::this_thread::yield();
    }
  });
  for (int i = 1; i <= 200; ++i) secret.Write(version(i));
  changes_.AwaitThat([&] { return Takes("a", "200"); });
  EXPECT_TRUE(Takes("z", "200"));
  done = true;
  reader.join();
}

// The kubelet makes the links after it has swapped the content.
TEST_F(MountedSecretTest, IsReadWhereTheLinksDoNotLeadThereYet) {
  MountedSecret secret(folder_);
  secret.Write({{"alice", "{CLEARTEXT}one"}});
  fs::remove(folder_ + "/alice");
  fs::create_symlink("..data/gone", folder_ + "/gone");
  Open(false);
  EXPECT_TRUE(Takes("alice", "one"));
  EXPECT_EQ(Find("gone"), nullptr);
}

TEST_F(MountedSecretTest, MayBeMountedForEachTenant) {
  MountedSecret blue(folder_ + "/blue");
  MountedSecret green(folder_ + "/green");
  blue.Write({{"alice", "{CLEARTEXT}blue"}});
  green.Write({{"alice", "{CLEARTEXT}green"}});
  Open(true);
  EXPECT_TRUE(Takes("alice", "blue", "blue"));
  EXPECT_TRUE(Takes("alice", "green", "green"));
  green.Write({{"alice", "{CLEARTEXT}grass"}});
  changes_.AwaitThat([&] { return Takes("alice", "grass", "green"); });
  EXPECT_TRUE(Takes("alice", "blue", "blue"));
}

}  // namespace
}  // namespace sallyport::server
