// The suite, over files that are replaced as an operator does.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/stores/files/directory_backend.h"
#include "server/stores/files/flat_file_backend.h"
#include "tests/server/stores/credential_store_suite.h"

namespace sallyport::server {
namespace {

namespace fs = std::filesystem;
constexpr absl::Duration kPeriod = absl::Milliseconds(1);

class Folder {
 public:
  Folder() { EXPECT_NE(mkdtemp(path_.data()), nullptr); }
  ~Folder() { fs::remove_all(path_); }

  std::string Path(const std::string& name) const { return path_ + "/" + name; }
  void Put(const std::string& name, const std::string& content) const {
    std::ofstream(Path(".new")) << content;
    fs::permissions(Path(".new"), fs::perms(0600));
    fs::rename(Path(".new"), Path(name));
  }

 private:
  std::string path_ = testing::TempDir() + "filesXXXXXX";
};

// Waits until the store has read the user's credentials.
void AwaitUser(CredentialStore& store, const UserKey& user,
               const std::vector<Credential>& credentials) {
  const absl::Time limit = absl::Now() + absl::Seconds(30);
  const auto is_read = [&] {
    const LookupResult found = WaitForLookup(store, user.tenant, user.name);
    if (!found.ok() || *found == nullptr || (*found)->credentials.size() != credentials.size()) {
      return false;
    }
    for (size_t i = 0; i < credentials.size(); ++i) {
      if (FormatCredential((*found)->credentials[i].secret) != FormatCredential(credentials[i])) {
        return false;
      }
    }
    return true;
  };
  while (!is_read()) {
    ASSERT_LT(absl::Now(), limit) << "'" << user.name << "' was not read";
    absl::SleepFor(absl::Milliseconds(1));
  }
}

// What both have in common: `write` writes all users anew.
StoreUnderTest Under(std::shared_ptr<void> owner, CredentialStoreOptions options,
                     const CredentialStore::MakeBackend& make,
                     std::function<void(const std::map<UserKey, NewUser>&)> write) {
  auto users = std::make_shared<std::map<UserKey, NewUser>>();
  write(*users);
  auto store = CredentialStore::Create(std::move(options), make);
  EXPECT_TRUE(store.ok()) << store.status();
  StoreUnderTest under_test;
  under_test.owner = std::move(owner);
  under_test.store = *std::move(store);
  CredentialStore* const opened = under_test.store.get();
  under_test.add = [=](const NewUser& user) {
    (*users)[user.key] = user;
    write(*users);
    AwaitUser(*opened, user.key, user.credentials);
  };
  under_test.change = [=](const UserKey& user, const std::vector<Credential>& credentials) {
    (*users)[user].credentials = credentials;
    write(*users);
    AwaitUser(*opened, user, credentials);
  };
  under_test.notices_changes = true;
  under_test.has_attributes = false;
  return under_test;
}

StoreUnderTest MakeFlatFile() {
  auto folder = std::make_shared<Folder>();
  const auto write = [folder](const std::map<UserKey, NewUser>& users) {
    std::string lines;
    std::string groups;
    for (const auto& [key, user] : users) {
      for (const Credential& credential : user.credentials) {
        absl::StrAppend(&lines, key.name, ":", FormatCredential(credential), "\n");
      }
      if (user.disabled) absl::StrAppend(&lines, key.name, ":!\n");
      for (const std::string& group : user.groups) {
        absl::StrAppend(&groups, group, ": ", key.name, "\n");
      }
    }
    folder->Put("groups", groups);
    folder->Put("users", lines);
  };
  const auto make = [folder](StoreChanges& changes) {
    v1::FileStore settings;
    settings.set_path(folder->Path("users"));
    settings.set_groups_path(folder->Path("groups"));
    return CreateFlatFileBackend(settings, "main", false, changes, kPeriod);
  };
  StoreUnderTest under_test = Under(folder, {.name = "main"}, make, write);
  under_test.has_user_expiry = false;
  under_test.can_hold = [](std::string_view name) {
    return name.find(':') == std::string_view::npos && !name.starts_with('#');
  };
  return under_test;
}

std::string Encoded(const std::string& name) {
  std::string encoded;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte)) {
      encoded.push_back(c);
    } else {
      absl::StrAppend(&encoded, "%", absl::Hex(byte, absl::kZeroPad2));
    }
  }
  return encoded;
}

StoreUnderTest MakeDirectory(bool per_tenant) {
  auto folder = std::make_shared<Folder>();
  fs::create_directory(folder->Path("users"));
  const auto write = [folder](const std::map<UserKey, NewUser>& users) {
    for (const auto& [key, user] : users) {
      std::string lines = user.disabled ? "disabled: true\n" : "";
      for (const std::string& group : user.groups) absl::StrAppend(&lines, "group: ", group, "\n");
      if (user.expires_at.has_value()) {
        absl::StrAppend(&lines, "expires: ",
                        absl::FormatTime(absl::RFC3339_full, *user.expires_at, absl::UTCTimeZone()),
                        "\n");
      }
      for (const Credential& credential : user.credentials) {
        absl::StrAppend(&lines, FormatCredential(credential), "\n");
      }
      std::string place = "users/";
      if (!key.tenant.empty()) absl::StrAppend(&place, Encoded(key.tenant), "/");
      fs::create_directories(folder->Path(place));
      folder->Put(place + Encoded(key.name), lines);
    }
  };
  const auto make = [folder, per_tenant](StoreChanges& changes) {
    v1::DirectoryStore settings;
    settings.set_path(folder->Path("users"));
    return CreateDirectoryBackend(settings, "main", per_tenant, changes, kPeriod);
  };
  return Under(folder, {.name = "main", .per_tenant = per_tenant}, make, write);
}

StoreUnderTest MakeShared() { return MakeDirectory(false); }
StoreUnderTest MakePerTenant() { return MakeDirectory(true); }

INSTANTIATE_TEST_SUITE_P(FlatFile, CredentialStoreSuite, testing::Values(&MakeFlatFile));
INSTANTIATE_TEST_SUITE_P(Directory, CredentialStoreSuite, testing::Values(&MakeShared));
INSTANTIATE_TEST_SUITE_P(DirectoryPerTenant, CredentialStoreSuite, testing::Values(&MakePerTenant));

}  // namespace
}  // namespace sallyport::server
