// Logging in to the broker by a service account, against a broker made of our own
// server's side.

#include <string>
#include <vector>

#include "core/sasl/mechanism_registry.h"
#include "gateway/channel_bindings.h"
#include "tests/core/handshake/server_session.h"
#include "tests/gateway/gateway_fixture.h"
#include "tests/kerberos/kdc.h"

namespace sallyport::gateway {
namespace {

constexpr char kAccount[] = "gateway";
constexpr char kPassword[] = "s3cret";

class GatewayAccount : public GatewayFixture {
 protected:
  GatewayAccount() {
    config_.broker.login = BrokerLogin::kAccount;
    config_.broker.account = {.mechanisms = {"SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"},
                              .username = kAccount,
                              .password_file = WriteTestFile("password", "s3cret\n"),
                              .server_name = "broker.example",
                              .channel_bindings = {"tls-exporter", "tls-server-end-point"}};
    setup_.accounts[kAccount] =
        AccountOf(kAccount, kPassword, {"SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512"});
  }

  // LetClientIn connects a client, whom the service lets in.
  TestPeer LetClientIn() {
    TestPeer client = Connect();
    authenticator_->Next()->LetIn("alice");
    return client;
  }

  // Serve plays the broker, as setup_ has it, up to its outcome, or to the gateway's
  // end. The result is that of ServerSession. `greeting` is sent in place of its own.
  std::string Serve(TestPeer& broker, std::string greeting = "") {
    ServerSession session(setup_);
    const std::string own = session.TakeUnread();
    broker.Send(greeting.empty() ? own : greeting);
    session.Exchange(broker.Receive(kSaslHeader.size()));
    while (!session.outcome().has_value()) {
      std::string frame = ReceiveFrame(broker);
      if (frame.empty()) return "broken off";
      session.Exchange(frame);
      last_frame_ = std::move(frame);
      broker.Send(session.TakeUnread());
    }
    return session.Result().outcome;
  }

  void ExpectSpliced(TestPeer& client, TestPeer& broker) {
    client.Send("hello");
    EXPECT_EQ(broker.Receive(5), "hello");
    broker.Send("world");
    EXPECT_EQ(client.Receive(5), "world");
  }

