// sallyportctl policy, on files: without a service.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/ctl/run_sallyportctl.h"

namespace sallyport::ctl {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::StartsWith;

constexpr char kPolicy[] = R"yaml(version: "7"
stores:
  - {name: local, sqlite: {path: /nonexistent/users.db}}
  - {name: corp, ldap: {urls: ["ldaps://d"], base_dn: dc=x}}
rules:
  stores: [{store: local, on_outage: next}, {store: corp}]
  mechanisms: [SCRAM-SHA-256, EXTERNAL, PLAIN]
  act_as: [{name: operators, groups: [ops], as_users: [monitor]}]
brokers:
  - {name: fleet, identities: ["*.brokers.example", "spiffe://example/b"]}
default_tenant: main
tenants:
  - {name: main}
  - {name: acme, hostnames: [acme.example], rules: {mechanisms: [PLAIN]}}
)yaml";

// Short enough for a socket's path, as the folders of tests are not.
constexpr char kNoSocket[] = "/nonexistent/admin.sock";

class PolicyFile : public testing::Test {
 protected:
  PolicyFile() : folder_(testing::TempDir() + "policyXXXXXX") {
    EXPECT_NE(mkdtemp(folder_.data()), nullptr);
    policy_ = Write("policy.yaml", kPolicy);
  }

  std::string Write(const std::string& name, const std::string& content) const {
    std::ofstream(folder_ + "/" + name) << content;
    return folder_ + "/" + name;
  }

  // kPolicy with `from` replaced by `to`.
  std::string Edited(const std::string& name, const std::string& from,
                     const std::string& to) const {
    std::string text = kPolicy;
    const size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return Write(name, text.replace(at, from.size(), to));
  }

  static Finished Policy(std::vector<std::string> arguments, const std::string& input = "") {
    arguments.insert(arguments.begin(), "policy");
    return RunSallyportctl(arguments, input);
  }

  static json PolicyJson(std::vector<std::string> arguments, int exit_code = 0) {
    arguments.insert(arguments.end(), {"--output", "json"});
    const Finished finished = Policy(arguments);
    EXPECT_EQ(finished.exit_code, exit_code) << finished.err;
    return json::parse(finished.out, nullptr, false);
  }

  // Explains a login at "amqps" by fleet, offline.
  json Explain(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"explain", "--listener", "amqps", "--file", policy_,
                                         "--offline", "--broker", "fleet"});
    return PolicyJson(arguments);
  }

  std::string folder_;
  std::string policy_;
};

TEST_F(PolicyFile, CheckSaysWhatIsInAPolicyThatIsRight) {
  const Finished finished = Policy({"check", policy_});
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_THAT(finished.out,
              StartsWith(policy_ + " is right: 2 tenants, 2 stores, 0 token issuers, 0 listeners, "
                                   "1 broker; version 7, hash "));
  json told = PolicyJson({"check", policy_});
  EXPECT_EQ(told["right"], true);
  EXPECT_EQ(told["version"], "7");
  EXPECT_EQ(told["tenants"], 2);
  EXPECT_EQ(told["hash"].get<std::string>().size(), 64u);
}

TEST_F(PolicyFile, CheckNamesEachProblemByItsPlace) {
  const std::string wrong =
      Write("wrong.yaml",
            "stores: [{name: local, sqlite: {path: /x}}]\nrules:\n  colour: red\n  limit: 3\n");
  const Finished finished = Policy({"check", wrong});
  EXPECT_EQ(finished.exit_code, 3);
  EXPECT_EQ(finished.out, "");
  EXPECT_THAT(finished.err, HasSubstr(wrong + ":3:"));
  EXPECT_THAT(finished.err, HasSubstr(wrong + ":4:"));
  json told = PolicyJson({"check", wrong}, 3);
  EXPECT_EQ(told["right"], false);
  EXPECT_EQ(told["problems"].size(), 2u);
}

TEST_F(PolicyFile, CheckOfWhatCannotBeReadIsAWrongFile) {
  const Finished finished = Policy({"check", folder_ + "/missing.yaml"});
  EXPECT_EQ(finished.exit_code, 3);
  EXPECT_THAT(finished.err, HasSubstr("missing.yaml"));
}

TEST_F(PolicyFile, DiffTellsByItsExitCodeWhetherTwoFilesDiffer) {
  const std::string other = Edited("other.yaml", "mechanisms: [PLAIN]", "mechanisms: [EXTERNAL]");
  EXPECT_EQ(Policy({"diff", policy_, policy_}).exit_code, 0);
  EXPECT_EQ(Policy({"diff", policy_, policy_}).out, "");
  const Finished differ = Policy({"diff", policy_, other});
  EXPECT_EQ(differ.exit_code, 1);
  EXPECT_THAT(differ.out, HasSubstr("tenants[acme].rules.mechanisms"));
  EXPECT_EQ(PolicyJson({"diff", policy_, other}, 1)[0]["path"], "tenants[acme].rules.mechanisms");
  EXPECT_EQ(PolicyJson({"diff", policy_, policy_}), json::array());
  EXPECT_EQ(Policy({"diff", policy_, Write("bad.yaml", "colour: red\n")}).exit_code, 3);
  EXPECT_EQ(Policy({"diff", folder_ + "/missing.yaml", policy_}).exit_code, 3);
}

