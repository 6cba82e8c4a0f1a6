// sallyportctl store, import and export, against a running service.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tests/ctl/run_sallyportctl.h"
#include "tests/server/rpc/running_service.h"

namespace sallyport::ctl {
namespace {

using nlohmann::json;
using server::kUser;
using testing::HasSubstr;

// Carol is locked.
constexpr char kUsers[] =
    "bob:{CLEARTEXT}pencil\n"
    "carol:{CLEARTEXT}pen\n"
    "carol:!\n";

class StoresAndUsers : public testing::Test {
 protected:
  StoresAndUsers() : config_(server::ScratchConfig()) {
    server::UseRules(&config_, "mechanisms: [SCRAM-SHA-256, PLAIN]");
  }

  void Start() { running_.emplace(config_); }

  Finished Run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--socket", config_.admin_socket});
    return RunSallyportctl(arguments);
  }

  json RunJson(std::vector<std::string> arguments, int exit_code = 0) const {
    arguments.insert(arguments.end(), {"--output", "json"});
    const Finished finished = Run(arguments);
    EXPECT_EQ(finished.exit_code, exit_code) << finished.err;
    return json::parse(finished.out, nullptr, false);
  }

  std::string Write(const std::string& content) const {
    const std::string path = server::StorePath(config_) + ".import";
    std::ofstream(path) << content;
    return path;
  }

  json User(const std::string& name) const { return RunJson({"user", "show", name}); }

