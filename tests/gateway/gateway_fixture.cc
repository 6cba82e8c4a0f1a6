#include "tests/gateway/gateway_fixture.h"

#include <signal.h>

#include <thread>
#include <utility>

#include "absl/time/clock.h"
#include "process/log.h"

namespace sallyport::gateway {

GatewayFixture::GatewayFixture() {
  signal(SIGPIPE, SIG_IGN);
  testing::internal::CaptureStderr();
  config_.listeners.push_back({.name = "amqp", .address = *ParseEndpoint("127.0.0.1:0")});
  config_.broker.address = {"127.0.0.1", broker_.address().port()};
  config_.broker.login = BrokerLogin::kAnonymous;
  config_.threads = 2;
}

GatewayFixture::~GatewayFixture() {
  gateway_.reset();
  if (capturing_) TakeLog();
}

void GatewayFixture::Start() {
  auto authenticator = std::make_unique<ScriptedAuthenticator>();
  authenticator_ = authenticator.get();
  auto gateway = Gateway::Create(config_, std::move(authenticator));
  ASSERT_TRUE(gateway.ok()) << gateway.status();
  gateway_ = *std::move(gateway);
  ASSERT_TRUE(gateway_->Start().ok());
}

TestPeer GatewayFixture::Connect() { return TestPeer::Connect(gateway_->addresses()["amqp"]); }

TestPeer GatewayFixture::AcceptAnonymous(amqp::SaslCode code, std::string behind) {
  TestPeer peer = broker_.Accept();
  EXPECT_EQ(peer.Receive(8), kSaslHeader);
  peer.Send(Greeting("ANONYMOUS"));
  EXPECT_NE(ReceiveFrame(peer).find("ANONYMOUS"), std::string::npos);
  peer.Send(OutcomeFrame(code) + behind);
  return peer;
}

TestPeer GatewayFixture::LogIn(TestPeer& client, std::string rest) {
  const std::shared_ptr<OpenedHandshake> handshake = authenticator_->Next();
  client.Send("init");
  EXPECT_EQ(handshake->WaitForBytes(4), "init");
  handshake->Send("outcome");
  handshake->LetIn("alice", std::move(rest));
  TestPeer broker = AcceptAnonymous();
  EXPECT_EQ(client.Receive(7), "outcome");
  return broker;
}

bool GatewayFixture::WaitForConnected(uint64_t count) {
  const absl::Time deadline = absl::Now() + absl::Seconds(10);
  while (gateway_->connected() != count && absl::Now() < deadline) std::this_thread::yield();
  return gateway_->connected() == count;
}

std::string GatewayFixture::TakeLog() {
  process::FlushLog(absl::Seconds(10));
  capturing_ = false;
  return testing::internal::GetCapturedStderr();
}

}  // namespace sallyport::gateway
