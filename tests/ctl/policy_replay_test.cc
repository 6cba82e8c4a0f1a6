// sallyportctl policy replay.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "audit/audit_line.h"
#include "tests/ctl/run_sallyportctl.h"

namespace sallyport::ctl {
namespace {

using audit::LoginRecord;
using nlohmann::json;
using testing::HasSubstr;

LoginRecord Login(const std::string& id, const std::string& mechanism) {
  return {.time = absl::UnixEpoch(),
          .handshake_id = id,
          .tenant = "default",
          .listener = "amqps",
          .encrypted = true,
          .mechanism = mechanism,
          .authentication_id = "alice",
          .authorization_id = "alice",
          .store = "local",
          .outcome = amqp::SaslCode::kOk};
}

class PolicyReplay : public testing::Test {
 protected:
  PolicyReplay() : folder_(testing::TempDir() + "replayXXXXXX") {
    EXPECT_NE(mkdtemp(folder_.data()), nullptr);
    policy_ = Write("new.yaml",
                    "stores: [{name: local, sqlite: {path: /x}}]\n"
                    "rules: {stores: [{store: local}], mechanisms: [SCRAM-SHA-256]}\n");
  }

  std::string Write(const std::string& name, const std::string& content) const {
    std::ofstream(folder_ + "/" + name) << content;
    return folder_ + "/" + name;
  }

  static std::string Lines(const std::vector<LoginRecord>& logins) {
    std::string lines;
    for (const LoginRecord& login : logins) audit::AppendAuditLine(login, &lines);
    return lines;
  }

  Finished Replay(const std::string& log, std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"policy", "replay", policy_, "--audit", Write("audit.log", log)});
    return RunSallyportctl(more);
  }

  json ReplayJson(const std::string& log, std::vector<std::string> more = {}) const {
    more.insert(more.end(), {"--output", "json"});
    return json::parse(Replay(log, more).out, nullptr, false);
  }

  std::string folder_;
  std::string policy_;
};

TEST_F(PolicyReplay, EndsWithZeroWhereNothingChanges) {
  const Finished finished =
      Replay(Lines({Login("a", "SCRAM-SHA-256"), Login("b", "SCRAM-SHA-256")}));
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_EQ(finished.out, "2 logins: 0 would change, 2 would not, 0 cannot be told\n");
}

TEST_F(PolicyReplay, CountsWhoWouldBeRefusedWithTheirHandshakes) {
  const std::string log =
      Lines({Login("a", "PLAIN"), Login("b", "SCRAM-SHA-256"), Login("c", "PLAIN")});
  const Finished finished = Replay(log);
  EXPECT_EQ(finished.exit_code, 1) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("2 logins: got in, and would be refused\n"
                                      "  why: mechanism_not_offered"));
  EXPECT_THAT(finished.out, HasSubstr("  mechanism: PLAIN\n  handshakes: a c\n"));
  EXPECT_THAT(finished.out, HasSubstr("3 logins: 2 would change, 1 would not, 0 cannot be told\n"));
  json told = ReplayJson(log);
  EXPECT_EQ(told["changed"], 2);
  ASSERT_EQ(told["groups"].size(), 1u);
  EXPECT_EQ(told["groups"][0]["change"], "now-refused");
  EXPECT_EQ(told["groups"][0]["handshake_ids"], json({"a", "c"}));
}

TEST_F(PolicyReplay, TellsWhoWouldBeLetThrough) {
  LoginRecord refused = Login("a", "SCRAM-SHA-256");
  refused.outcome = amqp::SaslCode::kAuth;
  refused.reason = FailureReason::kTenantUnknown;
  refused.tenant = refused.store = "";
  EXPECT_EQ(ReplayJson(Lines({refused}))["groups"][0]["change"], "now-let-through");
}

TEST_F(PolicyReplay, DoesNotCountAsAChangeWhatCannotBeTold) {
  LoginRecord cut = Login("a", "PLAIN");
  cut.truncated = true;
  const Finished finished = Replay(Lines({cut}));
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("1 login: cannot be told\n"));
  EXPECT_THAT(finished.out, HasSubstr("1 login: 0 would change, 0 would not, 1 cannot be told\n"));
}

TEST_F(PolicyReplay, ListsNoMoreHandshakesThanItIsTold) {
  std::vector<LoginRecord> logins;
  for (int i = 0; i < 25; ++i) logins.push_back(Login("id" + std::to_string(i), "PLAIN"));
  const std::string log = Lines(logins);
  EXPECT_EQ(ReplayJson(log)["groups"][0]["handshake_ids"].size(), 10u);
  EXPECT_EQ(ReplayJson(log, {"--limit", "3"})["groups"][0]["handshake_ids"].size(), 3u);
  EXPECT_EQ(ReplayJson(log, {"--limit", "0"})["groups"][0]["logins"], 25);
  EXPECT_THAT(Replay(log, {"--limit", "1"}).out, HasSubstr("handshakes: id0 ...\n"));
}

TEST_F(PolicyReplay, KeepsNoMoreGroupsThanAClientCanMakeItKeep) {
  std::vector<LoginRecord> logins;
  for (int i = 0; i < 3000; ++i) {
    LoginRecord login = Login("a", "PLAIN");
    login.listener = "l" + std::to_string(i);
    logins.push_back(login);
  }
  json told = ReplayJson(Lines(logins));
  EXPECT_EQ(told["changed"], 3000);
  EXPECT_EQ(told["groups"].size(), 1001u);
}

TEST_F(PolicyReplay, PassesOverALineThatIsCutAndSaysSo) {
  const std::string log = Lines({Login("a", "SCRAM-SHA-256")});
  const Finished finished = Replay(log + log.substr(0, 40));
  EXPECT_EQ(finished.exit_code, 0);
  EXPECT_THAT(finished.err, HasSubstr("line 2: "));
  EXPECT_THAT(finished.err, HasSubstr("1 line of "));
  EXPECT_EQ(ReplayJson(log + log.substr(0, 40))["bad_lines"], 1);
}

TEST_F(PolicyReplay, RefusesWhatIsNoAuditLog) {
  EXPECT_EQ(Replay("one\ntwo\nthree\n").exit_code, 3);
  EXPECT_EQ(Replay("").exit_code, 0);
  for (const std::string& path : {folder_ + "/missing", folder_}) {
    const Finished finished = RunSallyportctl({"policy", "replay", policy_, "--audit", path});
    EXPECT_EQ(finished.exit_code, 3) << path;
    EXPECT_THAT(finished.err, HasSubstr(path));
  }
}

TEST_F(PolicyReplay, ReadsStandardInput) {
  const Finished finished =
      RunSallyportctl({"policy", "replay", policy_, "--audit", "-"}, Lines({Login("a", "PLAIN")}));
  EXPECT_EQ(finished.exit_code, 1) << finished.err;
}

TEST_F(PolicyReplay, PrintsNothingThatATerminalWouldObey) {
  LoginRecord login = Login("\x1b[2J", "PLAIN");
  login.listener = login.tenant = "\x1b[2J";
  EXPECT_EQ(Replay(Lines({login})).out.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace sallyport::ctl
