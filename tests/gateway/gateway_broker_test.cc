// The broker's side of the gateway: connecting, logging in, and what can go wrong.

#include <openssl/x509v3.h>

#include <string>

#include "tests/gateway/gateway_fixture.h"

namespace sallyport::gateway {
namespace {

using GatewayBroker = GatewayFixture;

// What a sasl-init ends with: a binary of up to 255 bytes.
std::string Binary(std::string_view bytes) {
  return std::string("\xa0") + static_cast<char>(bytes.size()) + std::string(bytes);
}

TEST_F(GatewayBroker, ThatIsDownEndsTheClientInOrderAndIsLogged) {
  Start();
  broker_.Close();
  TestPeer client = Connect();
  const auto handshake = authenticator_->Next();
  handshake->Send("outcome");
  handshake->LetIn("alice");
  EXPECT_EQ(client.ReceiveAll(), "outcome");
  EXPECT_FALSE(client.was_reset());
  const std::string log = TakeLog();
  EXPECT_NE(log.find("\"broker login failed\""), std::string::npos) << log;
  EXPECT_NE(log.find("\"step\":\"connect\""), std::string::npos) << log;
  EXPECT_NE(log.find("refused"), std::string::npos) << log;
}

TEST_F(GatewayBroker, ThatRefusesTheLoginEndsTheClient) {
  Start();
  TestPeer client = Connect();
  authenticator_->Next()->LetIn("alice");
  TestPeer broker = AcceptAnonymous(amqp::SaslCode::kAuth);
  EXPECT_EQ(client.ReceiveAll(), "");
  EXPECT_EQ(broker.ReceiveAll(), "");
  const std::string log = TakeLog();
  EXPECT_NE(log.find("the broker refused the login with auth"), std::string::npos) << log;
  EXPECT_NE(log.find("\"step\":\"login\""), std::string::npos) << log;
}

TEST_F(GatewayBroker, ThatDoesNotAnswerInTimeEndsTheClient) {
  config_.broker.connect_timeout = absl::Milliseconds(100);
  Start();
  TestPeer client = Connect();
  authenticator_->Next()->LetIn("alice");
  TestPeer broker = broker_.Accept();
  broker.Send(Greeting("ANONYMOUS"));
  EXPECT_EQ(client.ReceiveAll(), "");
  EXPECT_NE(TakeLog().find("timed out"), std::string::npos);
}

TEST_F(GatewayBroker, ThatClosesOrTalksNonsenseEndsTheClient) {
  Start();
  for (const std::string& answer :
       {std::string(), std::string("HTTP/1.1 400 Bad Request\r\n\r\n"), Greeting("SCRAM-SHA-256"),
        std::string(kAmqpHeader), Greeting("ANONYMOUS") + "\xff\xff\xff\xff"}) {
    TestPeer client = Connect();
    authenticator_->Next()->LetIn("alice");
    TestPeer broker = broker_.Accept();
    broker.Send(answer);
    broker.ShutdownSend();
    EXPECT_EQ(client.ReceiveAll(), "");
  }
}

TEST_F(GatewayBroker, IsFoundByName) {
  config_.broker.address.host = "localhost";
  Start();
  TestPeer client = Connect();
  TestPeer broker = LogIn(client);
  client.Send("hello");
  EXPECT_EQ(broker.Receive(5), "hello");
}

TEST_F(GatewayBroker, IsToldTheClientsAddress) {
  config_.broker.proxy_protocol = ProxyProtocol::kV1;
  Start();
  TestPeer client = Connect();
  authenticator_->Next()->LetIn("alice");
  TestPeer broker = broker_.Accept();
  const std::string expected =
      FormatProxyHeader(ProxyProtocol::kV1, {client.local(), gateway_->addresses()["amqp"]});
  EXPECT_EQ(broker.Receive(expected.size() + 8), expected + std::string(kSaslHeader));
}

class GatewayExternalLogin : public GatewayFixture {
 protected:
  GatewayExternalLogin() {
    config_.broker.login = BrokerLogin::kExternal;
    config_.broker.tls = BrokerTlsConfig{WriteTestFile("broker-ca.pem", broker_ca_.certificate_pem),
                                         "broker.example"};
    config_.broker.external.ca_certificate =
        WriteTestFile("login-ca.pem", login_ca_.certificate_pem);
    config_.broker.external.ca_key = WriteTestFile("login-ca.key", login_ca_.key_pem);
    broker_tls_ = MakeTestContext(true, login_ca_.certificate.get(), server_.certificate.get(),
                                  server_.key.get());
    SSL_CTX_set_verify(broker_tls_.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                       nullptr);
  }

