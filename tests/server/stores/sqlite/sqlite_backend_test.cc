#include "server/stores/sqlite/sqlite_backend.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <string>

#include "core/credentials/credential.h"
#include "server/stores/sqlite/sqlite_connection.h"
#include "tests/server/stores/sqlite/sqlite_store.h"
#include "tests/server/stores/wait_for_lookup.h"

namespace sallyport::server {
namespace {

class SqliteBackendTest : public testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<CredentialStore>> TryOpen() {
    return TryOpenSqliteStore({.name = "main"}, path_);
  }
  std::unique_ptr<CredentialStore> Open() { return OpenSqliteStore({.name = "main"}, path_); }
  static void Add(CredentialStore& store, const std::string& name) {
    NewUser user{.key = {"", name}};
    user.credentials.push_back(Cleartext{Secret("pw")});
    EXPECT_TRUE(store.directory()->AddUser(user).ok());
  }
  void Execute(const std::string& sql) {
    auto connection = SqliteConnection::Open(path_, SqliteConnection::Access::kReadWrite);
    ASSERT_TRUE(connection.ok()) << connection.status();
    const absl::Status status = connection->Execute(sql);
    ASSERT_TRUE(status.ok()) << status;
  }
  static mode_t ModeOf(const std::string& path) {
    struct stat info {};
    EXPECT_EQ(stat(path.c_str(), &info), 0) << path;
    return info.st_mode & 0777;
  }

  const ScratchFolder scratch_;
  const std::string directory_ = scratch_.path();
  std::string path_ = directory_ + "/users.db";
};

TEST_F(SqliteBackendTest, KeepsUsersOverARestart) {
  std::unique_ptr<CredentialStore> store = Open();
  Add(*store, "alice");
  ASSERT_TRUE(store->directory()->UpdateUser({"", "alice"}, {.disabled = true}).ok());
  store.reset();
  store = Open();
  EXPECT_TRUE((*WaitForLookup(*store, "", "alice"))->disabled);
}

TEST_F(SqliteBackendTest, KeepsItsFilesFromEverybodyElse) {
  path_ = directory_ + "/new/users.db";
  const mode_t saved = umask(0);
  std::unique_ptr<CredentialStore> store = Open();
  Add(*store, "alice");
  umask(saved);
  EXPECT_EQ(ModeOf(directory_ + "/new"), 0700u);
  EXPECT_EQ(ModeOf(path_), 0600u);
  EXPECT_EQ(ModeOf(path_ + "-wal"), 0600u);
  EXPECT_EQ(ModeOf(path_ + "-shm"), 0600u);
}

TEST_F(SqliteBackendTest, RefusesAFileThatOthersCanRead) {
  Open();
  ASSERT_EQ(chmod(path_.c_str(), 0644), 0);
  const absl::Status status = TryOpen().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_NE(std::string(status.message()).find("chmod 600 " + path_), std::string::npos);
}

TEST_F(SqliteBackendTest, RefusesADirectoryInWhichOthersCanReplaceTheFile) {
  ASSERT_EQ(chmod(directory_.c_str(), 0777), 0);
  EXPECT_EQ(TryOpen().status().code(), absl::StatusCode::kFailedPrecondition);
  ASSERT_EQ(chmod(directory_.c_str(), 01777), 0);
  EXPECT_TRUE(TryOpen().ok());
}

TEST_F(SqliteBackendTest, RefusesAFileOfANewerRelease) {
  Open();
  Execute("PRAGMA user_version = 1000");
  EXPECT_EQ(TryOpen().status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(SqliteBackendTest, NamesAFileThatIsNoDatabase) {
  std::ofstream(path_) << std::string(8192, 'x');
  ASSERT_EQ(chmod(path_.c_str(), 0600), 0);
  const absl::Status status = TryOpen().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_NE(std::string(status.message()).find(path_), std::string::npos) << status;
}

TEST_F(SqliteBackendTest, SaysWhereItCannotCreateTheFile) {
  // Root may create any directory, but none inside of a file.
  const std::string file = directory_ + "/file";
  std::ofstream(file) << "taken";
  path_ = file + "/users.db";
  const absl::Status status = TryOpen().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_NE(std::string(status.message()).find(file), std::string::npos);
  path_ = directory_;
  EXPECT_EQ(TryOpen().status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(SqliteBackendTest, SkipsACredentialThatCannotBeParsed) {
  std::unique_ptr<CredentialStore> store = Open();
  Add(*store, "alice");
  Execute(
      "INSERT INTO credentials (user_id, secret, created_at) SELECT id, 'nonsense', 0 FROM users");
  const LookupResult result = WaitForLookup(*store, "", "alice");
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ((*result)->credentials.size(), 1u);
  const absl::StatusOr<UserRecord> record = store->directory()->GetUser({"", "alice"});
  ASSERT_TRUE(record.ok()) << record.status();
  ASSERT_EQ(record->credentials.size(), 2u);
  EXPECT_EQ(record->credentials[1].scheme, "UNREADABLE");
}

TEST_F(SqliteBackendTest, IsUnavailableWhereARowIsDamaged) {
  std::unique_ptr<CredentialStore> store = Open();
  Add(*store, "alice");
  Add(*store, "bob");
  for (const char* damage : {"groups = '[1]'", "groups = '{}'", "attributes = '{\"a\": 1}'",
                             "groups = 'x'", "attributes = '[]'"}) {
    Execute(std::string("UPDATE users SET groups = '[]', attributes = '{}' WHERE name = 'alice'"));
    EXPECT_TRUE(WaitForLookup(*store, "", "alice").ok());
    Execute(std::string("UPDATE users SET ") + damage + " WHERE name = 'alice'");
    store->Forget();
    EXPECT_EQ(WaitForLookup(*store, "", "alice").status().code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(store->LookupCached("", "alice"), std::nullopt);
  }
  EXPECT_TRUE(WaitForLookup(*store, "", "bob").ok());
  EXPECT_TRUE(WaitForPing(*store).ok());
}

TEST_F(SqliteBackendTest, IsUnavailableWhereTheTablesAreGone) {
  std::unique_ptr<CredentialStore> store = Open();
  Execute("DROP TABLE credentials");
  EXPECT_EQ(WaitForLookup(*store, "", "alice").status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(SqliteBackendTest, LooksUpWhileAWriterHoldsTheLock) {
  std::unique_ptr<CredentialStore> store = Open();
  Add(*store, "alice");
  auto other = SqliteConnection::Open(path_, SqliteConnection::Access::kReadWrite);
  ASSERT_TRUE(other.ok());
  absl::StatusOr<SqliteTransaction> writing = SqliteTransaction::Begin(*other);
  ASSERT_TRUE(writing.ok());
  EXPECT_NE(*WaitForLookup(*store, "", "alice"), nullptr);
}

TEST_F(SqliteBackendTest, RefusesToGoWithoutAPath) {
  path_.clear();
  EXPECT_EQ(TryOpen().status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace sallyport::server
