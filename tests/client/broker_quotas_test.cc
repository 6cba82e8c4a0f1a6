// What a broker's own quotas at the service mean for the logins of its SDK.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/authenticator.h"
#include "tests/client/recording_observer.h"
#include "tests/client/scram_login.h"
#include "tests/server/rpc/running_service.h"

namespace sallyport::client {
namespace {

server::ServerConfig WithQuotas(const std::string& quotas) {
  server::ServerConfig config = server::ScratchConfig();
  server::UseRules(
      &config, "",
      absl::StrCat("brokers: [{name: edge, without_certificate: true, quotas: {", quotas, "}}]\n"));
  return config;
}

std::unique_ptr<Authenticator> Connect(AuthenticatorOptions options) {
  auto authenticator = Authenticator::Create(std::move(options));
  EXPECT_TRUE(authenticator.ok()) << authenticator.status();
  return *std::move(authenticator);
}

const ConnectionFacts kFacts = {.listener = "amqps", .tls = TlsFacts{.version = "TLSv1.3"}};

bool LogsIn(Authenticator& authenticator) {
  ScramLogin login(authenticator, server::kPassword);
  login.Run();
  return login.Succeeded();
}

TEST(BrokerQuotas, AHandshakeOverTheQuotaEndsWithSysTemp) {
  server::RunningService service(WithQuotas("max_handshakes: 1"));
  const auto authenticator = Connect({.target = service.address()});
  const auto first_observer = std::make_shared<RecordingObserver>();
  const auto first = authenticator->Open(kFacts, first_observer);
  ASSERT_TRUE(first_observer->WaitForBytes("AMQP"));
  const auto observer = std::make_shared<RecordingObserver>();
  const auto second = authenticator->Open(kFacts, observer);
  const Outcome outcome = observer->WaitForOutcome();
  EXPECT_EQ(outcome.code, amqp::SaslCode::kSysTemp);
  EXPECT_EQ(outcome.reason, FailureReason::kOverloaded);
  EXPECT_NE(outcome.detail.find("'max_handshakes'"), std::string::npos) << outcome.detail;
}

TEST(BrokerQuotas, LoginsWithoutAStreamEndWithSysTemp) {
  server::RunningService service(WithQuotas("max_streams: 1"));
  const auto first = Connect({.target = service.address()});
  ASSERT_TRUE(LogsIn(*first));
  const auto second =
      Connect({.target = service.address(), .connect_timeout = absl::Milliseconds(500)});
  const auto observer = std::make_shared<RecordingObserver>();
  const auto handshake = second->Open(kFacts, observer);
  const Outcome outcome = observer->WaitForOutcome();
  EXPECT_EQ(outcome.code, amqp::SaslCode::kSysTemp);
  EXPECT_NE(outcome.detail.find("'max_streams'"), std::string::npos) << outcome.detail;
  EXPECT_TRUE(LogsIn(*first));
}

TEST(BrokerQuotas, LoginsGoOnOnTheStreamThatThereIs) {
  server::RunningService service(WithQuotas("max_streams: 1"));
  const auto authenticator =
      Connect({.target = service.address(), .max_streams = 4, .resume = false});
  const auto observer = std::make_shared<RecordingObserver>();
  std::vector<std::unique_ptr<Handshake>> waiting;
  // So that it is busy, and others are tried.
  while (authenticator->stats().streams < 4) {
    waiting.push_back(authenticator->Open(kFacts, observer));
    if (waiting.size() % 64 == 0) {
      ASSERT_TRUE(LogsIn(*authenticator));
    }
    ASSERT_LT(waiting.size(), 10'000u);
  }
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(LogsIn(*authenticator));
  EXPECT_EQ(observer->outcomes(), 0);
}

}  // namespace
}  // namespace sallyport::client
