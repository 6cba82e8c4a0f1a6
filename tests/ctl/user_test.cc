#include <gtest/gtest.h>
#include <stdlib.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/ctl/run_sallyportctl.h"
#include "tests/server/admin/served_directory.h"

namespace sallyport::ctl {
namespace {

using nlohmann::json;

class UserTest : public testing::Test {
 protected:
  UserTest() { setenv("SALLYPORT_ADMIN_SOCKET", served_.socket_path().c_str(), 1); }
  ~UserTest() override { unsetenv("SALLYPORT_ADMIN_SOCKET"); }

  static Finished User(std::vector<std::string> arguments, const std::string& input = "") {
    arguments.insert(arguments.begin(), "user");
    return RunSallyportctl(arguments, input);
  }

  // Runs with --output json, and parses what it prints.
  static json UserJson(std::vector<std::string> arguments, const std::string& input = "") {
    arguments.insert(arguments.end(), {"--output", "json"});
    const Finished finished = User(arguments, input);
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    return json::parse(finished.out, nullptr, false);
  }

  server::ServedDirectory served_;
};

TEST_F(UserTest, AddsAUserWithThePasswordFromStandardInput) {
  const Finished added = User({"add", "alice"}, "pencil\nnot the password\n");
  EXPECT_EQ(added.exit_code, 0) << added.err;
  EXPECT_EQ(added.out, "user 'alice' added\n");
  const auto record = served_.users().GetUser({"", "alice"});
  ASSERT_TRUE(record.ok()) << record.status();
  ASSERT_EQ(record->credentials.size(), 2u);
  EXPECT_EQ(record->credentials[0].scheme, "SCRAM-SHA-256");
}

TEST_F(UserTest, AddsGroupsSchemesAndAnExpiry) {
  const json user = UserJson({"add", "--group", "a", "alice", "--group", "b c", "--scheme",
                              "SCRAM-SHA-1", "--expires-at", "2030-12-31T23:59:59Z"},
                             "pencil\n");
  EXPECT_EQ(user["name"], "alice");
  EXPECT_EQ(user["disabled"], false);
  EXPECT_EQ(user["groups"], json({"a", "b c"}));
  EXPECT_EQ(user["expires_at"], "2030-12-31T23:59:59Z");
  ASSERT_EQ(user["credentials"].size(), 1u);
  EXPECT_EQ(user["credentials"][0]["scheme"], "SCRAM-SHA-1");
  EXPECT_EQ(user["credentials"][0]["iterations"], 4096);
}

TEST_F(UserTest, TellsAUserWhoExistsByItsExitCode) {
  ASSERT_EQ(User({"add", "alice"}, "pencil\n").exit_code, 0);
  const Finished again = User({"add", "alice"}, "pencil\n");
  EXPECT_EQ(again.exit_code, 7);
  EXPECT_EQ(again.out, "");
  EXPECT_NE(again.err.find("alice"), std::string::npos);
}

TEST_F(UserTest, RefusesWhatCannotBeStored) {
  EXPECT_EQ(User({"add", "alice"}, "").exit_code, 5);
  EXPECT_EQ(User({"add", "alice"}, "\n").exit_code, 5);
  EXPECT_EQ(User({"add", "alice"}, std::string(5000, 'x')).exit_code, 5);
  EXPECT_EQ(User({"add", "a\nb"}, "pencil\n").exit_code, 5);
  EXPECT_EQ(User({"add", "alice", "--scheme", "ROT13"}, "pencil\n").exit_code, 5);
  EXPECT_FALSE(served_.users().GetUser({"", "alice"}).ok());
}

TEST_F(UserTest, NeverPrintsAPassword) {
  for (const std::string& password : {std::string("p3ncil\x07"), std::string("p3ncil")}) {
    const Finished finished = User({"add", "alice"}, password + "\n");
    EXPECT_EQ((finished.out + finished.err).find("p3ncil"), std::string::npos);
  }
}

TEST_F(UserTest, TakesAPasswordWithoutAnEndOfLine) {
  ASSERT_EQ(User({"add", "alice"}, "pencil").exit_code, 0);
  ASSERT_EQ(User({"add", "bob"}, "pencil\r\n").exit_code, 0);
}

TEST_F(UserTest, SetsAPassword) {
  ASSERT_EQ(User({"add", "alice"}, "old\n").exit_code, 0);
  const int64_t before = served_.users().GetUser({"", "alice"})->credentials[0].id;
  const Finished set = User({"set-password", "alice"}, "new\n");
  EXPECT_EQ(set.exit_code, 0) << set.err;
  EXPECT_EQ(set.out, "user 'alice' has a new password\n");
  EXPECT_NE(served_.users().GetUser({"", "alice"})->credentials[0].id, before);
  EXPECT_EQ(User({"set-password", "nobody"}, "new\n").exit_code, 6);
}

TEST_F(UserTest, KeepsTheOldPasswordForAsLongAsItIsTold) {
  ASSERT_EQ(User({"add", "alice", "--scheme", "SCRAM-SHA-256"}, "old\n").exit_code, 0);
  const json user = UserJson(
      {"set-password", "alice", "--keep-old", "24h", "--scheme", "SCRAM-SHA-512"}, "new\n");
  ASSERT_EQ(user["credentials"].size(), 2u);
  EXPECT_EQ(user["credentials"][0]["scheme"], "SCRAM-SHA-256");
  EXPECT_TRUE(user["credentials"][0].contains("expires_at"));
  EXPECT_FALSE(user["credentials"][1].contains("expires_at"));
  EXPECT_NE(User({"show", "alice"}).out.find(", valid until 2"), std::string::npos);
  for (const char* wrong : {"", "0", "24", "-1h", "inf", "tomorrow", "1ms"}) {
    EXPECT_EQ(User({"set-password", "alice", "--keep-old", wrong}, "new\n").exit_code, 2) << wrong;
  }
}

TEST_F(UserTest, SetsGroups) {
  ASSERT_EQ(User({"add", "alice", "--group", "a"}, "pencil\n").exit_code, 0);
  EXPECT_EQ(User({"set-groups", "alice", "b", "c d"}).out, "user 'alice' has new groups\n");
  EXPECT_EQ(UserJson({"show", "alice"})["groups"], json({"b", "c d"}));
  EXPECT_EQ(User({"set-groups", "alice"}).out, "user 'alice' has no groups\n");
  EXPECT_EQ(UserJson({"show", "alice"})["groups"], json::array());
  EXPECT_EQ(User({"set-groups", "nobody", "b"}).exit_code, 6);
}

TEST_F(UserTest, SetsAndRemovesAttributes) {
  EXPECT_EQ(UserJson({"add", "alice", "--attribute", "team=red", "--attribute", "x=a=b"},
                     "pencil\n")["attributes"],
            json({{"team", "red"}, {"x", "a=b"}}));
  const json user = UserJson({"set-attribute", "alice", "team=blue", "mail=a@b", "--remove", "x"});
  EXPECT_EQ(user["attributes"], json({{"mail", "a@b"}, {"team", "blue"}}));
  EXPECT_EQ(UserJson({"set-attribute", "alice", "team="})["attributes"]["team"], "");
  EXPECT_NE(User({"show", "alice"}).out.find("attributes:\n  mail=a@b\n  team=\n"),
            std::string::npos);
  for (const char* wrong : {"team", "=red", ""}) {
    EXPECT_EQ(User({"set-attribute", "alice", wrong}).exit_code, 2) << wrong;
  }
  EXPECT_EQ(User({"set-attribute", "alice"}).exit_code, 5);
  EXPECT_EQ(User({"set-attribute", "nobody", "a=b"}).exit_code, 6);
}

TEST_F(UserTest, SetsAnExpiry) {
  ASSERT_EQ(User({"add", "alice"}, "pencil\n").exit_code, 0);
  EXPECT_EQ(User({"set-expiry", "alice", "2030-12-31T23:59:59Z"}).out,
            "user 'alice' expires 2030-12-31T23:59:59Z\n");
  EXPECT_EQ(UserJson({"show", "alice"})["expires_at"], "2030-12-31T23:59:59Z");
  EXPECT_EQ(User({"set-expiry", "alice", "never"}).exit_code, 0);
  EXPECT_FALSE(UserJson({"show", "alice"}).contains("expires_at"));
  EXPECT_EQ(User({"set-expiry", "alice", "soon"}).exit_code, 2);
  EXPECT_EQ(User({"set-expiry", "alice"}).exit_code, 2);
}

TEST_F(UserTest, NamesAStoreAndATenant) {
  served_.AddStore("tenants", true);
  const Finished unnamed = User({"add", "alice"}, "pencil\n");
  EXPECT_EQ(unnamed.exit_code, 5);
  EXPECT_NE(unnamed.err.find("main, tenants"), std::string::npos) << unnamed.err;
  const std::vector<std::string> blue = {"--store", "tenants", "--tenant", "blue"};
  const auto in_blue = [&blue](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), blue.begin(), blue.end());
    return arguments;
  };
  const json added = UserJson(in_blue({"add", "alice"}), "pencil\n");
  EXPECT_EQ(added["store"], "tenants");
  EXPECT_EQ(added["tenant"], "blue");
  for (const auto& arguments :
       std::vector<std::vector<std::string>>{{"set-password", "alice"},
                                             {"set-groups", "alice", "b"},
                                             {"set-attribute", "alice", "a=b"},
                                             {"set-expiry", "alice", "never"},
                                             {"disable", "alice"},
                                             {"enable", "alice"},
                                             {"show", "alice"},
                                             {"list"},
                                             {"delete", "alice"}}) {
    EXPECT_EQ(User(in_blue(arguments), "pencil\n").exit_code, 0) << arguments[0];
    EXPECT_NE(User(arguments, "pencil\n").exit_code, 0) << arguments[0];
  }
  EXPECT_EQ(User({"list", "--store", "tenants"}).exit_code, 5);
  EXPECT_EQ(UserJson({"list", "--store", "main"}), json::array());
}

