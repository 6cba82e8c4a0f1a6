// TLS on the client's side of the gateway: certificates, facts, channel bindings.

#include <array>
#include <string>

#include "tests/gateway/gateway_fixture.h"

namespace sallyport::gateway {
namespace {

class GatewayTls : public GatewayFixture {
 protected:
  GatewayTls() {
    config_.listeners[0].tls =
        ListenerTlsConfig{.certificate = WriteTestFile("s.pem", server_.certificate_pem),
                          .key = WriteTestFile("s.key", server_.key_pem),
                          .client_ca = WriteTestFile("c.pem", client_ca_.certificate_pem)};
  }

  SslContextPtr ClientContext(const TestCertificate* certificate = nullptr) {
    return MakeTestContext(false, server_ca_.certificate.get(),
                           certificate == nullptr ? nullptr : certificate->certificate.get(),
                           certificate == nullptr ? nullptr : certificate->key.get());
  }

  const TestCertificate server_ca_ = MakeTestAuthority("server authority");
  const TestCertificate client_ca_ = MakeTestAuthority("client authority");
  const TestCertificate server_ = MakeTestCertificate("amqp.example", server_ca_);
  const TestCertificate alice_ = MakeTestCertificate("alice", client_ca_);
};

std::string BindingOf(const client::TlsFacts& facts, const std::string& type) {
  for (const ChannelBinding& binding : facts.channel_bindings) {
    if (binding.type == type) return binding.data;
  }
  return "absent";
}

std::string Der(X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  std::string result(reinterpret_cast<char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  return result;
}

TEST_F(GatewayTls, TellsTheServiceAboutTheConnection) {
  Start();
  const SslContextPtr context = ClientContext();
  TestPeer client = Connect();
  ASSERT_TRUE(client.StartTlsClient(context.get(), "amqp.example"));
  const auto handshake = authenticator_->Next();
  ASSERT_NE(handshake, nullptr);
  ASSERT_TRUE(handshake->facts().tls.has_value());
  EXPECT_EQ(handshake->facts().tls->server_name, "amqp.example");
  EXPECT_EQ(handshake->facts().tls->version, "TLSv1.3");
  EXPECT_EQ(handshake->facts().tls->cipher, SSL_get_cipher_name(client.tls()));
  EXPECT_EQ(handshake->facts().tls->peer_certificate, "");
}

TEST_F(GatewayTls, TellsTheServiceTheVerifiedClientCertificate) {
  Start();
  const SslContextPtr context = ClientContext(&alice_);
  TestPeer client = Connect();
  ASSERT_TRUE(client.StartTlsClient(context.get(), "amqp.example"));
  const auto handshake = authenticator_->Next();
  ASSERT_NE(handshake, nullptr);
  EXPECT_EQ(handshake->facts().tls->peer_certificate, Der(alice_.certificate.get()));
}

TEST_F(GatewayTls, RefusesAClientCertificateOfAnotherAuthority) {
  Start();
  const TestCertificate mallory =
      MakeTestCertificate("alice", MakeTestAuthority("client authority"));
  const SslContextPtr context = ClientContext(&mallory);
  TestPeer client = Connect();
  // In TLS 1.3 the client hears of it after its own handshake.
  const bool shook_hands = client.StartTlsClient(context.get(), "amqp.example");
  EXPECT_TRUE(!shook_hands || (client.ReceiveAll().empty() && client.was_reset()));
  client.Reset();
  EXPECT_TRUE(WaitForConnected(0));
  EXPECT_NE(TakeLog().find("client not authenticated"), std::string::npos);
}

TEST_F(GatewayTls, RequiresAClientCertificateWhereConfigured) {
  config_.listeners[0].tls->client_certificate_required = true;
  Start();
  const SslContextPtr without = ClientContext();
  TestPeer client = Connect();
  if (client.StartTlsClient(without.get(), "amqp.example")) client.ReceiveAll();
  EXPECT_TRUE(client.was_reset());
  const SslContextPtr with = ClientContext(&alice_);
  TestPeer other = Connect();
  ASSERT_TRUE(other.StartTlsClient(with.get(), "amqp.example"));
  const auto handshake = authenticator_->Next();
  ASSERT_NE(handshake, nullptr);
  EXPECT_FALSE(handshake->facts().tls->peer_certificate.empty());
}

TEST_F(GatewayTls, ChannelBindingsEqualTheClients) {
  Start();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const SslContextPtr context = ClientContext();
    SSL_CTX_set_min_proto_version(context.get(), version);
    SSL_CTX_set_max_proto_version(context.get(), version);
    TestPeer client = Connect();
    ASSERT_TRUE(client.StartTlsClient(context.get(), "amqp.example"));
    const auto handshake = authenticator_->Next();
    ASSERT_NE(handshake, nullptr);
    const client::TlsFacts& facts = *handshake->facts().tls;

    std::array<unsigned char, 32> exporter;
    const std::string label = "EXPORTER-Channel-Binding";
    ASSERT_EQ(
        SSL_export_keying_material(client.tls(), exporter.data(), exporter.size(), label.data(),
                                   label.size(), reinterpret_cast<const unsigned char*>(""), 0, 1),
        1);
    EXPECT_EQ(BindingOf(facts, "tls-exporter"), std::string(exporter.begin(), exporter.end()));

    std::array<unsigned char, EVP_MAX_MD_SIZE> end_point;
    unsigned int size = 0;
    X509_digest(SSL_get0_peer_certificate(client.tls()), EVP_sha256(), end_point.data(), &size);
    EXPECT_EQ(BindingOf(facts, "tls-server-end-point"),
              std::string(end_point.begin(), end_point.begin() + size));

    std::array<char, EVP_MAX_MD_SIZE> finished;
    const size_t finished_size = SSL_get_finished(client.tls(), finished.data(), finished.size());
    EXPECT_EQ(BindingOf(facts, "tls-unique"),
              version == TLS1_2_VERSION ? std::string(finished.data(), finished_size) : "absent");
  }
}

TEST_F(GatewayTls, OmitsBindingsThatBindNothingWithoutTheExtendedMasterSecret) {
  Start();
  const SslContextPtr context = ClientContext();
  SSL_CTX_set_max_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_EXTENDED_MASTER_SECRET);
  TestPeer client = Connect();
  ASSERT_TRUE(client.StartTlsClient(context.get(), "amqp.example"));
  const auto handshake = authenticator_->Next();
  ASSERT_NE(handshake, nullptr);
  EXPECT_EQ(BindingOf(*handshake->facts().tls, "tls-unique"), "absent");
  EXPECT_EQ(BindingOf(*handshake->facts().tls, "tls-exporter"), "absent");
  EXPECT_NE(BindingOf(*handshake->facts().tls, "tls-server-end-point"), "absent");
}

TEST_F(GatewayTls, RefusesTls11) {
  Start();
  const SslContextPtr context = ClientContext();
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context.get(), TLS1_1_VERSION);
  TestPeer client = Connect();
  EXPECT_FALSE(client.StartTlsClient(context.get(), "amqp.example"));
}

