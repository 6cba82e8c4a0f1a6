#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/ctl/run_sallyportctl.h"

namespace sallyport::ctl {
namespace {

const std::vector<std::vector<std::string>> kCommands = {
    {},
    {"user"},
    {"user", "add"},
    {"user", "set-password"},
    {"user", "disable"},
    {"user", "enable"},
    {"user", "delete"},
    {"user", "list"},
    {"user", "show"},
    {"login"},
    {"policy"},
    {"policy", "check"},
    {"policy", "show"},
    {"policy", "diff"},
    {"policy", "explain"},
    {"policy", "replay"},
    {"policy", "reload"},
    {"store"},
    {"store", "list"},
    {"store", "ping"},
    {"store", "stats"},
    {"import"},
    {"import", "htpasswd"},
    {"import", "ldif"},
    {"import", "rabbitmq"},
    {"export"},
    {"completion"},
};

TEST(CommandLine, ShowsHelpWithExamplesForEachCommand) {
  for (std::vector<std::string> command : kCommands) {
    command.push_back("--help");
    const Finished finished = RunSallyportctl(command);
    EXPECT_EQ(finished.exit_code, 0);
    EXPECT_NE(finished.out.find("Examples:\n  "), std::string::npos) << finished.out;
    EXPECT_EQ(finished.err, "");
  }
}

TEST(CommandLine, DocumentsTheExitCodes) {
  const std::string help = RunSallyportctl({"--help"}).out;
  EXPECT_NE(help.find("Exit codes:\n  0  done\n"), std::string::npos) << help;
}

TEST(CommandLine, TellsItsVersion) {
  const Finished finished = RunSallyportctl({"--version"});
  EXPECT_EQ(finished.exit_code, 0);
  EXPECT_EQ(finished.out, "sallyportctl 0.1.0\n");
}

TEST(CommandLine, RefusesWrongUsage) {
  const std::vector<std::vector<std::string>> wrong = {
      {},
      {"user"},
      {"completion"},
      {"usr", "list"},
      {"user", "add"},
      {"user", "list", "alice"},
      {"user", "list", "--output", "yaml"},
      {"user", "list", "--colour"},
      {"user", "add", "alice", "--expires-at", "tomorrow"},
      {"completion", "fish"},
      {"login", "alice", "--mechanism", "SCRAM-SHA-3"},
      {"login", "alice", "--parameter", "realm"},
      {"login", "alice", "--critical-parameter", "=value"},
      {"login", "alice", "--channel-binding", "tls-nothing"},
      {"login", "alice", "--channel-binding", "tls-exporter", "--unencrypted"},
      {"login", "--peer-certificate", "alice.pem", "--unencrypted"},
      {"policy"},
      {"policy", "check"},
      {"policy", "diff"},
      {"policy", "explain"},
      {"policy", "explain", "--listener", "l", "--mechanism", "SCRAM-SHA-3"},
      {"policy", "explain", "--listener", "l", "--unencrypted", "--certificate"},
      {"policy", "explain", "--listener", "l", "--offline"},
      {"policy", "explain", "--listener", "l", "--broker", "b", "--broker-identity", "b.example"},
      {"policy", "replay", "policy.yaml"},
      {"policy", "replay", "policy.yaml", "--audit", "log", "--limit", "many"},
      {"store"},
      {"store", "ping", "a", "b"},
      {"import"},
      {"import", "htpasswd"},
      {"import", "htpasswd", "users", "--on-conflict", "merge"},
      {"import", "htpasswd", "users", "--name-attribute", "cn"},
      {"import", "ldif", "users", "--attribute", "=mail"},
      {"store", "list", "--socket", "s", "--admin", "h:1"},
      {"store", "list", "--socket", "s", "--ca", "ca.pem"},
  };
  for (const std::vector<std::string>& arguments : wrong) {
    const Finished finished = RunSallyportctl(arguments, "pencil\n");
    EXPECT_EQ(finished.exit_code, 2) << testing::PrintToString(arguments);
    EXPECT_EQ(finished.out, "") << testing::PrintToString(arguments);
    EXPECT_NE(finished.err, "") << testing::PrintToString(arguments);
  }
}

TEST(CommandLine, TakesNoPassword) {
  for (const char* command : {"add", "set-password"}) {
    EXPECT_EQ(RunSallyportctl({"user", command, "alice", "pencil"}).exit_code, 2);
    EXPECT_EQ(RunSallyportctl({"user", command, "alice", "--password", "pencil"}).exit_code, 2);
    EXPECT_EQ(RunSallyportctl({"user", command, "alice", "-p", "pencil"}).exit_code, 2);
  }
}

// What bash offers for the last of `words`, one a line.
std::string Complete(const std::string& words) {
  const std::string script =
      "eval \"$(\"$0\" completion bash)\"; COMP_WORDS=(sallyportctl " + words +
      "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _sallyportctl; printf '%s\\n' \"${COMPREPLY[@]}\"";
  const Finished finished = RunProgram("/bin/bash", {"-c", script, Binary()});
  EXPECT_EQ(finished.err, "");
  return finished.out;
}

TEST(CommandLine, CompletesInBash) {
  EXPECT_EQ(Complete("us"), "user\n");
  EXPECT_EQ(Complete("user s"), "set-password\nset-groups\nset-attribute\nset-expiry\nshow\n");
  EXPECT_EQ(Complete("user add alice --gr"), "--group\n");
  EXPECT_EQ(Complete("user list --output ''"), "text\njson\n");
  EXPECT_EQ(Complete("user list --output j"), "json\n");
  EXPECT_EQ(Complete("completion ba"), "bash\n");
  EXPECT_EQ(Complete("user add user --ou"), "--output\n");
  EXPECT_EQ(Complete("login alice --mechanism PL"), "PLAIN\n");
  EXPECT_EQ(Complete("login alice --channel-binding tls-e"), "tls-exporter\n");
  EXPECT_EQ(Complete("login --cr"), "--critical-parameter\n");
  EXPECT_EQ(Complete("policy re"), "replay\nreload\n");
  EXPECT_EQ(Complete("policy explain --listener amqps --bro"), "--broker\n--broker-identity\n");
  EXPECT_EQ(Complete("policy explain --mechanism GS"), "GSSAPI\n");
  EXPECT_EQ(Complete("store ''"), "list\nping\nstats\n--help\n");
  EXPECT_EQ(Complete("import ''"), "htpasswd\nldif\nrabbitmq\n--help\n");
  EXPECT_EQ(Complete("import ldif users --on-conflict ''"), "fail\nskip\nreplace\n");
  EXPECT_EQ(Complete("export --so"), "--socket\n");
}

}  // namespace
}  // namespace sallyport::ctl