TEST_F(UserTest, DisablesAndEnables) {
  ASSERT_EQ(User({"add", "alice"}, "pencil\n").exit_code, 0);
  EXPECT_EQ(User({"disable", "alice"}).out, "user 'alice' disabled\n");
  EXPECT_TRUE(served_.users().GetUser({"", "alice"})->disabled);
  EXPECT_EQ(UserJson({"enable", "alice"})["disabled"], false);
  EXPECT_FALSE(served_.users().GetUser({"", "alice"})->disabled);
  EXPECT_EQ(User({"disable", "nobody"}).exit_code, 6);
  EXPECT_EQ(User({"enable", "nobody"}).exit_code, 6);
}

TEST_F(UserTest, Deletes) {
  ASSERT_EQ(User({"add", "alice"}, "pencil\n").exit_code, 0);
  ASSERT_EQ(User({"add", "bob"}, "pencil\n").exit_code, 0);
  EXPECT_EQ(User({"delete", "alice"}).out, "user 'alice' deleted\n");
  EXPECT_EQ(User({"delete", "alice"}).exit_code, 6);
  EXPECT_EQ(UserJson({"delete", "bob"}), json({{"name", "bob"}, {"deleted", true}}));
}

TEST_F(UserTest, ListsEveryPage) {
  EXPECT_EQ(UserJson({"list"}), json::array());
  for (int i = 0; i < 450; ++i) {
    ASSERT_TRUE(served_.users().AddUser({.key = {"", "user" + std::to_string(1000 + i)}}).ok());
  }
  const json users = UserJson({"list"});
  ASSERT_EQ(users.size(), 450u);
  EXPECT_EQ(users[0]["name"], "user1000");
  EXPECT_EQ(users[449]["name"], "user1449");
}

