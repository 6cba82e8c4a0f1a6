#include "server/stores/sqlite_store.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "absl/synchronization/notification.h"
#include "core/credentials/credential.h"
#include "server/stores/sqlite_connection.h"
#include "tests/server/stores/credential_store_suite.h"
#include "tests/server/stores/wait_for_lookup.h"

namespace sallyport::server {
namespace {

std::string ScratchDirectory() {
  std::string path = testing::TempDir() + "storeXXXXXX";
  EXPECT_NE(mkdtemp(path.data()), nullptr);
  return path;
}

SqliteStoreOptions Options(const std::string& directory) {
  return {.name = "main", .path = directory + "/users.db", .tenant = "blue"};
}

StoreUnderTest MakeSqliteStore() {
  absl::StatusOr<std::unique_ptr<SqliteStore>> store =
      SqliteStore::Open(Options(ScratchDirectory()));
  EXPECT_TRUE(store.ok()) << store.status();
  std::shared_ptr<SqliteStore> owner = *std::move(store);
  return {owner, owner.get(), owner.get()};
}

INSTANTIATE_TEST_SUITE_P(Sqlite, CredentialStoreSuite, testing::Values(&MakeSqliteStore));

class SqliteStoreTest : public testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<SqliteStore>> TryOpen() { return SqliteStore::Open(options_); }
  std::unique_ptr<SqliteStore> Open() {
    auto store = TryOpen();
    EXPECT_TRUE(store.ok()) << store.status();
    return *std::move(store);
  }
  static void Add(SqliteStore& store, const std::string& name) {
    NewUser user{.name = name};
    user.credentials.push_back(Cleartext{Secret("pw")});
    EXPECT_TRUE(store.AddUser(user).ok());
  }
  void Execute(const std::string& sql) {
    auto connection = SqliteConnection::Open(options_.path, SqliteConnection::Access::kReadWrite);
    ASSERT_TRUE(connection.ok()) << connection.status();
    const absl::Status status = connection->Execute(sql);
    ASSERT_TRUE(status.ok()) << status;
  }
  static mode_t ModeOf(const std::string& path) {
    struct stat info {};
    EXPECT_EQ(stat(path.c_str(), &info), 0) << path;
    return info.st_mode & 0777;
  }