TEST_F(GatewayTls, SurvivesWhatIsNotTls) {
  Start();
  TestPeer client = Connect();
  client.Send(std::string(kSaslHeader) + std::string(300, 'x'));
  client.ReceiveAll();
  EXPECT_FALSE(client.was_reset());
  client.ShutdownSend();
  EXPECT_TRUE(WaitForConnected(0));
  TestPeer other = Connect();
  const SslContextPtr context = ClientContext();
  EXPECT_TRUE(other.StartTlsClient(context.get(), "amqp.example"));
}

TEST_F(GatewayTls, TheTimeLimitCoversTheTlsHandshake) {
  config_.limits.time_before_authentication = absl::Milliseconds(50);
  Start();
  TestPeer client = Connect();
  EXPECT_EQ(client.ReceiveAll(), "");
  EXPECT_TRUE(WaitForConnected(0));
}

TEST_F(GatewayTls, ComesBehindThePROXYHeader) {
  config_.listeners[0].proxy_protocol = ProxyProtocol::kV2;
  Start();
  TestPeer client = Connect();
  client.Send(FormatProxyHeader(
      ProxyProtocol::kV2, {*ParseEndpoint("[2001:db8::1]:1"), *ParseEndpoint("[2001:db8::2]:2")}));
  const SslContextPtr context = ClientContext();
  ASSERT_TRUE(client.StartTlsClient(context.get(), "amqp.example"));
  const auto handshake = authenticator_->Next();
  ASSERT_NE(handshake, nullptr);
  EXPECT_EQ(handshake->facts().remote_address, "[2001:db8::1]:1");
}

TEST_F(GatewayTls, CarriesMuchBothWaysAndEndsInOrder) {
  Start();
  const SslContextPtr context = ClientContext();
  TestPeer client = Connect();
  ASSERT_TRUE(client.StartTlsClient(context.get(), "amqp.example"));
  TestPeer broker = LogIn(client);
  std::string much(300'000, '\0');
  for (size_t i = 0; i < much.size(); ++i) much[i] = static_cast<char>(i * 31 >> 3);
  client.Send(much);
  EXPECT_TRUE(broker.Receive(much.size()) == much);
  broker.Send(much);
  broker.ShutdownSend();
  EXPECT_TRUE(client.ReceiveAll() == much);
  EXPECT_FALSE(client.was_reset());
  client.Send("after the broker's end");
  client.ShutdownSend();
  EXPECT_EQ(broker.ReceiveAll(), "after the broker's end");
  EXPECT_TRUE(WaitForConnected(0));
}

TEST_F(GatewayTls, CarriesMessagesOfManyKilobytesBothWaysBeforeTheLogin) {
  Start();
  const SslContextPtr context = ClientContext();
  TestPeer client = Connect();
  ASSERT_TRUE(client.StartTlsClient(context.get(), "amqp.example"));
  const auto handshake = authenticator_->Next();
  const std::string init(60'000, 'i');
  client.Send(init);
  EXPECT_TRUE(handshake->WaitForBytes(init.size()) == init);
  const std::string challenge(60'000, 'c');
  handshake->Send(challenge);
  EXPECT_TRUE(client.Receive(challenge.size()) == challenge);
}

TEST_F(GatewayTls, AFailedLoginIsReadBeforeAnOrderlyEnd) {
  Start();
  const SslContextPtr context = ClientContext();
  TestPeer client = Connect();
  ASSERT_TRUE(client.StartTlsClient(context.get(), "amqp.example"));
  const auto handshake = authenticator_->Next();
  handshake->Send("outcome");
  client::Outcome outcome;
  outcome.code = amqp::SaslCode::kSysTemp;
  outcome.reason = FailureReason::kServiceUnreachable;
  handshake->Decide(outcome);
  client.Send(std::string(1000, 'x'));
  EXPECT_EQ(client.ReceiveAll(), "outcome");
  EXPECT_FALSE(client.was_reset());
}

}  // namespace
}  // namespace sallyport::gateway
