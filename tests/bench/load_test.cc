#include "bench/load/load.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/kerberos/kdc.h"
#include "tests/server/rpc/running_service.h"

namespace sallyport::bench {
namespace {

using server::RunningService;
using server::ScratchConfig;

LoadOptions ShortLoad(const RunningService& running, const std::string& mechanism) {
  LoadOptions options;
  options.service.target = running.address();
  options.connection.listener = "bench";
  options.connection.tls.emplace().version = "TLSv1.3";
  options.client.mechanisms = {mechanism};
  options.concurrency = 4;
  options.warm_up = std::chrono::milliseconds(10);
  options.duration = std::chrono::milliseconds(200);
  return options;
}

void ExpectOnlyAccepted(const LoadOptions& options) {
  const auto result = RunLoad(options);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_GT(result->accepted, 0u);
  EXPECT_EQ(result->refused, 0u) << result->first_refusal;
}

TEST(Load, LogsInBoundToAChannel) {
  server::ServerConfig config = ScratchConfig();
  server::UseRules(&config, "mechanisms: [SCRAM-SHA-256-PLUS]");
  server::AddUser(config, "bench-0", server::kPassword);
  const RunningService running(config);
  LoadOptions options = ShortLoad(running, "SCRAM-SHA-256-PLUS");
  options.client.channel_bindings = {{"tls-exporter", std::string(32, 'x')}};
  options.connection.tls->channel_bindings = options.client.channel_bindings;
  options.password = Secret(server::kPassword);
  ExpectOnlyAccepted(options);
}

TEST(Load, TellsWhyLoginsAreRefused) {
  const RunningService running;
  LoadOptions options = ShortLoad(running, "SCRAM-SHA-256");
  options.password = Secret(server::kPassword);
  const auto result = RunLoad(options);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->accepted, 0u) << "there is no user bench-0";
  EXPECT_GT(result->refused, 0u);
  EXPECT_NE(result->first_refusal, "");
}

TEST(Load, LogsInByWhatMayWaitForAKdc) {
  const auto kdc = Kdc::Start();
  ASSERT_TRUE(kdc.ok()) << kdc.status();
  ASSERT_TRUE((*kdc)->AddService("amqp/localhost").ok());
  ASSERT_TRUE((*kdc)->AddUser(server::kUser, "wonderland").ok());
  const auto tickets = (*kdc)->LogIn(server::kUser, "wonderland");
  ASSERT_TRUE(tickets.ok()) << tickets.status();
  (*kdc)->UseInThisProcess(*tickets);
  server::ServerConfig config = ScratchConfig();
  server::UseRules(&config, "mechanisms: [GSSAPI]");
  config.kerberos.keytab = (*kdc)->keytab();
  config.kerberos.realm = (*kdc)->realm();
  const RunningService running(config);
  LoadOptions options = ShortLoad(running, "GSSAPI");
  options.client.server_name = "localhost";
  ExpectOnlyAccepted(options);
}

}  // namespace
}  // namespace sallyport::bench
