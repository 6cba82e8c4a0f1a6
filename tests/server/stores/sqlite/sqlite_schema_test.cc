#include "server/stores/sqlite/sqlite_schema.h"

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

TEST_F(SqliteSchemaTest, BringsUsersOfVersionOneAlong) {
  SqliteConnection connection = Open();
  ASSERT_TRUE(MigrateSqlite(connection, SqliteMigrations().first(1)).ok());
  const absl::Status filled = connection.Execute(R"(
    INSERT INTO users VALUES (7, 'alice', 1, 500, 10, 20, '["a"]', '{"k": "v"}');
    INSERT INTO users VALUES (9, 'bob', 0, NULL, 11, 21, '[]', '{}');
    INSERT INTO credentials VALUES (3, 7, '{CLEARTEXT}pencil', 12, 99);
    INSERT INTO credentials VALUES (4, 9, '{CLEARTEXT}eraser', 13, NULL);
    INSERT INTO credentials VALUES (50, 9, '{CLEARTEXT}gone', 13, NULL);
    DELETE FROM credentials WHERE id = 50;
    INSERT INTO secrets VALUES ('decoy-key', x'00');
  )");
  ASSERT_TRUE(filled.ok()) << filled;
  const absl::Status migrated = MigrateSqlite(connection, SqliteMigrations());
  ASSERT_TRUE(migrated.ok()) << migrated;

  EXPECT_EQ(*connection.QueryInt64("PRAGMA user_version"), 2);
  EXPECT_EQ(*connection.QueryInt64("SELECT count(*) FROM users"), 2);
  EXPECT_EQ(*connection.QueryInt64(
                "SELECT count(*) FROM users WHERE id = 7 AND tenant = '' AND name = 'alice' AND"
                " disabled = 1 AND expires_at = 500 AND created_at = 10 AND updated_at = 20 AND"
                " revision = 1 AND groups = '[\"a\"]' AND attributes = '{\"k\": \"v\"}'"),
            1);
  EXPECT_EQ(*connection.QueryInt64("SELECT count(*) FROM credentials"), 2);
  EXPECT_EQ(*connection.QueryInt64(
                "SELECT count(*) FROM credentials WHERE id = 3 AND user_id = 7 AND"
                " secret = '{CLEARTEXT}pencil' AND created_at = 12 AND expires_at = 99"),
            1);
  EXPECT_EQ(*connection.QueryInt64("SELECT count(*) FROM sqlite_schema WHERE name = 'secrets'"), 0);

  // The constraints are today's, and hold.
  ASSERT_TRUE(connection.Execute("DELETE FROM users WHERE name = 'alice'").ok());
  EXPECT_EQ(*connection.QueryInt64("SELECT count(*) FROM credentials"), 1);
  const char* add = "INSERT INTO users (tenant, name, created_at, updated_at) VALUES ";
  EXPECT_TRUE(connection.Execute(std::string(add) + "('t', 'bob', 1, 1)").ok());
  EXPECT_EQ(connection.Execute(std::string(add) + "('', 'bob', 1, 1)").code(),
            absl::StatusCode::kAlreadyExists);
  ASSERT_TRUE(connection
                  .Execute("INSERT INTO credentials (user_id, secret, created_at)"
                           " VALUES (9, '{CLEARTEXT}new', 14)")
                  .ok());
  EXPECT_EQ(*connection.QueryInt64("SELECT max(id) FROM credentials"), 51);
  EXPECT_EQ(*connection.QueryInt64("SELECT count(*) FROM pragma_foreign_key_check"), 0);
}

}  // namespace
}  // namespace sallyport::server