  ServerSetup setup_;
  // Of the gateway's.
  std::string last_frame_;
};

TEST_F(GatewayAccount, LogsInToABrokerThatHasOnlyOneMechanism) {
  std::vector<std::string>& mechanisms = config_.broker.account.mechanisms;
  mechanisms.clear();
  for (const MechanismDescriptor& mechanism : Mechanisms()) {
    if (!mechanism.needs_password || mechanism.channel_binding) continue;
    mechanisms.emplace_back(mechanism.name);
  }
  EXPECT_GE(mechanisms.size(), 7u);
  setup_.accounts[kAccount] = AccountOf(
      kAccount, kPassword, {"CLEARTEXT", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512"});
  setup_.settings.digest_realm = "broker.example";
  Start();
  // Twice: what the first login derived is known to the second.
  for (const std::string& mechanism : mechanisms) {
    for (int i = 0; i < 2; ++i) {
      setup_.offer = OfferOf({mechanism});
      TestPeer client = LetClientIn();
      TestPeer broker = broker_.Accept();
      EXPECT_EQ(Serve(broker), "code 0 gateway as gateway by " + mechanism);
      ExpectSpliced(client, broker);
    }
  }
}

TEST_F(GatewayAccount, TakesTheFirstOfItsMechanismsThatIsOffered) {
  Start();
  setup_.offer = OfferOf({"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-1"});
  TestPeer client = LetClientIn();
  TestPeer broker = broker_.Accept();
  EXPECT_EQ(Serve(broker), "code 0 gateway as gateway by SCRAM-SHA-256");
  setup_.offer = OfferOf({"SCRAM-SHA-1", "PLAIN"});
  TestPeer other_client = LetClientIn();
  TestPeer other_broker = broker_.Accept();
  EXPECT_EQ(Serve(other_broker), "code 0 gateway as gateway by PLAIN");
  ExpectSpliced(other_client, other_broker);
}

TEST_F(GatewayAccount, TakesNothingThatItWasNotTold) {
  Start();
  setup_.offer = OfferOf({"SCRAM-SHA-1", "ANONYMOUS"});
  TestPeer client = LetClientIn();
  TestPeer broker = broker_.Accept();
  EXPECT_EQ(Serve(broker), "broken off");
  EXPECT_EQ(client.ReceiveAll(), "");
  EXPECT_NE(TakeLog().find("SCRAM-SHA-1, ANONYMOUS, none of which can be used"), std::string::npos);
}

TEST_F(GatewayAccount, TakesNoBrokerThatCannotProveItself) {
  // Knows enough to check the account's proof, and not enough for one of its own.
  const CredentialsFound known = AccountOf(kAccount, kPassword, {"SCRAM-SHA-256"});
  Account forged = *known.account;
  std::get<ScramKeys>(forged.credentials[0].secret).server_key = Secret(std::string(32, 'x'));
  setup_.accounts[kAccount] = {std::make_shared<Account>(std::move(forged)), std::nullopt};
  setup_.offer = OfferOf({"SCRAM-SHA-256"});
  for (const bool as_challenge : {false, true}) {
    setup_.limits.final_data_as_challenge = as_challenge;
    if (gateway_ == nullptr) Start();
    TestPeer client = LetClientIn();
    TestPeer broker = broker_.Accept();
    EXPECT_EQ(Serve(broker),
              as_challenge ? "broken off" : "code 0 gateway as gateway by SCRAM-SHA-256");
    EXPECT_EQ(broker.ReceiveAll(), "");
    EXPECT_EQ(client.ReceiveAll(), "");
  }
  const std::string log = TakeLog();
  EXPECT_NE(log.find("\"broker login failed\""), std::string::npos) << log;
  EXPECT_NE(log.find("\"step\":\"login\""), std::string::npos) << log;
}

TEST_F(GatewayAccount, EndsTheClientWhereItsPasswordIsWrong) {
  config_.broker.account.password_file = WriteTestFile("password", "wrong\n");
  setup_.offer = OfferOf({"SCRAM-SHA-256"});
  Start();
  TestPeer client = LetClientIn();
  TestPeer broker = broker_.Accept();
  EXPECT_EQ(Serve(broker), "code 1 bad_credentials");
  EXPECT_EQ(client.ReceiveAll(), "");
  EXPECT_NE(TakeLog().find("the broker refused the login with auth"), std::string::npos);
}

TEST_F(GatewayAccount, DerivesOffTheEventThreads) {
  // Longer than the connection has, so that its end comes first unless it is held up.
  setup_.accounts[kAccount] =
      AccountOf(kAccount, kPassword, {"SCRAM-SHA-512"}, {.scram_iterations = 300'000});
  setup_.offer = OfferOf({"SCRAM-SHA-512"});
  config_.threads = 1;
  config_.broker.connect_timeout = absl::Milliseconds(50);
  Start();
  TestPeer client = LetClientIn();
  TestPeer broker = broker_.Accept();
  EXPECT_EQ(Serve(broker), "broken off");
  EXPECT_EQ(client.ReceiveAll(), "");
  EXPECT_NE(TakeLog().find("timed out"), std::string::npos);
}

TEST_F(GatewayAccount, EndsWhileADerivationRuns) {
  setup_.accounts[kAccount] =
      AccountOf(kAccount, kPassword, {"SCRAM-SHA-512"}, {.scram_iterations = 300'000});
  setup_.offer = OfferOf({"SCRAM-SHA-512"});
  Start();
  TestPeer client = LetClientIn();
  TestPeer broker = broker_.Accept();
  ServerSession session(setup_);
  broker.Send(session.TakeUnread());
  session.Exchange(broker.Receive(kSaslHeader.size()));
  session.Exchange(ReceiveFrame(broker));
  broker.Send(session.TakeUnread());
  // The gateway's last answer to the challenge is its end.
  gateway_.reset();
  EXPECT_EQ(broker.ReceiveAll(), "");
}

TEST_F(GatewayAccount, BearsTheTokenThatIsInTheFileNow) {
  AccountLoginConfig& account = config_.broker.account;
  account.mechanisms = {"OAUTHBEARER"};
  // Beyond the 512 bytes of AMQP's smallest frame.
  const std::string old_token(4000, 'a');
  const std::string new_token(4000, 'b');
  account.token_file = WriteTestFile("token", old_token + "\n");
  account.password_file.clear();
  setup_.offer = OfferOf({"OAUTHBEARER"});
  Start();
  for (const std::string& token : {old_token, new_token}) {
    WriteTestFile("token", token + "\n");
    setup_.tokens = {{token, setup_.accounts[kAccount]}};
    TestPeer client = LetClientIn();
    TestPeer broker = broker_.Accept();
    EXPECT_EQ(Serve(broker), "code 0 gateway as gateway by OAUTHBEARER");
    EXPECT_NE(last_frame_.find("host=broker.example\1"), std::string::npos);
    ExpectSpliced(client, broker);
  }
  setup_.tokens.clear();
  TestPeer client = LetClientIn();
  TestPeer broker = broker_.Accept();
  EXPECT_EQ(Serve(broker), "code 1 unknown_user");
  EXPECT_EQ(client.ReceiveAll(), "");
}

TEST_F(GatewayAccount, EndsTheClientWhereTheTokenIsGone) {
  config_.broker.account.mechanisms = {"OAUTHBEARER"};
  const std::string file = WriteTestFile("token", "token\n");
  config_.broker.account.token_file = file;
  Start();
  WriteTestFile("token", "");
  TestPeer client = LetClientIn();
  EXPECT_EQ(client.ReceiveAll(), "");
  const std::string log = TakeLog();
  EXPECT_NE(log.find("\"step\":\"token\""), std::string::npos) << log;
  EXPECT_NE(log.find(file), std::string::npos) << log;
}

TEST_F(GatewayAccount, ShowsAKerberosTicket) {
  const auto kdc = Kdc::Start();
  ASSERT_TRUE(kdc.ok()) << kdc.status();
  ASSERT_TRUE((*kdc)->AddService("amqp/localhost").ok());
  ASSERT_TRUE((*kdc)->AddUser(kAccount, kPassword).ok());
  const auto tickets = (*kdc)->LogIn(kAccount, kPassword);
  ASSERT_TRUE(tickets.ok()) << tickets.status();
  (*kdc)->UseInThisProcess();
  AccountLoginConfig& account = config_.broker.account;
  account.mechanisms = {"GSSAPI"};
  account.password_file.clear();
  account.server_name = "localhost";
  account.parameters = {{"ccache", *tickets}};
  setup_.settings.kerberos.keytab = (*kdc)->keytab();
  setup_.settings.kerberos.realm = (*kdc)->realm();
  setup_.offer = OfferOf({"GSSAPI"});
  Start();
  for (int i = 0; i < 2; ++i) {
    TestPeer client = LetClientIn();
    TestPeer broker = broker_.Accept();
    EXPECT_EQ(Serve(broker), "code 0 gateway as gateway by GSSAPI");
    ExpectSpliced(client, broker);
  }
}

class GatewayBoundAccount : public GatewayAccount {
 protected:
  GatewayBoundAccount() {
    config_.broker.tls = BrokerTlsConfig{WriteTestFile("broker-ca.pem", authority_.certificate_pem),
                                         "broker.example"};
    config_.broker.account.mechanisms = {"SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"};
    setup_.offer = OfferOf({"SCRAM-SHA-256-PLUS"});
    broker_tls_ = MakeTestContext(true, nullptr, server_.certificate.get(), server_.key.get());
  }

  // AcceptTls takes the gateway's connection, and has the broker accept `types`.
  TestPeer AcceptTls(const std::vector<std::string>& types) {
    TestPeer broker = broker_.Accept();
    EXPECT_TRUE(broker.StartTlsServer(broker_tls_.get()));
    setup_.channel_bindings.clear();
    for (const ChannelBinding& binding : ReadChannelBindings(broker.tls())) {
      if (std::find(types.begin(), types.end(), binding.type) != types.end()) {
        setup_.channel_bindings.push_back(binding);
      }
    }
    return broker;
  }

  const TestCertificate authority_ = MakeTestAuthority("broker authority");
  const TestCertificate server_ = MakeTestCertificate("broker.example", authority_);
  SslContextPtr broker_tls_;
};

TEST_F(GatewayBoundAccount, BindsItselfToTheTlsConnection) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    for (const char* type : {"tls-exporter", "tls-server-end-point", "tls-unique"}) {
      if (version == TLS1_3_VERSION && std::string(type) == "tls-unique") continue;
      SSL_CTX_set_max_proto_version(broker_tls_.get(), version);
      config_.broker.account.channel_bindings = {type};
      gateway_.reset();
      Start();
      TestPeer client = LetClientIn();
      TestPeer broker = AcceptTls({type});
      ASSERT_EQ(setup_.channel_bindings.size(), 1u) << type;
      EXPECT_EQ(Serve(broker), "code 0 gateway as gateway by SCRAM-SHA-256-PLUS, bound") << type;
      ExpectSpliced(client, broker);
    }
  }
}

TEST_F(GatewayBoundAccount, IsRefusedWhereTheBrokersChannelIsAnother) {
  Start();
  TestPeer client = LetClientIn();
  TestPeer broker = AcceptTls({"tls-exporter"});
  setup_.channel_bindings[0].data[0] ^= 1;
  EXPECT_EQ(Serve(broker), "code 1 channel_binding_mismatch: c= is of another channel");
  EXPECT_EQ(client.ReceiveAll(), "");
}

TEST_F(GatewayBoundAccount, NoticesThatTheOfferOfBindingsWasStripped) {
  setup_.offer = OfferOf({"SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"});
  Start();
  TestPeer client = LetClientIn();
  TestPeer broker = AcceptTls({"tls-exporter"});
  EXPECT_EQ(Serve(broker, Greeting("SCRAM-SHA-256")), "code 1 channel_binding_downgrade");
  EXPECT_EQ(client.ReceiveAll(), "");
}

TEST_F(GatewayBoundAccount, ClaimsNoBindingThatItIsNotToUse) {
  config_.broker.account.mechanisms = {"SCRAM-SHA-256"};
  setup_.offer = OfferOf({"SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"});
  Start();
  TestPeer client = LetClientIn();
  TestPeer broker = AcceptTls({"tls-exporter"});
  EXPECT_EQ(Serve(broker), "code 0 gateway as gateway by SCRAM-SHA-256");
  ExpectSpliced(client, broker);
}

}  // namespace
}  // namespace sallyport::gateway
