// sallyportctl login, against a real service.

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/client/test_certificates.h"
#include "tests/ctl/run_sallyportctl.h"
#include "tests/server/rpc/running_service.h"

namespace sallyport::ctl {
namespace {

using server::kPassword;
using server::kUser;
using server::RunningService;
using server::ScratchConfig;

Finished LogIn(const RunningService& running, std::vector<std::string> arguments,
               const std::string& password = kPassword) {
  arguments.insert(arguments.begin(), {"login", kUser, "--service", running.address()});
  return RunSallyportctl(arguments, password + "\n");
}

TEST(Login, ShowsEachStepAndWhoIsIn) {
  RunningService running;
  const Finished finished = LogIn(running, {"--mechanism", "SCRAM-SHA-256"});
  EXPECT_EQ(finished.exit_code, 0) << finished.out << finished.err;
  for (const char* line :
       {"-> AMQP SASL header\n", "<- AMQP SASL header\n",
        "<- sasl-mechanisms: SCRAM-SHA-512 SCRAM-SHA-256 PLAIN\n",
        "-> sasl-init: SCRAM-SHA-256, initial response of ", "<- sasl-challenge: ",
        "-> sasl-response: ", "<- sasl-outcome: code 0, additional data of 46 bytes\n",
        "accepted: alice by SCRAM-SHA-256, store local"}) {
    EXPECT_NE(finished.out.find(line), std::string::npos) << line << "\nin\n" << finished.out;
  }
}

TEST(Login, ShowsTheServicesOwnReasonAndNeverThePassword) {
  RunningService running;
  const Finished finished = LogIn(running, {"--mechanism", "PLAIN"}, "not the password");
  EXPECT_EQ(finished.exit_code, 5) << finished.err;
  EXPECT_NE(finished.out.find("refused: bad_credentials"), std::string::npos) << finished.out;
  EXPECT_EQ((finished.out + finished.err).find("not the password"), std::string::npos);
}

TEST(Login, TakesTheStrongestMechanismThatIsOffered) {
  RunningService running;
  const Finished finished = LogIn(running, {});
  EXPECT_NE(finished.out.find("-> sasl-init: SCRAM-SHA-512"), std::string::npos) << finished.out;
}

TEST(Login, ShowsWhatAClientWithoutTlsIsOffered) {
  RunningService running;
  const Finished finished = LogIn(running, {"--unencrypted", "--mechanism", "PLAIN"});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_NE(finished.out.find("<- sasl-mechanisms: SCRAM-SHA-512 SCRAM-SHA-256\n"),
            std::string::npos)
      << finished.out;
}

TEST(Login, BindsBothSidesToOneChannel) {
  server::ServerConfig config = ScratchConfig();
  server::UseRules(&config, "mechanisms: [SCRAM-SHA-256-PLUS, SCRAM-SHA-256]");
  RunningService running(config);
  for (const char* type : {"tls-exporter", "tls-server-end-point"}) {
    const Finished finished = LogIn(running, {"--channel-binding", type});
    EXPECT_EQ(finished.exit_code, 0) << finished.out << finished.err;
    EXPECT_NE(finished.out.find("accepted: alice by SCRAM-SHA-256-PLUS, bound to the channel"),
              std::string::npos)
        << finished.out;
  }
  const Finished unaccepted = LogIn(running, {"--channel-binding", "tls-unique"});
  EXPECT_EQ(unaccepted.exit_code, 1) << unaccepted.out;
  EXPECT_NE(unaccepted.out.find("<- sasl-mechanisms: SCRAM-SHA-256\n"), std::string::npos)
      << unaccepted.out;
}

TEST(Login, ByACertificateAsksForNoPassword) {
  const client::TestAuthority authority;
  const std::string pem = client::WriteFile("alice.pem", authority.Issue("alice").certificate);
  RunningService running;
  const Finished finished =
      RunSallyportctl({"login", "--service", running.address(), "--peer-certificate", pem}, "");
  EXPECT_EQ(finished.exit_code, 0) << finished.out << finished.err;
  EXPECT_NE(finished.out.find("accepted: alice by EXTERNAL"), std::string::npos) << finished.out;
}

TEST(Login, NamesTheFileThatHoldsNoCertificate) {
  const std::string empty = client::WriteFile("empty.pem", "nothing");
  const Finished finished = RunSallyportctl({"login", "--peer-certificate", empty}, "");
  EXPECT_EQ(finished.exit_code, 5);
  EXPECT_NE(finished.err.find(empty), std::string::npos) << finished.err;
}

TEST(Login, AsNobodyAsksForNoPassword) {
  server::ServerConfig config = ScratchConfig();
  server::UseRules(&config, "mechanisms: [ANONYMOUS]");
  RunningService running(config);
  const Finished finished =
      RunSallyportctl({"login", "--service", running.address(), "--mechanism", "ANONYMOUS"}, "");
  EXPECT_EQ(finished.exit_code, 0) << finished.out << finished.err;
}

TEST(Login, HandsParametersToTheMechanism) {
  RunningService running;
  const auto with = [&](const char* flag, const char* parameter) {
    return LogIn(running, {"--mechanism", "PLAIN", flag, parameter});
  };
  EXPECT_EQ(with("--parameter", "colour=red").exit_code, 0);
  const Finished unknown = with("--critical-parameter", "colour=red");
  EXPECT_EQ(unknown.exit_code, 1) << unknown.out;
  EXPECT_NE(unknown.out.find("'colour'"), std::string::npos) << unknown.out;
  const Finished mutual = with("--parameter", "mutual=true");
  EXPECT_EQ(mutual.exit_code, 1) << mutual.out;
  EXPECT_NE(mutual.out.find("the server proves nothing"), std::string::npos) << mutual.out;
}

TEST(Login, SaysThatTheServiceCannotBeReached) {
  std::string address;
  {
    RunningService gone;
    address = gone.address();
  }
  const Finished finished =
      RunSallyportctl({"login", kUser, "--service", address}, std::string(kPassword) + "\n");
  EXPECT_EQ(finished.exit_code, 4) << finished.out << finished.err;
  EXPECT_NE(finished.out.find("service_unreachable"), std::string::npos) << finished.out;
}

TEST(Login, DoesNotSendAPasswordOverANetworkInTheClear) {
  const Finished finished =
      RunSallyportctl({"login", kUser, "--service", "192.0.2.1:7450"}, "pencil\n");
  EXPECT_NE(finished.exit_code, 0);
  EXPECT_NE(finished.err.find("--tls"), std::string::npos) << finished.err;
}

TEST(Login, SpeaksTlsAndChecksTheService) {
  const client::TestAuthority authority, other;
  const client::PemPair pair = authority.Issue("localhost");
  server::ServerConfig config = ScratchConfig();
  config.address = "localhost:0";
  config.tls = server::ServerTls{client::WriteFile("login-server.pem", pair.certificate),
                                 client::WriteFile("login-server.key", pair.key), ""};
  RunningService running(config);
  const std::string ca = client::WriteFile("login-ca.pem", authority.certificate());
  const std::string wrong_ca = client::WriteFile("login-other.pem", other.certificate());
  const Finished accepted = LogIn(running, {"--mechanism", "PLAIN", "--tls", "--ca", ca});
  EXPECT_EQ(accepted.exit_code, 0) << accepted.out << accepted.err;
  EXPECT_EQ(LogIn(running, {"--tls", "--ca", wrong_ca}).exit_code, 4);
  EXPECT_EQ(LogIn(running, {"--ca", ca}).exit_code, 2) << "a --ca without --tls is a mistake";
}

}  // namespace
}  // namespace sallyport::ctl