  const std::string directory_ = ScratchDirectory();
  SqliteStoreOptions options_ = Options(directory_);
};

TEST_F(SqliteStoreTest, KeepsUsersAndTheDecoyKeyOverARestart) {
  std::unique_ptr<SqliteStore> store = Open();
  Add(*store, "alice");
  ASSERT_TRUE(store->SetDisabled("alice", true).ok());
  const std::string decoy_key(store->decoy_key().view());
  EXPECT_EQ(decoy_key.size(), 32u);
  store.reset();
  store = Open();
  EXPECT_TRUE((*WaitForLookup(*store, "alice"))->disabled);
  EXPECT_EQ(store->decoy_key().view(), decoy_key);
}

TEST_F(SqliteStoreTest, DrawsADecoyKeyOfItsOwnForEachFile) {
  options_.path = directory_ + "/other.db";
  const std::string other(Open()->decoy_key().view());
  options_.path = directory_ + "/users.db";
  EXPECT_NE(Open()->decoy_key().view(), other);
}

TEST_F(SqliteStoreTest, KeepsItsFilesFromEverybodyElse) {
  options_.path = directory_ + "/new/users.db";
  const mode_t saved = umask(0);
  std::unique_ptr<SqliteStore> store = Open();
  Add(*store, "alice");
  umask(saved);
  EXPECT_EQ(ModeOf(directory_ + "/new"), 0700u);
  EXPECT_EQ(ModeOf(options_.path), 0600u);
  EXPECT_EQ(ModeOf(options_.path + "-wal"), 0600u);
  EXPECT_EQ(ModeOf(options_.path + "-shm"), 0600u);
}

TEST_F(SqliteStoreTest, RefusesAFileThatOthersCanRead) {
  Open();
  ASSERT_EQ(chmod(options_.path.c_str(), 0644), 0);
  const absl::Status status = TryOpen().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_NE(std::string(status.message()).find("chmod 600 " + options_.path), std::string::npos);
}

TEST_F(SqliteStoreTest, RefusesADirectoryInWhichOthersCanReplaceTheFile) {
  ASSERT_EQ(chmod(directory_.c_str(), 0777), 0);
  EXPECT_EQ(TryOpen().status().code(), absl::StatusCode::kFailedPrecondition);
  ASSERT_EQ(chmod(directory_.c_str(), 01777), 0);
  EXPECT_TRUE(TryOpen().ok());
}

TEST_F(SqliteStoreTest, RefusesAFileOfANewerRelease) {
  Open();
  Execute("PRAGMA user_version = 1000");
  EXPECT_EQ(TryOpen().status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(SqliteStoreTest, NamesAFileThatIsNoDatabase) {
  std::ofstream(options_.path) << std::string(8192, 'x');
  ASSERT_EQ(chmod(options_.path.c_str(), 0600), 0);
  const absl::Status status = TryOpen().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_NE(std::string(status.message()).find(options_.path), std::string::npos) << status;
}

TEST_F(SqliteStoreTest, SaysWhereItCannotCreateTheFile) {
  // Root may create any directory, but none inside of a file.
  const std::string file = directory_ + "/file";
  std::ofstream(file) << "taken";
  options_.path = file + "/users.db";
  const absl::Status status = TryOpen().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_NE(std::string(status.message()).find(file), std::string::npos);
  options_.path = directory_;
  EXPECT_EQ(TryOpen().status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(SqliteStoreTest, SkipsACredentialThatCannotBeParsed) {
  std::unique_ptr<SqliteStore> store = Open();
  Add(*store, "alice");
  Execute(
      "INSERT INTO credentials (user_id, secret, created_at) SELECT id, 'nonsense', 0 FROM users");
  const LookupResult result = WaitForLookup(*store, "alice");
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ((*result)->credentials.size(), 1u);
  const absl::StatusOr<UserRecord> record = store->GetUser("alice");
  ASSERT_TRUE(record.ok()) << record.status();
  ASSERT_EQ(record->credentials.size(), 2u);
  EXPECT_EQ(record->credentials[1].scheme, "UNREADABLE");
}

TEST_F(SqliteStoreTest, CarriesTheExpiryOfACredentialAndTheAttributes) {
  std::unique_ptr<SqliteStore> store = Open();
  Add(*store, "alice");
  Execute("UPDATE credentials SET expires_at = 5000000");
  Execute("UPDATE users SET attributes = '{\"team\": \"red\"}'");
  const LookupResult result = WaitForLookup(*store, "alice");
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ((*result)->credentials[0].expires_at, absl::FromUnixSeconds(5));
  EXPECT_EQ((*result)->attributes.at("team"), "red");
}

TEST_F(SqliteStoreTest, IsUnavailableWhereARowIsDamaged) {
  std::unique_ptr<SqliteStore> store = Open();
  Add(*store, "alice");
  Execute("UPDATE users SET groups = '[1]'");
  EXPECT_EQ(WaitForLookup(*store, "alice").status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(store->LookupCached("alice"), std::nullopt);
}

TEST_F(SqliteStoreTest, IsUnavailableWhereTheTablesAreGone) {
  std::unique_ptr<SqliteStore> store = Open();
  Execute("DROP TABLE credentials");
  EXPECT_EQ(WaitForLookup(*store, "alice").status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(SqliteStoreTest, NoticesAnotherProcessWithinTheTimeToLive) {
  options_.cache_ttl = absl::ZeroDuration();
  std::unique_ptr<SqliteStore> store = Open();
  Add(*store, "alice");
  EXPECT_FALSE((*WaitForLookup(*store, "alice"))->disabled);
  Execute("UPDATE users SET disabled = 1");
  EXPECT_EQ(store->LookupCached("alice"), std::nullopt);
  EXPECT_TRUE((*WaitForLookup(*store, "alice"))->disabled);
}

TEST_F(SqliteStoreTest, ShedsLookupsBeyondItsQueue) {
  options_.reader_threads = 1;
  options_.max_queued_lookups = 1;
  std::unique_ptr<SqliteStore> store = Open();
  absl::Notification held;
  absl::Notification release;
  absl::Notification second;
  // The only reader is held inside a callback, and one more lookup waits.
  store->Lookup("a", [&](LookupResult) {
    held.Notify();
    release.WaitForNotification();
  });
  held.WaitForNotification();
  store->Lookup("b", [&](LookupResult) { second.Notify(); });
  EXPECT_EQ(WaitForLookup(*store, "c").status().code(), absl::StatusCode::kResourceExhausted);
  release.Notify();
  second.WaitForNotification();
}

TEST_F(SqliteStoreTest, LooksUpWhileAWriterHoldsTheLock) {
  std::unique_ptr<SqliteStore> store = Open();
  Add(*store, "alice");
  auto other = SqliteConnection::Open(options_.path, SqliteConnection::Access::kReadWrite);
  ASSERT_TRUE(other.ok());
  absl::StatusOr<SqliteTransaction> writing = SqliteTransaction::Begin(*other);
  ASSERT_TRUE(writing.ok());
  EXPECT_NE(*WaitForLookup(*store, "alice"), nullptr);
}

TEST_F(SqliteStoreTest, RefusesSenselessOptions) {
  options_.reader_threads = 0;
  EXPECT_EQ(TryOpen().status().code(), absl::StatusCode::kInvalidArgument);
  options_ = {};
  EXPECT_EQ(TryOpen().status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace sallyport::server