  const TestCertificate broker_ca_ = MakeTestAuthority("broker authority");
  const TestCertificate login_ca_ = MakeTestAuthority("login authority");
  const TestCertificate server_ = MakeTestCertificate("broker.example", broker_ca_);
  SslContextPtr broker_tls_;
};

TEST_F(GatewayExternalLogin, ShowsTheBrokerACertificateInTheClientsName) {
  config_.broker.proxy_protocol = ProxyProtocol::kV2;
  Start();
  TestPeer client = Connect();
  authenticator_->Next()->LetIn("alice@example.com", "rest");
  TestPeer broker = broker_.Accept();
  const std::string proxy =
      FormatProxyHeader(ProxyProtocol::kV2, {client.local(), gateway_->addresses()["amqp"]});
  EXPECT_EQ(broker.Receive(proxy.size()), proxy);
  ASSERT_TRUE(broker.StartTlsServer(broker_tls_.get()));
  EXPECT_STREQ(SSL_get_servername(broker.tls(), TLSEXT_NAMETYPE_host_name), "broker.example");
  char common_name[100];
  X509_NAME_get_text_by_NID(X509_get_subject_name(SSL_get0_peer_certificate(broker.tls())),
                            NID_commonName, common_name, sizeof(common_name));
  EXPECT_STREQ(common_name, "alice@example.com");
  EXPECT_EQ(broker.Receive(8), kSaslHeader);
  broker.Send(Greeting("EXTERNAL"));
  const std::string init = ReceiveFrame(broker);
  EXPECT_TRUE(init.ends_with(Binary(""))) << "an empty binary, and nobody's authorization id";
  broker.Send(OutcomeFrame(amqp::SaslCode::kOk));
  EXPECT_EQ(broker.Receive(4), "rest");
  broker.Send("answer");
  EXPECT_EQ(client.Receive(6), "answer");
  broker.ShutdownSend();
  EXPECT_EQ(client.ReceiveAll(), "");
  client.ShutdownSend();
  EXPECT_EQ(broker.ReceiveAll(), "");
  EXPECT_FALSE(broker.was_reset());
}

TEST_F(GatewayExternalLogin, RefusesABrokerOfAnotherName) {
  config_.broker.tls->server_name = "another.example";
  Start();
  TestPeer client = Connect();
  authenticator_->Next()->LetIn("alice");
  TestPeer broker = broker_.Accept();
  EXPECT_FALSE(broker.StartTlsServer(broker_tls_.get()));
  EXPECT_EQ(client.ReceiveAll(), "");
  const std::string log = TakeLog();
  EXPECT_NE(log.find("\"step\":\"tls\""), std::string::npos) << log;
  EXPECT_NE(log.find("hostname mismatch"), std::string::npos) << log;
}

TEST_F(GatewayExternalLogin, RefusesABrokerOfAnotherAuthority) {
  const TestCertificate impostor =
      MakeTestCertificate("broker.example", MakeTestAuthority("nobody's authority"));
  const SslContextPtr context =
      MakeTestContext(true, nullptr, impostor.certificate.get(), impostor.key.get());
  Start();
  TestPeer client = Connect();
  authenticator_->Next()->LetIn("alice");
  TestPeer broker = broker_.Accept();
  EXPECT_FALSE(broker.StartTlsServer(context.get()));
  EXPECT_EQ(client.ReceiveAll(), "");
}

TEST_F(GatewayExternalLogin, RefusesAnIdentityThatCannotBeACommonName) {
  Start();
  TestPeer client = Connect();
  const auto handshake = authenticator_->Next();
  handshake->Send("outcome");
  handshake->LetIn(std::string_view("admin\0", 6));
  EXPECT_EQ(client.ReceiveAll(), "outcome");
  EXPECT_FALSE(client.was_reset());
  const std::string log = TakeLog();
  EXPECT_NE(log.find("\"step\":\"certificate\""), std::string::npos) << log;
  EXPECT_NE(log.find("control character"), std::string::npos) << log;
}

TEST_F(GatewayExternalLogin, ReportsABrokerThatDoesNotTrustTheCertificate) {
  const TestCertificate other = MakeTestAuthority("another authority");
  const SslContextPtr context =
      MakeTestContext(true, other.certificate.get(), server_.certificate.get(), server_.key.get());
  Start();
  TestPeer client = Connect();
  authenticator_->Next()->LetIn("alice");
  TestPeer broker = broker_.Accept();
  EXPECT_FALSE(broker.StartTlsServer(context.get()));
  EXPECT_EQ(client.ReceiveAll(), "");
  EXPECT_NE(TakeLog().find("unknown ca"), std::string::npos);
}

}  // namespace
}  // namespace sallyport::gateway
