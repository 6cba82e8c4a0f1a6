#include "server/admin/writable_stores.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sallyport::server {
namespace {

// Knows nobody, and may be written in name only.
class EmptyBackend : public StoreBackend, public UserDirectory {
 public:
  explicit EmptyBackend(bool writable) : writable_(writable) {}

  void Read(const UserKey&, LookupDone done) override { std::move(done)(nullptr); }
  void Ping(absl::AnyInvocable<void(absl::Status) &&> done) override {
    std::move(done)(absl::OkStatus());
  }
  UserDirectory* directory() override { return writable_ ? this : nullptr; }

  absl::StatusOr<UserRecord> AddUser(const NewUser&) override { return Nobody(); }
  absl::StatusOr<UserRecord> ReplaceCredentials(const UserKey&, const NewCredentials&) override {
    return Nobody();
  }
  absl::StatusOr<UserRecord> UpdateUser(const UserKey&, const UserChange&) override {
    return Nobody();
  }
  absl::StatusOr<UserRecord> ReplaceUser(const NewUser&) override { return Nobody(); }
  absl::StatusOr<UserRecord> EditUser(const UserKey&, Edit) override { return Nobody(); }
  absl::Status DeleteUser(const UserKey&) override { return Nobody(); }
  absl::StatusOr<UserRecord> GetUser(const UserKey&) override { return Nobody(); }
  absl::StatusOr<UserPage> ListUsers(std::string_view, int, std::string_view) override {
    return Nobody();
  }

 private:
  static absl::Status Nobody() { return absl::NotFoundError("nobody"); }

  const bool writable_;
};

std::shared_ptr<CredentialStore> Store(const std::string& name, bool writable) {
  auto store = CredentialStore::Create(
      {.name = name}, [&](StoreChanges&) { return std::make_unique<EmptyBackend>(writable); });
  EXPECT_TRUE(store.ok()) << store.status();
  return *std::move(store);
}

using Stores = std::vector<std::shared_ptr<CredentialStore>>;

TEST(FindWritableStore, FindsTheOnlyOneWithoutItsName) {
  const Stores stores = {Store("ldap", false), Store("local", true)};
  for (const char* name : {"", "local"}) {
    const auto found = FindWritableStore(stores, name);
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_EQ(*found, stores[1]);
  }
}

TEST(FindWritableStore, ListsThoseThatAreMeantByNoName) {
  const Stores stores = {Store("a", true), Store("ldap", false), Store("b", true)};
  const absl::Status status = FindWritableStore(stores, "").status();
  EXPECT_EQ(status, absl::InvalidArgumentError("name one of the stores: a, b"));
  EXPECT_EQ(*FindWritableStore(stores, "b"), stores[2]);
}

TEST(FindWritableStore, SaysWhyAStoreIsNotFound) {
  const Stores stores = {Store("local", true), Store("ldap", false)};
  EXPECT_EQ(FindWritableStore(stores, "other").status(),
            absl::InvalidArgumentError("there is no store 'other'; name one of: local"));
  EXPECT_EQ(FindWritableStore(stores, "ldap").status(),
            absl::InvalidArgumentError("this store cannot be written: 'ldap'; name one of: local"));
}

TEST(FindWritableStore, SaysThatNoneCanBeWritten) {
  for (const char* name : {"", "ldap", "other"}) {
    EXPECT_EQ(FindWritableStore(Stores{Store("ldap", false)}, name).status().code(),
              absl::StatusCode::kFailedPrecondition);
  }
}

}  // namespace
}  // namespace sallyport::server