  server::ServerConfig config_;
  std::optional<server::RunningService> running_;
};

TEST_F(StoresAndUsers, ListsTheStores) {
  Start();
  EXPECT_EQ(Run({"store", "list"}).out,
            "NAME   KIND    PER TENANT  WRITABLE\n"
            "local  sqlite  no          yes\n");
  json stores = RunJson({"store", "list"});
  ASSERT_EQ(stores.size(), 1u);
  EXPECT_EQ(stores[0]["name"], "local");
  EXPECT_EQ(stores[0]["per_tenant"], false);
  EXPECT_EQ(stores[0]["writable"], true);
}

TEST_F(StoresAndUsers, PingsTheStores) {
  Start();
  const Finished all = Run({"store", "ping"});
  EXPECT_EQ(all.exit_code, 0) << all.err;
  EXPECT_THAT(all.out, HasSubstr("local: answers, in "));
  EXPECT_EQ(RunJson({"store", "ping", "local"})[0]["answers"], true);
  const Finished none = Run({"store", "ping", "corp"});
  EXPECT_EQ(none.exit_code, 6);
  EXPECT_THAT(none.err, HasSubstr("'corp'"));
}

TEST_F(StoresAndUsers, CountsWhatAStoreWasAsked) {
  Start();
  EXPECT_EQ(RunJson({"store", "stats"})[0]["misses"], 0);
  ASSERT_EQ(
      RunSallyportctl({"login", kUser, "--service", running_->address(), "--mechanism", "PLAIN"},
                      std::string(server::kPassword) + "\n")
          .exit_code,
      0);
  json stats = RunJson({"store", "stats", "local"});
  EXPECT_EQ(stats[0]["misses"], 1);
  EXPECT_EQ(stats[0]["cached"], 1);
  EXPECT_THAT(Run({"store", "stats"}).out, HasSubstr("NAME   HITS  MISSES  FAILURES"));
  EXPECT_EQ(Run({"store", "stats", "corp"}).exit_code, 6);
}

TEST_F(StoresAndUsers, ImportsUsersWhoCanLogIn) {
  Start();
  const Finished imported = Run({"import", "htpasswd", Write(kUsers)});
  EXPECT_EQ(imported.exit_code, 0) << imported.err;
  EXPECT_EQ(imported.out, "2 added, 0 replaced, 0 skipped, 0 failed; 0 problems in the file\n");
  EXPECT_EQ(User("bob")["credentials"][0]["scheme"], "CLEARTEXT");
  EXPECT_EQ(User("carol")["disabled"], true);
  for (const char* mechanism : {"PLAIN", "SCRAM-SHA-256"}) {
    const Finished login = RunSallyportctl(
        {"login", "bob", "--service", running_->address(), "--mechanism", mechanism}, "pencil\n");
    EXPECT_EQ(login.exit_code, 0) << login.out;
  }
}

TEST_F(StoresAndUsers, DoesWithAUserWhoExistsWhatItIsTold) {
  Start();
  const std::string file = Write(std::string(kUser) + ":{CLEARTEXT}new\n" + kUsers);
  json failed = RunJson({"import", "htpasswd", file}, 5);
  EXPECT_EQ(failed["added"], 2);
  EXPECT_EQ(failed["failed"], 1);
  EXPECT_THAT(failed["failures"][0]["place"].get<std::string>(), HasSubstr(file + ":1"));
  EXPECT_EQ(User(kUser)["credentials"][0]["scheme"], "SCRAM-SHA-256");
  EXPECT_EQ(RunJson({"import", "htpasswd", file, "--on-conflict", "skip"})["skipped"], 3);
  EXPECT_EQ(User(kUser)["credentials"][0]["scheme"], "SCRAM-SHA-256");
  EXPECT_EQ(RunJson({"import", "htpasswd", file, "--on-conflict", "replace"})["replaced"], 3);
  EXPECT_EQ(User(kUser)["credentials"][0]["scheme"], "CLEARTEXT");
}

TEST_F(StoresAndUsers, ImportsGroupsAndAttributes) {
  Start();
  const std::string file = Write(
      "dn: uid=dave,dc=x\nuid: dave\nmail: d@x\nuserPassword: pencil\n"
      "memberOf: cn=ops,dc=x\n");
  EXPECT_EQ(RunJson({"import", "ldif", file, "--attribute", "mail=email"})["added"], 1);
  EXPECT_EQ(User("dave")["groups"], json({"ops"}));
  EXPECT_EQ(User("dave")["attributes"], json({{"email", "d@x"}}));
}

TEST_F(StoresAndUsers, RefusesAStoreThatIsWrongOnceForAll) {
  Start();
  const Finished finished = Run({"import", "htpasswd", Write(kUsers), "--store", "corp"});
  EXPECT_NE(finished.exit_code, 0);
  EXPECT_EQ(std::count(finished.err.begin(), finished.err.end(), '\n'), 1) << finished.err;
}

TEST_F(StoresAndUsers, ADryRunChangesNothing) {
  Start();
  EXPECT_EQ(Run({"import", "htpasswd", Write(kUsers), "--dry-run"}).exit_code, 0);
  EXPECT_EQ(Run({"user", "show", "bob"}).exit_code, 6);
}

TEST_F(StoresAndUsers, NeverPrintsASecret) {
  Start();
  const std::string file = Write(std::string(kUser) + ":{CLEARTEXT}p3ncil\n");
  for (const char* format : {"text", "json"}) {
    const Finished finished = Run({"import", "htpasswd", file, "--output", format});
    EXPECT_EQ(finished.exit_code, 5);
    EXPECT_EQ((finished.out + finished.err).find("p3ncil"), std::string::npos);
  }
}

TEST_F(StoresAndUsers, ExportsEveryUserALineEach) {
  for (int i = 0; i < 250; ++i) {
    server::AddUser(config_, "user" + std::to_string(1000 + i), "pencil");
  }
  Start();
  const Finished text = Run({"export"});
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_EQ(std::count(text.out.begin(), text.out.end(), '\n'), 251);
  EXPECT_THAT(text.out, HasSubstr("user1000\tenabled\tnever\tSCRAM-SHA-256\t\n"));
  const Finished lines = Run({"export", "--output", "json"});
  EXPECT_EQ(std::count(lines.out.begin(), lines.out.end(), '\n'), 251);
  json first = json::parse(lines.out.substr(0, lines.out.find('\n')), nullptr, false);
  EXPECT_EQ(first["name"], kUser);
  EXPECT_EQ(first["credentials"][0].contains("id"), true);
  EXPECT_EQ(Run({"export", "--store", "corp"}).out, "");
  EXPECT_NE(Run({"export", "--store", "corp"}).exit_code, 0);
}

TEST_F(StoresAndUsers, TellsAServiceThatIsNotThere) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"store", "list"},
                                             {"store", "ping"},
                                             {"store", "stats"},
                                             {"export"},
                                             {"import", "htpasswd", Write(kUsers)}}) {
    EXPECT_EQ(Run(arguments).exit_code, 4) << arguments[0];
  }
}

}  // namespace
}  // namespace sallyport::ctl