TEST_F(PolicyFile, DiffWithoutASecondFileNeedsAService) {
  const Finished finished = Policy({"diff", policy_, "--socket", kNoSocket});
  EXPECT_EQ(finished.exit_code, 4);
  EXPECT_THAT(finished.err, HasSubstr(kNoSocket));
}

TEST_F(PolicyFile, ExplainTellsWhatALoginIsOfferedAndWhichStoresItAsks) {
  json told = Explain({"--mechanism", "PLAIN", "--user", "alice"});
  EXPECT_EQ(told["refused"], false);
  EXPECT_EQ(told["tenant"], "main");
  EXPECT_EQ(told["broker"], "fleet");
  ASSERT_EQ(told["stores"].size(), 2u);
  EXPECT_EQ(told["stores"][0]["name"], "local");
  EXPECT_EQ(told["stores"][1]["kind"], "ldap");
  EXPECT_EQ(told.contains("asked"), false);
}

TEST_F(PolicyFile, ExplainTakesEachTraitOfTheConnection) {
  EXPECT_EQ(Explain({})["shown"], json({"SCRAM-SHA-256", "PLAIN"}));
  EXPECT_EQ(Explain({"--certificate"})["shown"], json({"SCRAM-SHA-256", "EXTERNAL", "PLAIN"}));
  EXPECT_EQ(Explain({"--unencrypted"})["shown"], json({"SCRAM-SHA-256"}));
  EXPECT_EQ(Explain({"--hostname", "acme.example"})["tenant"], "acme");
  EXPECT_EQ(Explain({"--hostname", "acme.example"})["usable"], json({"PLAIN"}));
  EXPECT_EQ(Explain({"--mechanism", "PLAIN", "--unencrypted"})["reason"], "tls_required");
}

TEST_F(PolicyFile, ExplainJudgesWhoMayActAsWhom) {
  const std::vector<std::string> as_monitor = {"--mechanism",        "PLAIN",  "--user", "alice",
                                               "--authorization-id", "monitor"};
  const auto with = [&](const std::string& group) {
    std::vector<std::string> arguments = as_monitor;
    if (!group.empty()) arguments.insert(arguments.end(), {"--group", group});
    return Explain(arguments);
  };
  EXPECT_EQ(with("")["depends_on_groups"], true);
  EXPECT_EQ(with("ops")["refused"], false);
  EXPECT_EQ(with("dev")["reason"], "authzid_not_allowed");
}

TEST_F(PolicyFile, ExplainKnowsABrokerByWhatIsInItsCertificate) {
  const auto asked_by = [&](const std::vector<std::string>& who) {
    std::vector<std::string> arguments = {"explain", "--listener", "amqps",
                                          "--file",  policy_,      "--offline"};
    arguments.insert(arguments.end(), who.begin(), who.end());
    return PolicyJson(arguments);
  };
  EXPECT_EQ(asked_by({"--broker-identity", "b1.brokers.example"})["broker"], "fleet");
  EXPECT_EQ(asked_by({"--broker-identity", "spiffe://example/b"})["broker"], "fleet");
  EXPECT_EQ(asked_by({"--broker-identity", "b1.example"})["reason"], "broker_not_allowed");
  EXPECT_EQ(asked_by({})["reason"], "broker_not_allowed");
}

TEST_F(PolicyFile, ExplainShowsWhichRuleDecidedAndWhatEachSideSees) {
  const Finished finished =
      Policy({"explain", "--listener", "amqps", "--file", policy_, "--offline", "--broker", "fleet",
              "--unencrypted", "--mechanism", "PLAIN"});
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_THAT(finished.out, StartsWith("verdict: refused\nthe client sees: auth\n"
                                       "the broker sees: tls_required: "));
  EXPECT_THAT(finished.out, HasSubstr("considered:\n"));
  EXPECT_THAT(finished.out, HasSubstr("  * the client's choice of PLAIN: "));
}

TEST_F(PolicyFile, ExplainSaysThatNoServiceCouldBeAskedForTheUser) {
  json told = PolicyJson({"explain", "--listener", "amqps", "--file", policy_, "--broker", "fleet",
                          "--user", "alice", "--socket", kNoSocket});
  EXPECT_THAT(told["not_asked"].get<std::string>(), HasSubstr(kNoSocket));
  EXPECT_EQ(told["refused"], false);
}

TEST_F(PolicyFile, ExplainOfAWrongFileIsAWrongFile) {
  const std::string wrong = Write("wrong.yaml", "colour: red\n");
  EXPECT_EQ(Policy({"explain", "--listener", "amqps", "--file", wrong}).exit_code, 3);
}

}  // namespace
}  // namespace sallyport::ctl
