// The client's side of the gateway, with a scripted service.

#include <string>
#include <vector>

#include "tests/gateway/gateway_fixture.h"

namespace sallyport::gateway {
namespace {

using GatewayClient = GatewayFixture;

TEST_F(GatewayClient, IsOpenedAtAcceptAndRelayedBothWays) {
  Start();
  TestPeer client = Connect();
  const auto handshake = authenticator_->Next();
  ASSERT_NE(handshake, nullptr);
  EXPECT_EQ(handshake->facts().listener, "amqp");
  EXPECT_EQ(handshake->facts().remote_address, FormatEndpoint(client.local()));
  EXPECT_EQ(handshake->facts().local_address, FormatEndpoint(gateway_->addresses()["amqp"]));
  EXPECT_FALSE(handshake->facts().tls.has_value());
  handshake->Send("greeting");
  EXPECT_EQ(client.Receive(8), "greeting");
  client.Send("init");
  EXPECT_EQ(handshake->WaitForBytes(4), "init");
  handshake->Send("challenge");
  EXPECT_EQ(client.Receive(9), "challenge");
}

// Kerberos's and OAuth's messages are beyond the 512 bytes of a first AMQP frame.
TEST_F(GatewayClient, MayExchangeMessagesOfManyKilobytes) {
  Start();
  TestPeer client = Connect();
  const auto handshake = authenticator_->Next();
  const std::string init(60'000, 'i');
  client.Send(init);
  EXPECT_TRUE(handshake->WaitForBytes(init.size()) == init);
  const std::string challenge(60'000, 'c');
  handshake->Send(challenge);
  EXPECT_TRUE(client.Receive(challenge.size()) == challenge);
  const std::string response(60'000, 'r');
  client.Send(response);
  EXPECT_TRUE(handshake->WaitForBytes(init.size() + response.size()) == init + response);
}

TEST_F(GatewayClient, IsSplicedOnSuccessAndHandsOnTheRestInOrder) {
  Start();
  TestPeer client = Connect();
  const auto handshake = authenticator_->Next();
  client.Send("init");
  handshake->WaitForBytes(4);
  handshake->Send("outcome");
  handshake->LetIn("alice", std::string(kAmqpHeader) + "rest,");
  client.Send("late,");
  TestPeer broker = AcceptAnonymous(amqp::SaslCode::kOk, "from broker");
  client.Send("later");
  EXPECT_EQ(client.Receive(7 + 11), "outcomefrom broker");
  EXPECT_EQ(broker.Receive(8 + 15), std::string(kAmqpHeader) + "rest,late,later");
  broker.Send("answer");
  EXPECT_EQ(client.Receive(6), "answer");
  broker.ShutdownSend();
  EXPECT_EQ(client.ReceiveAll(), "");
  EXPECT_FALSE(client.was_reset());
  client.Send("goodbye");
  client.ShutdownSend();
  EXPECT_EQ(broker.ReceiveAll(), "goodbye");
  EXPECT_TRUE(WaitForConnected(0));
  const std::string log = TakeLog();
  EXPECT_NE(log.find("\"client authenticated\""), std::string::npos) << log;
  for (const char* field :
       {"\"authorization_id\":\"alice\"", "\"mechanism\":\"SCRAM-SHA-256\"",
        "\"handshake_id\":\"handshake-1\"", "\"listener\":\"amqp\"", "\"connection ended\""}) {
    EXPECT_NE(log.find(field), std::string::npos) << field << log;
  }
}

TEST_F(GatewayClient, ThatIsRefusedReadsTheOutcomeAndAnOrderlyEnd) {
  Start();
  TestPeer client = Connect();
  const auto handshake = authenticator_->Next();
  client.Send("init");
  handshake->WaitForBytes(4);
  handshake->Send("outcome");
  client::Outcome outcome;
  outcome.code = amqp::SaslCode::kAuth;
  outcome.reason = FailureReason::kBadCredentials;
  outcome.handshake_id = "handshake-7";
  handshake->Decide(outcome);
  // Bytes that the gateway never reads must not turn its close into a reset.
  client.Send(std::string(1000, 'x'));
  EXPECT_EQ(client.ReceiveAll(), "outcome");
  EXPECT_FALSE(client.was_reset());
  client.ShutdownSend();
  EXPECT_TRUE(WaitForConnected(0));
  const std::string log = TakeLog();
  EXPECT_NE(log.find("\"reason\":\"bad_credentials\""), std::string::npos) << log;
  EXPECT_NE(log.find("\"code\":\"auth\""), std::string::npos) << log;
  EXPECT_NE(log.find("handshake-7"), std::string::npos) << log;
}

TEST_F(GatewayClient, WithAnOutcomeThatNamesNobodyIsNotLetIn) {
  Start();
  TestPeer client = Connect();
  client::Outcome outcome;
  outcome.code = amqp::SaslCode::kOk;
  authenticator_->Next()->Decide(outcome);
  EXPECT_EQ(client.ReceiveAll(), "");
  EXPECT_FALSE(client.was_reset());
}

TEST_F(GatewayClient, ThatLeavesMakesTheServiceForgetItsHandshake) {
  Start();
  for (const bool reset : {false, true}) {
    for (const bool spoke : {false, true}) {
      TestPeer client = Connect();
      const auto handshake = authenticator_->Next();
      if (spoke) {
        client.Send("header");
        handshake->WaitForBytes(6);
      }
      if (reset) {
        client.Reset();
      } else {
        client.ShutdownSend();
      }
      EXPECT_TRUE(handshake->WaitForAbandoned());
      EXPECT_TRUE(WaitForConnected(0));
    }
  }
}

TEST_F(GatewayClient, ThatLeavesWhileTheBrokerIsLoggedInToEndsTheBrokersConnection) {
  Start();
  TestPeer client = Connect();
  const auto handshake = authenticator_->Next();
  handshake->LetIn("alice");
  TestPeer broker = broker_.Accept();
  client.ShutdownSend();
  EXPECT_EQ(broker.Receive(8), kSaslHeader);
  broker.Send(Greeting("ANONYMOUS"));
  ReceiveFrame(broker);
  broker.Send(OutcomeFrame(amqp::SaslCode::kOk));
  EXPECT_EQ(broker.ReceiveAll(), "");
  broker.ShutdownSend();
  EXPECT_TRUE(WaitForConnected(0));
}

TEST_F(GatewayClient, ThatLeavesOnceSplicedEndsTheBrokersConnection) {
  Start();
  TestPeer client = Connect();
  TestPeer broker = LogIn(client);
  client.Reset();
  broker.ReceiveAll();
  EXPECT_TRUE(WaitForConnected(0));
}

TEST_F(GatewayClient, OverTheByteLimitIsClosed) {
  config_.limits.bytes_before_authentication = 1000;
  Start();
  TestPeer client = Connect();
  const auto handshake = authenticator_->Next();
  client.Send(std::string(1000, 'x'));
  EXPECT_EQ(handshake->WaitForBytes(1000).size(), 1000u);
  client.Send("x");
  EXPECT_TRUE(handshake->WaitForAbandoned());
  EXPECT_TRUE(WaitForConnected(0));
  EXPECT_NE(TakeLog().find("more than 1000 bytes"), std::string::npos);
}

TEST_F(GatewayClient, ThatTakesTooLongIsClosed) {
  config_.limits.time_before_authentication = absl::Milliseconds(50);
  Start();
  TestPeer client = Connect();
  const auto handshake = authenticator_->Next();
  EXPECT_TRUE(handshake->WaitForAbandoned());
  EXPECT_EQ(client.ReceiveAll(), "");
  EXPECT_NE(TakeLog().find("timed out before authentication"), std::string::npos);
}

TEST_F(GatewayClient, HasNoTimeLimitOnceAuthenticated) {
  config_.limits.time_before_authentication = absl::Milliseconds(300);
  Start();
  TestPeer client = Connect();
  TestPeer broker = LogIn(client);
  // A second client's time runs out after the first one's would have.
  TestPeer slow = Connect();
  EXPECT_EQ(slow.ReceiveAll(), "");
  client.Send("still here");
  EXPECT_EQ(broker.Receive(10), "still here");
}

TEST_F(GatewayClient, OverTheConnectionLimitIsClosedAndAnotherMayComeLater) {
  config_.limits.connections = 1;
  Start();
  {
    TestPeer first = Connect();
    ASSERT_NE(authenticator_->Next(), nullptr);
    TestPeer second = Connect();
    EXPECT_EQ(second.ReceiveAll(), "");
  }
  EXPECT_TRUE(WaitForConnected(0));
  TestPeer third = Connect();
  EXPECT_NE(authenticator_->Next(), nullptr);
  EXPECT_NE(TakeLog().find("the limit is reached"), std::string::npos);
}

TEST_F(GatewayClient, OverTheLimitForItsAddressIsClosed) {
  config_.limits.connections_per_address = 1;
  config_.listeners[0].proxy_protocol = ProxyProtocol::kV1;
  Start();
  TestPeer first = Connect();
  first.Send("PROXY TCP4 10.0.0.1 10.0.0.9 1000 5672\r\n");
  ASSERT_NE(authenticator_->Next(), nullptr);
  TestPeer second = Connect();
  second.Send("PROXY TCP4 10.0.0.1 10.0.0.9 1001 5672\r\n");
  EXPECT_EQ(second.ReceiveAll(), "");
  TestPeer third = Connect();
  third.Send("PROXY TCP4 10.0.0.2 10.0.0.9 1001 5672\r\n");
  EXPECT_NE(authenticator_->Next(), nullptr);
}

TEST_F(GatewayClient, BehindALoadBalancerHasTheAddressOfThePROXYHeader) {
  config_.listeners[0].proxy_protocol = ProxyProtocol::kAny;
  Start();
  const ProxyAddresses addresses = {*ParseEndpoint("203.0.113.7:4711"),
                                    *ParseEndpoint("198.51.100.2:5672")};
  for (const ProxyProtocol version : {ProxyProtocol::kV1, ProxyProtocol::kV2}) {
    TestPeer client = Connect();
    // Byte by byte, and the last one together with what follows.
    const std::string header = FormatProxyHeader(version, addresses);
    for (const char byte : header.substr(0, header.size() - 1)) client.Send({&byte, 1});
    client.Send(header.substr(header.size() - 1) + "init");
    const auto handshake = authenticator_->Next();
    ASSERT_NE(handshake, nullptr);
    EXPECT_EQ(handshake->facts().remote_address, "203.0.113.7:4711");
    EXPECT_EQ(handshake->facts().local_address, "198.51.100.2:5672");
    EXPECT_EQ(handshake->WaitForBytes(4), "init");
  }
}

TEST_F(GatewayClient, WithoutThePROXYHeaderThatIsDueIsClosed) {
  config_.listeners[0].proxy_protocol = ProxyProtocol::kAny;
  Start();
  TestPeer client = Connect();
  client.Send(kSaslHeader);
  EXPECT_EQ(client.ReceiveAll(), "");
  EXPECT_TRUE(WaitForConnected(0));
  EXPECT_NE(TakeLog().find("does not begin with a PROXY header"), std::string::npos);
}

TEST_F(GatewayClient, GoesOnWhenNoNewOnesAreAccepted) {
  Start();
  const Endpoint address = gateway_->addresses()["amqp"];
  TestPeer client = Connect();
  TestPeer broker = LogIn(client);
  gateway_->StopAccepting();
  client.Send("still here");
  EXPECT_EQ(broker.Receive(10), "still here");
  // The port is free again.
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  const TestPeer late(fd);
  EXPECT_NE(connect(fd, address.data(), static_cast<socklen_t>(address.size())), 0);
}

TEST_F(GatewayClient, IsClosedWhenTheGatewayEndsAtAnyStage) {
  Start();
  TestPeer silent = Connect();
  const auto open = authenticator_->Next();
  TestPeer logging_in = Connect();
  authenticator_->Next()->LetIn("alice");
  TestPeer half_way = broker_.Accept();
  TestPeer spliced = Connect();
  TestPeer broker = LogIn(spliced);
  gateway_.reset();
  for (TestPeer* peer : {&silent, &logging_in, &spliced, &half_way, &broker}) peer->ReceiveAll();
  EXPECT_TRUE(open->WaitForAbandoned());
}

}  // namespace
}  // namespace sallyport::gateway
