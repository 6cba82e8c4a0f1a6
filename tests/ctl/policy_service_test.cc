// sallyportctl policy, against a running service.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/ctl/run_sallyportctl.h"
#include "tests/server/rpc/running_service.h"

namespace sallyport::ctl {
namespace {

using nlohmann::json;
using server::kUser;
using testing::HasSubstr;

class PolicyService : public testing::Test {
 protected:
  PolicyService()
      : config_(server::ScratchConfig()), file_(server::StorePath(config_) + ".policy.yaml") {
    config_.policy_file = file_;
    Write(
        "mechanisms: [SCRAM-SHA-256, PLAIN], "
        "act_as: [{groups: [ops], as_users: [monitor]}]");
  }

  // Writes a policy with these rules, in one of two forms.
  void Write(const std::string& rules, const std::string& version = "1") const {
    std::ofstream(file_) << absl::StrCat("version: '", version, "'\n", PolicyOf(rules));
  }
  std::string PolicyOf(const std::string& rules) const {
    return absl::StrCat("stores: [{name: local, sqlite: {path: ", server::StorePath(config_),
                        "}}]\nrules: {stores: [{store: local}], ", rules, "}\n");
  }

  void Start() { running_.emplace(config_); }

  Finished Policy(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "policy");
    arguments.insert(arguments.end(), {"--socket", config_.admin_socket});
    return RunSallyportctl(arguments);
  }

  json PolicyJson(std::vector<std::string> arguments, int exit_code = 0) const {
    arguments.insert(arguments.end(), {"--output", "json"});
    const Finished finished = Policy(arguments);
    EXPECT_EQ(finished.exit_code, exit_code) << finished.err;
    return json::parse(finished.out, nullptr, false);
  }

  json Explain(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"explain", "--listener", "amqps"});
    return PolicyJson(arguments);
  }

  Finished User(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "user");
    arguments.insert(arguments.end(), {"--socket", config_.admin_socket});
    return RunSallyportctl(arguments, "pencil\n");
  }

  server::ServerConfig config_;
  const std::string file_;
  std::optional<server::RunningService> running_;
};

TEST_F(PolicyService, ShowsAndComparesAPolicyOfManyMegabytes) {
  // More than gRPC takes by itself.
  std::string text = PolicyOf("mechanisms: [PLAIN]");
  const std::string line = "# " + std::string(77, 'x') + "\n";
  while (text.size() < 6 << 20) text += line;
  std::ofstream(file_) << text;
  Start();
  const Finished shown = Policy({"show", "--text"});
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  EXPECT_TRUE(shown.out == text) << shown.out.size();
  const Finished same = Policy({"diff", file_});
  EXPECT_EQ(same.exit_code, 0) << same.err;
}

TEST_F(PolicyService, ShowsWhichPolicyIsActive) {
  Start();
  json told = PolicyJson({"show"});
  EXPECT_EQ(told["version"], "1");
  EXPECT_EQ(told["source"], file_);
  EXPECT_EQ(told["hash"].get<std::string>().size(), 64u);
  EXPECT_FALSE(told.contains("failure"));
  EXPECT_THAT(Policy({"show"}).out, HasSubstr("version:  1\n"));
  EXPECT_THAT(Policy({"show", "--text"}).out, HasSubstr("version: '1'\nstores: "));
}

TEST_F(PolicyService, ReloadsThePolicy) {
  Start();
  Write("mechanisms: [PLAIN]", "2");
  EXPECT_EQ(PolicyJson({"reload"})["version"], "2");
  EXPECT_EQ(PolicyJson({"show"})["version"], "2");
}

TEST_F(PolicyService, TellsThatAFileIsRefusedAndThatTheOldPolicyStays) {
  Start();
  Write("colour: red", "2");
  const Finished reload = Policy({"reload"});
  EXPECT_EQ(reload.exit_code, 3);
  EXPECT_THAT(reload.err, HasSubstr("colour"));
  json told = PolicyJson({"show"});
  EXPECT_EQ(told["version"], "1");
  EXPECT_THAT(told["failure"].get<std::string>(), HasSubstr("colour"));
  EXPECT_THAT(Policy({"show"}).out, HasSubstr("failure:  "));
}

TEST_F(PolicyService, ComparesAFileToTheActivePolicy) {
  Start();
  EXPECT_EQ(Policy({"diff", file_}).exit_code, 0);
  const std::string other = file_ + ".new";
  std::ofstream(other) << "version: '1'\n" << PolicyOf("mechanisms: [SCRAM-SHA-256]");
  const Finished differ = Policy({"diff", other});
  EXPECT_EQ(differ.exit_code, 1);
  EXPECT_THAT(differ.out, HasSubstr("rules.mechanisms: removed 'PLAIN'"));
}

