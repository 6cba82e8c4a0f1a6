#include "server/stores/sqlite_schema.h"

#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <string>

namespace sallyport::server {
namespace {

class SqliteSchemaTest : public testing::Test {
 protected:
  SqliteSchemaTest()
      : path_(testing::TempDir() + "" +
              testing::UnitTest::GetInstance()->current_test_info()->name() + ".db") {
    std::ofstream(path_).flush();
  }

  SqliteConnection Open() {
    absl::StatusOr<SqliteConnection> connection =
        SqliteConnection::Open(path_, SqliteConnection::Access::kReadWrite);
    EXPECT_TRUE(connection.ok()) << connection.status();
    return *std::move(connection);
  }

  const std::string path_;
};

TEST_F(SqliteSchemaTest, BringsAnEmptyFileToTheNewestVersion) {
  SqliteConnection connection = Open();
  const absl::Status migrated = MigrateSqlite(connection, SqliteMigrations());
  ASSERT_TRUE(migrated.ok()) << migrated;
  EXPECT_EQ(*connection.QueryInt64("PRAGMA user_version"),
            static_cast<int64_t>(SqliteMigrations().size()));
  EXPECT_EQ(*connection.QueryInt64("SELECT count(*) FROM users"), 0);
}

TEST_F(SqliteSchemaTest, AppliesOnlyTheStepsThatAreMissing) {
  SqliteConnection connection = Open();
  const std::array<std::string_view, 1> old = {"CREATE TABLE a (x); INSERT INTO a VALUES (7)"};
  const std::array<std::string_view, 3> now = {old[0], "ALTER TABLE a ADD COLUMN y DEFAULT 8",
                                               "UPDATE a SET x = x + 1"};
  ASSERT_TRUE(MigrateSqlite(connection, old).ok());
  ASSERT_TRUE(MigrateSqlite(connection, now).ok());
  ASSERT_TRUE(MigrateSqlite(connection, now).ok());
  EXPECT_EQ(*connection.QueryInt64("SELECT x * 100 + y FROM a"), 808);
  EXPECT_EQ(*connection.QueryInt64("PRAGMA user_version"), 3);
}

TEST_F(SqliteSchemaTest, ChangesNothingWhenAStepFails) {
  SqliteConnection connection = Open();
  const std::array<std::string_view, 2> broken = {"CREATE TABLE a (x)", "CREATE TABLE a (x)"};
  const absl::Status status = MigrateSqlite(connection, broken);
  EXPECT_FALSE(status.ok());
  EXPECT_NE(std::string(status.message()).find("from version 1 to 2"), std::string::npos);
  EXPECT_EQ(*connection.QueryInt64("PRAGMA user_version"), 0);
  EXPECT_EQ(*connection.QueryInt64("SELECT count(*) FROM sqlite_schema"), 0);
}

TEST_F(SqliteSchemaTest, RefusesANewerVersion) {
  SqliteConnection connection = Open();
  ASSERT_TRUE(connection.Execute("PRAGMA user_version = 1000").ok());
  const absl::Status status = MigrateSqlite(connection, SqliteMigrations());
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_NE(std::string(status.message()).find("1000"), std::string::npos);
  EXPECT_EQ(*connection.QueryInt64("PRAGMA user_version"), 1000);
}

TEST_F(SqliteSchemaTest, DrawsASecretOnce) {
  SqliteConnection connection = Open();
  const absl::Status migrated = MigrateSqlite(connection, SqliteMigrations());
  ASSERT_TRUE(migrated.ok()) << migrated;
  const absl::StatusOr<Secret> first = LoadOrCreateSecret(connection, "k", SystemRandom());
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->size(), 32u);
  EXPECT_TRUE(LoadOrCreateSecret(connection, "k", SystemRandom())->Equals(first->view()));
  EXPECT_FALSE(LoadOrCreateSecret(connection, "other", SystemRandom())->Equals(first->view()));
}

class NoRandom : public RandomSource {
 public:
  bool Fill(std::span<char>) override { return false; }
};

TEST_F(SqliteSchemaTest, KeepsNoSecretThatCouldNotBeDrawn) {
  SqliteConnection connection = Open();
  const absl::Status migrated = MigrateSqlite(connection, SqliteMigrations());
  ASSERT_TRUE(migrated.ok()) << migrated;
  NoRandom random;
  EXPECT_EQ(LoadOrCreateSecret(connection, "k", random).status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(*connection.QueryInt64("SELECT count(*) FROM secrets"), 0);
}

TEST_F(SqliteSchemaTest, RefusesADamagedSecret) {
  SqliteConnection connection = Open();
  const absl::Status migrated = MigrateSqlite(connection, SqliteMigrations());
  ASSERT_TRUE(migrated.ok()) << migrated;
  ASSERT_TRUE(connection.Execute("INSERT INTO secrets VALUES ('k', x'00')").ok());
  EXPECT_EQ(LoadOrCreateSecret(connection, "k", SystemRandom()).status().code(),
            absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace sallyport::server
