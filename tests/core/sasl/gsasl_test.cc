// Ours against GNU SASL, in both roles.

#include <string>
#include <vector>

#include "core/crypto/base64.h"
#include "core/sasl/mechanism_registry.h"
#include "gtest/gtest.h"
#include "tests/core/sasl/gsasl_session.h"
#include "tests/core/sasl/mechanism_driver.h"
#include "tests/core/sasl/test_certificate.h"

namespace sallyport {
namespace {

constexpr char kBindingData[] = "0123456789abcdef0123456789abcdef";

struct Peer {
  const char* mechanism;
  // Of the channel binding; null: none.
  const char* binding_type = nullptr;
};

void PrintTo(const Peer& peer, std::ostream* out) { *out << peer.mechanism; }

class GsaslTest : public testing::TestWithParam<Peer> {
 protected:
  GsaslTest() {
    book_["alice"].account = TestAccount("alice", kPassword, kSchemes);
    server_context_.settings = &settings_;
    server_context_.random = &SystemRandom();
    server_context_.peer_certificate = certificate_;
    client_context_.credentials = &credentials_;
    client_context_.random = &SystemRandom();
    client_context_.server_name = "host.test";
    properties_ = {{GSASL_AUTHID, "alice"},          {GSASL_PASSWORD, kPassword},
                   {GSASL_ANONYMOUS_TOKEN, "trace"}, {GSASL_SERVICE, "amqp"},
                   {GSASL_HOSTNAME, "host.test"},    {GSASL_REALM, "realm.test"}};
    if (GetParam().binding_type == nullptr) return;
    const std::string type = GetParam().binding_type;
    bindings_ = {{type, kBindingData}};
    server_context_.channel_bindings = bindings_;
    client_context_.channel_bindings = bindings_;
    server_context_.plus_offered = client_context_.plus_offered = true;
    std::string encoded;
    AppendBase64(kBindingData, &encoded);
    properties_[type == "tls-exporter" ? GSASL_CB_TLS_EXPORTER : GSASL_CB_TLS_UNIQUE] = encoded;
  }

  const MechanismDescriptor& descriptor() const { return *FindMechanism(GetParam().mechanism); }
  bool Is(std::string_view mechanism) const { return descriptor().name == mechanism; }
  bool HasPassword() const { return !Is("ANONYMOUS") && !Is("EXTERNAL"); }

  // GNU SASL as the client, to the end; what it makes of ours is in its status.
  StepResult LogInToOurs(GsaslSession& client) {
    MechanismDriver server(descriptor().create_server(server_context_), book_);
    StepResult result = server.Step(client.Step(std::nullopt));
    while (const auto* challenge = std::get_if<Challenge>(&result)) {
      result = server.Step(client.Step(challenge->bytes));
    }
    if (const auto* success = std::get_if<Success>(&result)) {
      if (success->additional_data.has_value()) client.Step(*success->additional_data);
    }
    return result;
  }

  // Ours as the client, to the end; nullopt: the server refused it.
  std::optional<ServerFault> LogInToTheirs(GsaslSession& server) {
    auto client = descriptor().create_client(client_context_);
    EXPECT_TRUE(client.ok()) << client.status();
    std::optional<std::string> challenge;
    do {
      const auto said = StepClient(**client, challenge);
      if (const auto* fault = std::get_if<ServerFault>(&said)) return *fault;
      challenge = server.Step(std::get<ClientResponse>(said).bytes.value_or(""));
    } while (server.status() == GSASL_NEEDS_MORE);
    if (server.status() != GSASL_OK) return ServerFault{"refused"};
    return (*client)->Finish(challenge);
  }

