// The commands over mutual TLS.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/client/test_certificates.h"
#include "tests/ctl/run_sallyportctl.h"
#include "tests/server/rpc/running_service.h"

namespace sallyport::ctl {
namespace {

using testing::HasSubstr;

TEST(AdminAddressOptions, NeedEachFileOfMutualTls) {
  const std::string pem = client::WriteFile("any.pem", "x");
  const std::vector<std::string> list = {"store", "list", "--admin", "localhost:1"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), list.begin(), list.end());
    return RunSallyportctl(more);
  };
  for (const auto& [given, missing] :
       {std::pair(std::vector<std::string>{}, "--ca"),
        std::pair(std::vector<std::string>{"--ca", pem}, "--cert"),
        std::pair(std::vector<std::string>{"--ca", pem, "--cert", pem}, "--key")}) {
    const Finished finished = with(given);
    EXPECT_EQ(finished.exit_code, 5);
    EXPECT_THAT(finished.err, HasSubstr(missing));
  }
  const Finished unread = with({"--ca", pem, "--cert", pem, "--key", "/nonexistent/key.pem"});
  EXPECT_NE(unread.exit_code, 0);
  EXPECT_THAT(unread.err, HasSubstr("/nonexistent/key.pem"));
}

class AdminAddress : public testing::Test {
 protected:
  AdminAddress() {
    const client::PemPair pair = authority_.Issue("localhost");
    config_.admin_address = server::AdminAddress{
        .address = "localhost:0",
        .tls = {.certificate_file = client::WriteFile("server.pem", pair.certificate),
                .key_file = client::WriteFile("server.key", pair.key),
                .client_ca_file = client::WriteFile("ca.pem", authority_.certificate())},
        .allow = {"*.admins.example"}};
  }

  // Runs `user show alice` with a certificate of `issuer`'s for `name`.
  Finished Show(server::RunningService& running, const client::TestAuthority& issuer,
                const std::string& name, const std::string& ca = "") {
    const client::PemPair pair = issuer.Issue(name);
    return RunSallyportctl({"user", "show", server::kUser, "--admin",
                            running.service().admin_address(), "--ca",
                            ca.empty() ? client::WriteFile("ca.pem", authority_.certificate()) : ca,
                            "--cert", client::WriteFile("client.pem", pair.certificate), "--key",
                            client::WriteFile("client.key", pair.key)});
  }

  client::TestAuthority authority_, other_;
  server::ServerConfig config_ = server::ScratchConfig();
};

TEST_F(AdminAddress, IsReachedWithACertificateThatIsOnTheList) {
  server::RunningService running(config_);
  const Finished shown = Show(running, authority_, "ada.admins.example");
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("name:        alice\n"));
}

TEST_F(AdminAddress, DeniesWhoIsNotOnTheList) {
  server::RunningService running(config_);
  const Finished denied = Show(running, authority_, "ada.example");
  EXPECT_EQ(denied.exit_code, 5) << denied.err;
  EXPECT_EQ(denied.out, "");
}

TEST_F(AdminAddress, IsNotReachedWithTheWrongCertificates) {
  server::RunningService running(config_);
  const Finished stranger = Show(running, other_, "ada.admins.example");
  EXPECT_EQ(stranger.exit_code, 4);
  EXPECT_THAT(stranger.err, HasSubstr("is yours on its list?"));
  const std::string wrong = client::WriteFile("other-ca.pem", other_.certificate());
  EXPECT_EQ(Show(running, authority_, "ada.admins.example", wrong).exit_code, 4);
}

TEST(AdminAddressOptions, ComeFromTheEnvironmentToo) {
  setenv("SALLYPORT_ADMIN_ADDRESS", "localhost:1", 1);
  EXPECT_THAT(RunSallyportctl({"store", "list"}).err, HasSubstr("SALLYPORT_ADMIN_CA"));
  const Finished by_socket = RunSallyportctl({"store", "list", "--socket", "/nonexistent/sock"});
  EXPECT_THAT(by_socket.err, HasSubstr("/nonexistent/sock"));
  unsetenv("SALLYPORT_ADMIN_ADDRESS");
}

}  // namespace
}  // namespace sallyport::ctl