TEST_F(UserTest, ListsATableInWhichColumnsAlign) {
  ASSERT_EQ(User({"add", "j\xc3\xbcrgen", "--group", "a"}, "pencil\n").exit_code, 0);
  ASSERT_TRUE(served_.users().AddUser({.key = {"", "bob"}}).ok());
  ASSERT_EQ(User({"disable", "bob"}).exit_code, 0);
  EXPECT_EQ(User({"list"}).out,
            "NAME    STATE     EXPIRES  CREDENTIALS                  GROUPS\n"
            "bob     disabled  never\n"
            "j\xc3\xbcrgen  enabled   never    SCRAM-SHA-256,SCRAM-SHA-512  a\n");
}

TEST_F(UserTest, ShowsOneUser) {
  ASSERT_EQ(User({"add", "j\xc3\xbcrgen"}, "s\xc3\xa9same\n").exit_code, 0);
  const std::string text = User({"show", "j\xc3\xbcrgen"}).out;
  EXPECT_NE(text.find("name:        j\xc3\xbcrgen\n"), std::string::npos) << text;
  EXPECT_NE(text.find("SCRAM-SHA-512, 4096 iterations"), std::string::npos) << text;
  EXPECT_EQ(UserJson({"show", "j\xc3\xbcrgen"})["name"], "j\xc3\xbcrgen");
  EXPECT_EQ(User({"show", "nobody"}).exit_code, 6);
}

TEST_F(UserTest, PrintsNothingThatATerminalWouldObey) {
  ASSERT_TRUE(served_.users().AddUser({.key = {"", "alice"}, .groups = {"\x1b[2J"}}).ok());
  EXPECT_EQ(User({"show", "alice"}).out.find('\x1b'), std::string::npos);
  EXPECT_EQ(User({"list"}).out.find('\x1b'), std::string::npos);
}

TEST_F(UserTest, TellsAServiceThatIsNotThere) {
  served_.Stop();
  const Finished finished = User({"list"});
  EXPECT_EQ(finished.exit_code, 4);
  EXPECT_NE(finished.err.find(served_.socket_path()), std::string::npos) << finished.err;
}

TEST_F(UserTest, TakesTheSocketFromTheCommandLineFirst) {
  setenv("SALLYPORT_ADMIN_SOCKET", "/nonexistent/socket", 1);
  EXPECT_EQ(User({"list", "--socket", served_.socket_path()}).exit_code, 0);
  EXPECT_EQ(User({"list"}).exit_code, 4);
}

TEST_F(UserTest, LooksForTheSocketWhereAUnitsServiceMakesIt) {
  const Finished finished =
      RunProgram("/bin/sh", {"-c",
                             "unset SALLYPORT_ADMIN_SOCKET; export RUNTIME_DIRECTORY=\"${1%/*}\";"
                             " exec \"$0\" user list",
                             Binary(), served_.socket_path()});
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
}

TEST_F(UserTest, TellsAFullDisk) {
  const Finished finished =
      RunProgram("/bin/sh", {"-c", "exec \"$0\" user list > /dev/full", Binary()});
  EXPECT_EQ(finished.exit_code, 1);
}

}  // namespace
}  // namespace sallyport::ctl
