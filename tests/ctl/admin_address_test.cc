// The commands over mutual TLS.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <string>
#include <vector>

#include "tests/client/test_certificates.h"
#include "tests/ctl/run_sallyportctl.h"

namespace sallyport::ctl {
namespace {

using testing::HasSubstr;

TEST(AdminAddress, NeedsEachFileOfMutualTls) {
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

TEST(AdminAddress, ComesFromTheEnvironmentToo) {
  setenv("SALLYPORT_ADMIN_ADDRESS", "localhost:1", 1);
  EXPECT_THAT(RunSallyportctl({"store", "list"}).err, HasSubstr("SALLYPORT_ADMIN_CA"));
  const Finished by_socket = RunSallyportctl({"store", "list", "--socket", "/nonexistent/sock"});
  EXPECT_THAT(by_socket.err, HasSubstr("/nonexistent/sock"));
  unsetenv("SALLYPORT_ADMIN_ADDRESS");
}

}  // namespace
}  // namespace sallyport::ctl