  static constexpr char kPassword[] = "wonder=,land";
  const std::vector<std::string_view> kSchemes = {"SCRAM-SHA-1", "SCRAM-SHA-256", "CLEARTEXT"};
  ServerMechanismSettings settings_ = TestSettings();
  std::string certificate_ = TestCertificate({"alice"}, "");
  std::vector<ChannelBinding> bindings_;
  ClientCredentials credentials_ = {"alice", "", Secret(kPassword)};
  CredentialBook book_;
  ServerMechanismContext server_context_;
  ClientMechanismContext client_context_;
  GsaslSession::Properties properties_;
};

INSTANTIATE_TEST_SUITE_P(All, GsaslTest,
                         testing::Values(Peer{"ANONYMOUS"}, Peer{"PLAIN"}, Peer{"LOGIN"},
                                         Peer{"EXTERNAL"}, Peer{"CRAM-MD5"}, Peer{"DIGEST-MD5"},
                                         Peer{"SCRAM-SHA-1"}, Peer{"SCRAM-SHA-256"},
                                         Peer{"SCRAM-SHA-1-PLUS", "tls-exporter"},
                                         Peer{"SCRAM-SHA-256-PLUS", "tls-exporter"},
                                         Peer{"SCRAM-SHA-1-PLUS", "tls-unique"},
                                         Peer{"SCRAM-SHA-256-PLUS", "tls-unique"}),
                         [](const auto& info) {
                           std::string name = info.param.mechanism;
                           if (info.param.binding_type != nullptr)
                             name.append(info.param.binding_type);
                           std::erase(name, '-');
                           return name;
                         });

TEST_P(GsaslTest, LogsInToOurs) {
  GsaslSession client(GsaslRole::kClient, GetParam().mechanism, properties_);
  const StepResult result = LogInToOurs(client);
  ASSERT_NE(IdentityIn(result), nullptr);
  EXPECT_EQ(client.status(), GSASL_OK);
  EXPECT_EQ(IdentityIn(result)->channel_bound, GetParam().binding_type != nullptr);
}

TEST_P(GsaslTest, AsksOursForAnotherIdentity) {
  if (!descriptor().supports_authzid) GTEST_SKIP();
  properties_[GSASL_AUTHZID] = "b=o,b";
  GsaslSession client(GsaslRole::kClient, GetParam().mechanism, properties_);
  const StepResult result = LogInToOurs(client);
  ASSERT_NE(IdentityIn(result), nullptr);
  EXPECT_EQ(IdentityIn(result)->authorization_id, "b=o,b");
}

TEST_P(GsaslTest, IsRefusedByOursWithAWrongPassword) {
  if (!HasPassword()) GTEST_SKIP();
  properties_[GSASL_PASSWORD] = "guess";
  GsaslSession client(GsaslRole::kClient, GetParam().mechanism, properties_);
  EXPECT_EQ(ReasonOf(LogInToOurs(client)), FailureReason::kBadCredentials);
}

TEST_P(GsaslTest, IsRefusedByOursOnAnotherChannel) {
  if (GetParam().binding_type == nullptr) GTEST_SKIP();
  bindings_[0].data[0] ^= 1;
  GsaslSession client(GsaslRole::kClient, GetParam().mechanism, properties_);
  EXPECT_EQ(ReasonOf(LogInToOurs(client)), FailureReason::kChannelBindingMismatch);
}

TEST_P(GsaslTest, PreparesStringsAsOursDoes) {
  // What DIGEST-MD5 hashes, GNU SASL does not prepare.
  if (!HasPassword() || Is("DIGEST-MD5")) GTEST_SKIP();
  book_["a"].account = TestAccount("a", "IX", kSchemes);
  properties_[GSASL_AUTHID] = "\u00aa\u00ad";
  properties_[GSASL_PASSWORD] = "I\u00ad\u2169";
  GsaslSession client(GsaslRole::kClient, GetParam().mechanism, properties_);
  const StepResult result = LogInToOurs(client);
  ASSERT_NE(IdentityIn(result), nullptr);
  EXPECT_EQ(IdentityIn(result)->authentication_id, "a");
}

TEST_P(GsaslTest, TakesOurClient) {
  GsaslSession server(GsaslRole::kServer, GetParam().mechanism, properties_);
  const auto fault = LogInToTheirs(server);
  EXPECT_FALSE(fault.has_value()) << fault->what;
  EXPECT_EQ(server.status(), GSASL_OK);
}

TEST_P(GsaslTest, HearsTheIdentityThatOurClientAsksFor) {
  if (!descriptor().supports_authzid) GTEST_SKIP();
  credentials_.authorization_id = "b=o,b";
  GsaslSession server(GsaslRole::kServer, GetParam().mechanism, properties_);
  const auto fault = LogInToTheirs(server);
  EXPECT_FALSE(fault.has_value()) << fault->what;
  EXPECT_EQ(server.Property(GSASL_AUTHZID), "b=o,b");
}

TEST_P(GsaslTest, RefusesOurClientWithAWrongPassword) {
  if (!HasPassword()) GTEST_SKIP();
  credentials_.password = Secret("guess");
  GsaslSession server(GsaslRole::kServer, GetParam().mechanism, properties_);
  EXPECT_TRUE(LogInToTheirs(server).has_value());
  EXPECT_EQ(server.status(), GSASL_AUTHENTICATION_ERROR);
}

TEST_P(GsaslTest, RefusesOurClientOnAnotherChannel) {
  if (GetParam().binding_type == nullptr) GTEST_SKIP();
  bindings_[0].data[0] ^= 1;
  GsaslSession server(GsaslRole::kServer, GetParam().mechanism, properties_);
  EXPECT_TRUE(LogInToTheirs(server).has_value());
}

class GsaslDigestTest : public GsaslTest {};

INSTANTIATE_TEST_SUITE_P(All, GsaslDigestTest, testing::Values(Peer{"DIGEST-MD5"}),
                         [](const auto&) { return "DIGESTMD5"; });

// It hashes the password in ISO 8859-1, where that can be, and the name in UTF-8.
TEST_P(GsaslDigestTest, LogsInToOursInAnyScript) {
  const std::pair<const char*, const char*> users[] = {
      {"n\u00e9", "p\u00e9"}, {"n\u00e9", "p"}, {"n", "p\u00e9"}, {"\u65e5", "\u8a9e"}};
  for (const auto& [name, password] : users) {
    book_[name].account = TestAccount(name, password, kSchemes);
    properties_[GSASL_AUTHID] = name;
    properties_[GSASL_PASSWORD] = password;
    GsaslSession client(GsaslRole::kClient, "DIGEST-MD5", properties_);
    const StepResult result = LogInToOurs(client);
    ASSERT_NE(IdentityIn(result), nullptr) << name << password;
    EXPECT_EQ(IdentityIn(result)->authentication_id, name);
    EXPECT_EQ(client.status(), GSASL_OK);
  }
}

TEST_P(GsaslDigestTest, TakesOurClientInAnyScriptThatItHashesAlike) {
  const std::pair<const char*, const char*> users[] = {{"n", "p\u00e9"}, {"\u65e5", "\u8a9e"}};
  for (const auto& [name, password] : users) {
    credentials_ = {name, "", Secret(password)};
    properties_[GSASL_PASSWORD] = password;
    GsaslSession server(GsaslRole::kServer, "DIGEST-MD5", properties_);
    const auto fault = LogInToTheirs(server);
    EXPECT_FALSE(fault.has_value()) << fault->what;
    EXPECT_EQ(server.Property(GSASL_AUTHID), name);
  }
}

TEST_P(GsaslDigestTest, RefusesAForgedProof) {
  GsaslSession client(GsaslRole::kClient, "DIGEST-MD5", properties_);
  MechanismDriver server(descriptor().create_server(server_context_), book_);
  const StepResult challenge = server.Step(client.Step(std::nullopt));
  const StepResult result = server.Step(client.Step(std::get<Challenge>(challenge).bytes));
  ASSERT_NE(IdentityIn(result), nullptr);
  std::string forged = *std::get<Success>(result).additional_data;
  forged.back() = forged.back() == '0' ? '1' : '0';
  client.Step(forged);
  EXPECT_NE(client.status(), GSASL_OK);
}

}  // namespace
}  // namespace sallyport
