// sallyportctl login by mechanisms that need more than a password, against a real
// service.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/client/test_certificates.h"
#include "tests/core/tokens/token_signer.h"
#include "tests/ctl/run_sallyportctl.h"
#include "tests/kerberos/kdc.h"
#include "tests/server/rpc/running_service.h"

namespace sallyport::ctl {
namespace {

using server::RunningService;
using server::ScratchConfig;

class TokenLogin : public testing::Test {
 protected:
  static server::ServerConfig Config(const TokenSigner& signer) {
    const std::string keys =
        client::WriteFile("keys.json", KeySetOf({signer.Jwk(R"("kid":"k1","alg":"ES256",)")}));
    server::ServerConfig config = ScratchConfig();
    server::UseRules(&config, "mechanisms: [OAUTHBEARER, XOAUTH2, SCRAM-SHA-256]",
                     "token_issuers: [{name: issuer, issuer: 'https://issuer.example', audience: "
                     "[amqp], keys: " +
                         keys + "}]\n");
    return config;
  }

  // Beyond what a password may have.
  std::string Token() const {
    return signer_.Sign(
        R"({"alg":"ES256","kid":"k1"})",
        absl::StrCat(R"({"iss":"https://issuer.example","aud":"amqp","sub":"alice","exp":)",
                     absl::ToUnixSeconds(absl::Now() + absl::Minutes(5)), R"(,"more":")",
                     std::string(5000, 'x'), "\"}"),
        "ES256");
  }

  Finished LogIn(std::vector<std::string> arguments, const std::string& input = "") const {
    arguments.insert(arguments.begin(), {"login", "alice", "--service", running_.address()});
    return RunSallyportctl(arguments, input);
  }

  const TokenSigner signer_ = TokenSigner::Curve("P-256");
  const RunningService running_{Config(signer_)};
};

TEST_F(TokenLogin, TakesTheTokenFromAFile) {
  const std::string file = client::WriteFile("token", Token() + "\n");
  const Finished finished = LogIn({"--token-file", file});
  EXPECT_EQ(finished.exit_code, 0) << finished.out << finished.err;
  EXPECT_NE(finished.out.find("accepted: alice by OAUTHBEARER, store issuer"), std::string::npos)
      << finished.out;
  const Finished other = LogIn({"--token-file", file, "--mechanism", "XOAUTH2"});
  EXPECT_EQ(other.exit_code, 0) << other.out << other.err;
  EXPECT_NE(other.out.find("by XOAUTH2"), std::string::npos) << other.out;
}

TEST_F(TokenLogin, TakesTheTokenFromStandardInput) {
  const Finished finished = LogIn({"--mechanism", "OAUTHBEARER"}, Token() + "\n");
  EXPECT_EQ(finished.exit_code, 0) << finished.out << finished.err;
  const Finished empty = LogIn({"--mechanism", "OAUTHBEARER"});
  EXPECT_EQ(empty.exit_code, 5);
  EXPECT_NE(empty.err.find("the token is empty"), std::string::npos) << empty.err;
}

TEST_F(TokenLogin, TakesThePasswordFirstWhereBothAreNeeded) {
  const Finished finished = LogIn({"--mechanism", "OAUTHBEARER", "--mechanism", "SCRAM-SHA-256"},
                                  absl::StrCat(server::kPassword, "\n", Token(), "\n"));
  EXPECT_EQ(finished.exit_code, 0) << finished.out << finished.err;
  EXPECT_NE(finished.out.find("by OAUTHBEARER"), std::string::npos) << finished.out;
}

TEST_F(TokenLogin, ShowsTheServicesOwnReasonAndNeverTheToken) {
  const Finished finished = LogIn({"--mechanism", "OAUTHBEARER"}, "to.be.refused\n");
  EXPECT_EQ(finished.exit_code, 5) << finished.out << finished.err;
  EXPECT_NE(finished.out.find("refused: token_invalid"), std::string::npos) << finished.out;
  EXPECT_EQ((finished.out + finished.err).find("to.be.refused"), std::string::npos);
}

TEST_F(TokenLogin, AsksForATokenOnATerminalWithoutEcho) {
  OnTerminal terminal(
      {"login", "alice", "--service", running_.address(), "--mechanism", "XOAUTH2"});
  ASSERT_TRUE(terminal.WaitFor("Token: "));
  EXPECT_FALSE(terminal.Echoes());
  terminal.Type("to.be.refused\n");
  EXPECT_EQ(terminal.Finish().exit_code, 5);
  EXPECT_EQ(terminal.shown().find("to.be.refused"), std::string::npos);
}

TEST(KerberosLogin, ShowsTheTicketOfWhoeverRunsIt) {
  const auto kdc = Kdc::Start();
  ASSERT_TRUE(kdc.ok()) << kdc.status();
  ASSERT_TRUE((*kdc)->AddService("amqp/localhost").ok());
  ASSERT_TRUE((*kdc)->AddUser("alice", "wonderland").ok());
  const auto tickets = (*kdc)->LogIn("alice", "wonderland");
  ASSERT_TRUE(tickets.ok()) << tickets.status();
  (*kdc)->UseInThisProcess(*tickets);
  server::ServerConfig config = ScratchConfig();
  server::UseRules(&config, "mechanisms: [GSSAPI]");
  config.kerberos.keytab = (*kdc)->keytab();
  config.kerberos.realm = (*kdc)->realm();
  RunningService running(config);
  const Finished finished = RunSallyportctl({"login", "--service", running.address(), "--mechanism",
                                             "GSSAPI", "--sasl-host", "localhost"});
  EXPECT_EQ(finished.exit_code, 0) << finished.out << finished.err;
  EXPECT_NE(finished.out.find("accepted: alice by GSSAPI"), std::string::npos) << finished.out;
  const Finished nowhere = RunSallyportctl({"login", "--service", running.address(), "--mechanism",
                                            "GSSAPI", "--sasl-host", "nowhere.example"});
  EXPECT_EQ(nowhere.exit_code, 1) << nowhere.out;
  EXPECT_NE(nowhere.out.find("no ticket for amqp@nowhere.example"), std::string::npos)
      << nowhere.out;
}

TEST(ObsoleteLogin, TakesAPasswordAndParameters) {
  server::ServerConfig config = ScratchConfig();
  server::UseRules(&config, "mechanisms: [DIGEST-MD5, CRAM-MD5, LOGIN], digest_realm: example.com");
  RunningService running(config);
  const Finished added = RunSallyportctl(
      {"user", "add", "bob", "--scheme", "CLEARTEXT", "--socket", config.admin_socket}, "pencil\n");
  ASSERT_EQ(added.exit_code, 0) << added.err;
  const auto by = [&running](const std::string& mechanism, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"login",           "bob",         "--service",
                                          running.address(), "--mechanism", mechanism,
                                          "--sasl-host",     "mq.example"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunSallyportctl(arguments, "pencil\n");
  };
  for (const std::string mechanism : {"DIGEST-MD5", "CRAM-MD5", "LOGIN"}) {
    const Finished finished = by(mechanism);
    EXPECT_EQ(finished.exit_code, 0) << finished.out << finished.err;
    EXPECT_NE(finished.out.find("accepted: bob by " + mechanism), std::string::npos)
        << finished.out;
  }
  EXPECT_EQ(by("DIGEST-MD5", {"--parameter", "realm=example.com"}).exit_code, 0);
  EXPECT_NE(by("DIGEST-MD5", {"--parameter", "realm=elsewhere.example"}).exit_code, 0);
}

}  // namespace
}  // namespace sallyport::ctl