TEST_F(PolicyService, ExplainsUnderTheActivePolicyAndAsksTheStores) {
  Start();
  json told = Explain({"--mechanism", "PLAIN", "--user", kUser});
  EXPECT_EQ(told["refused"], false);
  json asked = told["asked"];
  EXPECT_EQ(asked["refused"], false);
  EXPECT_EQ(asked["store"], "local");
  ASSERT_EQ(asked["stores"].size(), 1u);
  EXPECT_EQ(asked["stores"][0]["found"], true);
  EXPECT_EQ(asked["stores"][0]["credentials"][0]["scheme"], "SCRAM-SHA-256");
  EXPECT_EQ(asked["stores"][0]["credentials"][0]["usable"], true);
  EXPECT_THAT(Policy({"explain", "--listener", "amqps", "--user", kUser}).out,
              HasSubstr("  local (sqlite): found\n    SCRAM-SHA-256, 4096 iterations: can be used\n"
                        "so the login depends on what the client proves; local vouches\n"));
}

TEST_F(PolicyService, ExplainsWhyACredentialIsOfNoUse) {
  Write(
      "mechanisms: [SCRAM-SHA-512, SCRAM-SHA-256, PLAIN], "
      "credentials: {min_scram_iterations: 5000, scram_iterations: 5000}");
  Start();
  const auto obstacle = [&](const std::string& mechanism) {
    json told = Explain({"--mechanism", mechanism, "--user", kUser});
    EXPECT_EQ(told["asked"]["reason"], "no_usable_credential");
    EXPECT_EQ(told["asked"]["code"], "auth");
    return told["asked"]["stores"][0]["credentials"][0]["obstacle"].get<std::string>();
  };
  EXPECT_THAT(obstacle("PLAIN"), HasSubstr("min_scram_iterations"));
  Write("mechanisms: [SCRAM-SHA-512, SCRAM-SHA-256, PLAIN]");
  ASSERT_EQ(Policy({"reload"}).exit_code, 0);
  EXPECT_EQ(obstacle("SCRAM-SHA-512"), "of no use to SCRAM-SHA-512");
}

TEST_F(PolicyService, ForecastsWhatBecomesOfAUserWhoMayNotLogIn) {
  Start();
  EXPECT_EQ(Explain({"--mechanism", "PLAIN", "--user", "nobody"})["asked"]["reason"],
            "unknown_user");
  ASSERT_EQ(User({"disable", kUser}).exit_code, 0);
  EXPECT_EQ(Explain({"--mechanism", "PLAIN", "--user", kUser})["asked"]["reason"],
            "account_disabled");
  ASSERT_EQ(User({"enable", kUser}).exit_code, 0);
  ASSERT_EQ(User({"set-expiry", kUser, "2001-01-01T00:00:00Z"}).exit_code, 0);
  EXPECT_EQ(Explain({"--mechanism", "PLAIN", "--user", kUser})["asked"]["reason"],
            "account_expired");
}

TEST_F(PolicyService, ExplainsWithTheGroupsThatTheStoreHas) {
  Start();
  const std::vector<std::string> as_monitor = {"--mechanism",        "PLAIN",  "--user", kUser,
                                               "--authorization-id", "monitor"};
  json without = Explain(as_monitor);
  EXPECT_EQ(without["reason"], "authzid_not_allowed");
  EXPECT_EQ(without["asked"]["reason"], "authzid_not_allowed");
  ASSERT_EQ(User({"set-groups", kUser, "ops"}).exit_code, 0);
  json with = Explain(as_monitor);
  EXPECT_EQ(with["refused"], false);
  EXPECT_EQ(with["asked"]["refused"], false);
  EXPECT_EQ(with["release"]["released_groups"], json({"ops"}));
}

TEST_F(PolicyService, AsksTheStoresForAFileToo) {
  Start();
  const std::string other = file_ + ".new";
  std::ofstream(other) << PolicyOf("mechanisms: [SCRAM-SHA-256]");
  json told = Explain({"--file", other, "--user", kUser});
  EXPECT_EQ(told["shown"], json({"SCRAM-SHA-256"}));
  EXPECT_EQ(told["asked"]["stores"][0]["found"], true);
  EXPECT_FALSE(Explain({"--file", other, "--user", kUser, "--offline"}).contains("asked"));
}

TEST_F(PolicyService, TellsAServiceThatIsNotThere) {
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"show"}, {"reload"}, {"diff", file_}, {"explain", "--listener", "amqps"}}) {
    const Finished finished = Policy(arguments);
    EXPECT_EQ(finished.exit_code, 4) << arguments[0];
    EXPECT_THAT(finished.err, HasSubstr(config_.admin_socket));
  }
}

}  // namespace
}  // namespace sallyport::ctl
