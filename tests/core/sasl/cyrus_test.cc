// Ours against Cyrus, in both roles.

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/sasl/create_mechanism.h"
#include "core/sasl/mechanism_registry.h"
#include "gtest/gtest.h"
#include "tests/core/sasl/cyrus_session.h"
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

class CyrusTest : public testing::TestWithParam<Peer> {
 protected:
  CyrusTest() {
    book_["alice"].account = TestAccount("alice", kPassword, Schemes());
    server_context_.settings = &settings_;
    server_context_.random = &SystemRandom();
    server_context_.peer_certificate = certificate_;
    client_context_.credentials = &credentials_;
    client_context_.random = &SystemRandom();
    client_context_.server_name = properties_.host;
    properties_.authentication_id = properties_.external_id = "alice";
    properties_.password = kPassword;
    if (GetParam().binding_type != nullptr) BindTo(GetParam().binding_type);
  }

  void BindTo(const std::string& type) {
    bindings_ = {{type, kBindingData}};
    server_context_.channel_bindings = client_context_.channel_bindings = bindings_;
    server_context_.plus_offered = client_context_.plus_offered = true;
    properties_.channel_binding = bindings_[0];
  }

  const MechanismDescriptor& descriptor() const { return *FindMechanism(GetParam().mechanism); }
  bool Is(std::string_view mechanism) const { return descriptor().name == mechanism; }
  bool IsScram() const { return descriptor().name.starts_with("SCRAM-"); }
  bool HasPassword() const { return !Is("ANONYMOUS") && !Is("EXTERNAL"); }
  const char* Name() const { return Is("ANONYMOUS") ? "anonymous" : "alice"; }
  // What the passwords of ours are stored as.
  std::vector<std::string_view> Schemes() const {
    if (!IsScram()) return {"SCRAM-SHA-256", "CLEARTEXT"};
    const std::string_view name = descriptor().name;
    return {name.substr(0, name.find("-PLUS"))};
  }

  CyrusSession TheirClient() const {
    return CyrusSession(CyrusRole::kClient, GetParam().mechanism, properties_);
  }
  CyrusSession TheirServer() const {
    return CyrusSession(CyrusRole::kServer, GetParam().mechanism, properties_);
  }
  MechanismDriver OurServer() const {
    return MechanismDriver(CreateServerMechanism(descriptor(), server_context_), book_);
  }

  // Cyrus as the client, until ours decides: what it makes of that is in its
  // status, unless what ours says last is kept from it.
  StepResult LogInToOurs(CyrusSession& client, bool tell_outcome = true) {
    MechanismDriver server = OurServer();
    StepResult result = server.Step(client.Step(std::nullopt));
    while (const auto* challenge = std::get_if<Challenge>(&result)) {
      result = server.Step(client.Step(challenge->bytes));
    }
    const auto* success = std::get_if<Success>(&result);
    if (success != nullptr && success->additional_data.has_value() && tell_outcome) {
      client.Step(success->additional_data);
    }
    return result;
  }

  // Ours as the client, to the end; nullopt: both are content.
  std::optional<ServerFault> LogInToTheirs(CyrusSession& server) {
    auto client = CreateClientMechanism(descriptor(), client_context_);
    if (!client.ok()) {
      ADD_FAILURE() << client.status();
      return ServerFault{"no client"};
    }
    std::optional<std::string> challenge;
    do {
      const auto said = StepClient(**client, challenge);
      if (const auto* fault = std::get_if<ServerFault>(&said)) return *fault;
      challenge = server.Step(std::get<ClientResponse>(said).bytes);
    } while (server.status() == SASL_CONTINUE);
    if (server.status() != SASL_OK) return ServerFault{"refused"};
    return (*client)->Finish(challenge);
  }

  static constexpr char kPassword[] = "wonder=,land";
  ServerMechanismSettings settings_ = TestSettings();
  std::string certificate_ = TestCertificate({"alice"}, "");
  std::vector<ChannelBinding> bindings_;
  ClientCredentials credentials_ = {"alice", "", Secret(kPassword)};
  CredentialBook book_;
  ServerMechanismContext server_context_;
  ClientMechanismContext client_context_;
  CyrusProperties properties_;
};

INSTANTIATE_TEST_SUITE_P(All, CyrusTest,
                         testing::Values(Peer{"ANONYMOUS"}, Peer{"PLAIN"}, Peer{"LOGIN"},
                                         Peer{"EXTERNAL"}, Peer{"CRAM-MD5"}, Peer{"DIGEST-MD5"},
                                         Peer{"SCRAM-SHA-1"}, Peer{"SCRAM-SHA-256"},
                                         Peer{"SCRAM-SHA-512"},
                                         Peer{"SCRAM-SHA-1-PLUS", "tls-exporter"},
                                         Peer{"SCRAM-SHA-256-PLUS", "tls-exporter"},
                                         Peer{"SCRAM-SHA-512-PLUS", "tls-exporter"},
                                         Peer{"SCRAM-SHA-1-PLUS", "tls-unique"},
                                         Peer{"SCRAM-SHA-256-PLUS", "tls-unique"},
                                         Peer{"SCRAM-SHA-512-PLUS", "tls-unique"},
                                         Peer{"SCRAM-SHA-1-PLUS", "tls-server-end-point"},
                                         Peer{"SCRAM-SHA-256-PLUS", "tls-server-end-point"},
                                         Peer{"SCRAM-SHA-512-PLUS", "tls-server-end-point"}),
                         [](const auto& info) {
                           std::string name = info.param.mechanism;
                           if (info.param.binding_type != nullptr)
                             name.append(info.param.binding_type);
                           std::erase(name, '-');
                           return name;
                         });

TEST_P(CyrusTest, LogsInToOurs) {
  CyrusSession client = TheirClient();
  const StepResult result = LogInToOurs(client);
  ASSERT_NE(IdentityIn(result), nullptr);
  EXPECT_EQ(client.status(), SASL_OK) << client.error();
  EXPECT_EQ(IdentityIn(result)->channel_bound, GetParam().binding_type != nullptr);
  EXPECT_EQ(IdentityIn(result)->authentication_id, Name());
}

TEST_P(CyrusTest, AsksOursForAnotherIdentity) {
  if (!descriptor().supports_authzid) GTEST_SKIP();
  properties_.authorization_id = "b=o,b";
  CyrusSession client = TheirClient();
  const StepResult result = LogInToOurs(client);
  ASSERT_NE(IdentityIn(result), nullptr);
  EXPECT_EQ(IdentityIn(result)->authentication_id, "alice");
  EXPECT_EQ(IdentityIn(result)->authorization_id, "b=o,b");
}

TEST_P(CyrusTest, IsRefusedByOursWithAWrongPassword) {
  if (!HasPassword()) GTEST_SKIP();
  properties_.password = "guess";
  CyrusSession client = TheirClient();
  EXPECT_EQ(ReasonOf(LogInToOurs(client)), FailureReason::kBadCredentials);
}

TEST_P(CyrusTest, IsRefusedByOursAsAStranger) {
  if (!HasPassword()) GTEST_SKIP();
  properties_.authentication_id = "mallory";
  CyrusSession client = TheirClient();
  EXPECT_EQ(ReasonOf(LogInToOurs(client)), FailureReason::kUnknownUser);
}

TEST_P(CyrusTest, IsRefusedByOursOnAnotherChannel) {
  if (GetParam().binding_type == nullptr) GTEST_SKIP();
  bindings_[0].data[0] ^= 1;
  CyrusSession client = TheirClient();
  EXPECT_EQ(ReasonOf(LogInToOurs(client)), FailureReason::kChannelBindingMismatch);
}

TEST_P(CyrusTest, LogsInToOursInAnyScript) {
  if (!HasPassword()) GTEST_SKIP();
  book_["j\u00fcrgen"].account =
      TestAccount("j\u00fcrgen", "\u043f\u0430\u0440\u043e\u043b\u044c", Schemes());
  properties_.authentication_id = "j\u00fcrgen";
  properties_.password = "\u043f\u0430\u0440\u043e\u043b\u044c";
  CyrusSession client = TheirClient();
  const StepResult result = LogInToOurs(client);
  ASSERT_NE(IdentityIn(result), nullptr);
  EXPECT_EQ(IdentityIn(result)->authentication_id, "j\u00fcrgen");
}

TEST_P(CyrusTest, LeavesPreparingNamesToOurs) {
  if (!HasPassword()) GTEST_SKIP();
  book_["a"].account = TestAccount("a", kPassword, Schemes());
  properties_.authentication_id = "\u00aa\u00ad";
  CyrusSession client = TheirClient();
  const StepResult result = LogInToOurs(client);
  ASSERT_NE(IdentityIn(result), nullptr);
  EXPECT_EQ(IdentityIn(result)->authentication_id, "a");
}

TEST_P(CyrusTest, LeavesPreparingPasswordsToOurs) {
  // What is not prepared before it is hashed never matches, and Cyrus prepares nothing.
  if (!descriptor().exposes_secret) GTEST_SKIP();
  book_["alice"].account = TestAccount("alice", "IX", Schemes());
  properties_.password = "I\u00ad\u2169";
  CyrusSession client = TheirClient();
  EXPECT_NE(IdentityIn(LogInToOurs(client)), nullptr);
}

TEST_P(CyrusTest, TakesOurClient) {
  CyrusSession server = TheirServer();
  const auto fault = LogInToTheirs(server);
  EXPECT_FALSE(fault.has_value()) << fault->what << ": " << server.error();
  EXPECT_EQ(server.authentication_id(), Name());
}

TEST_P(CyrusTest, LetsOurClientActAsWhomItMay) {
  if (!descriptor().supports_authzid) GTEST_SKIP();
  credentials_.authorization_id = "b=o,b";
  CyrusSession strict_server = TheirServer();
  EXPECT_TRUE(LogInToTheirs(strict_server).has_value());
  EXPECT_EQ(strict_server.status(), SASL_NOAUTHZ);
  properties_.authorization_id = "b=o,b";
  CyrusSession server = TheirServer();
  const auto fault = LogInToTheirs(server);
  EXPECT_FALSE(fault.has_value()) << fault->what << ": " << server.error();
  EXPECT_EQ(server.authentication_id(), "alice");
  EXPECT_EQ(server.authorization_id(), "b=o,b");
}

TEST_P(CyrusTest, RefusesOurClientWithAWrongPassword) {
  if (!HasPassword()) GTEST_SKIP();
  credentials_.password = Secret("guess");
  CyrusSession server = TheirServer();
  EXPECT_TRUE(LogInToTheirs(server).has_value());
  EXPECT_EQ(server.status(), SASL_BADAUTH);
}

TEST_P(CyrusTest, RefusesOurClientOnAnotherChannel) {
  if (GetParam().binding_type == nullptr) GTEST_SKIP();
  bindings_[0].data[0] ^= 1;
  CyrusSession server = TheirServer();
  EXPECT_TRUE(LogInToTheirs(server).has_value());
  EXPECT_LT(server.status(), SASL_OK);
}

TEST_P(CyrusTest, TakesWhatOurClientHasPrepared) {
  // In PLAIN that is the server's task (RFC 4616 section 2), and Cyrus prepares nothing.
  if (!HasPassword() || descriptor().exposes_secret) GTEST_SKIP();
  properties_.authentication_id = "a";
  properties_.password = "IX";
  credentials_ = {"\u00aa\u00ad", "", Secret("I\u00ad\u2169")};
  CyrusSession server = TheirServer();
  const auto fault = LogInToTheirs(server);
  EXPECT_FALSE(fault.has_value()) << fault->what << ": " << server.error();
}

class CyrusScramTest : public CyrusTest {};

INSTANTIATE_TEST_SUITE_P(All, CyrusScramTest,
                         testing::Values(Peer{"SCRAM-SHA-1"}, Peer{"SCRAM-SHA-256"},
                                         Peer{"SCRAM-SHA-512"}),
                         [](const auto& info) {
                           std::string name = info.param.mechanism;
                           std::erase(name, '-');
                           return name;
                         });

TEST_P(CyrusScramTest, BelievesOurProofInAChallengeToo) {
  properties_.success_data = false;
  CyrusSession client = TheirClient();
  const StepResult result = LogInToOurs(client, /*tell_outcome=*/false);
  ASSERT_NE(IdentityIn(result), nullptr);
  EXPECT_EQ(client.status(), SASL_CONTINUE);
  EXPECT_EQ(client.Step(std::get<Success>(result).additional_data), "");
  EXPECT_EQ(client.status(), SASL_OK) << client.error();
}

TEST_P(CyrusScramTest, RefusesAForgedProof) {
  CyrusSession client = TheirClient();
  const StepResult result = LogInToOurs(client, /*tell_outcome=*/false);
  ASSERT_NE(IdentityIn(result), nullptr);
  std::string forged = *std::get<Success>(result).additional_data;
  forged[2] = forged[2] == 'A' ? 'B' : 'A';
  client.Step(forged);
  EXPECT_LT(client.status(), SASL_OK);
}

TEST_P(CyrusScramTest, IsRefusedByOursWhereItBindsWithoutPlus) {
  BindTo("tls-exporter");
  properties_.binding_is_critical = true;
  CyrusSession client = TheirClient();
  EXPECT_EQ(ReasonOf(LogInToOurs(client)), FailureReason::kChannelBindingWithoutPlus);
  EXPECT_EQ(client.mechanism(), GetParam().mechanism);
}

// Offered -PLUS of another hash function only, Cyrus sends flag `y`.
TEST_P(CyrusScramTest, IsRefusedByOursAsDowngradedOnlyWherePlusWasOffered) {
  BindTo("tls-exporter");
  const std::string offer = std::string(GetParam().mechanism) + " SCRAM-MD5-PLUS";
  CyrusSession downgraded(CyrusRole::kClient, offer, properties_);
  EXPECT_EQ(ReasonOf(LogInToOurs(downgraded)), FailureReason::kChannelBindingDowngrade);
  server_context_.plus_offered = false;
  CyrusSession client(CyrusRole::kClient, offer, properties_);
  EXPECT_NE(IdentityIn(LogInToOurs(client)), nullptr);
}

class CyrusDigestTest : public CyrusTest {
 protected:
  // Cyrus remembers logins for the whole process, by host and by user: each test has its own.
  void SetUp() override {
    const std::string test = testing::UnitTest::GetInstance()->current_test_info()->name();
    properties_.host = test.substr(0, test.find('/')) + ".test";
    properties_.authentication_id = credentials_.authentication_id = properties_.host + "-user";
    properties_.fast_reauthentication = true;
    client_context_.server_name = properties_.host;
    book_[properties_.authentication_id].account =
        TestAccount(properties_.authentication_id, kPassword, Schemes());
  }

  // Cyrus as the client of ours, which remembers what it did before; how many messages it takes.
  int LogInToOursAgain() {
    MechanismDriver server = OurServer();
    server.sessions() = remembered_;
    CyrusSession client = TheirClient();
    int messages = 0;
    std::optional<std::string> said = client.Step(std::nullopt);
    if (said.has_value()) ++messages;
    StepResult result = server.Step(said);
    while (const auto* challenge = std::get_if<Challenge>(&result)) {
      result = server.Step(client.Step(challenge->bytes));
      ++messages;
    }
    remembered_ = server.sessions();
    EXPECT_NE(IdentityIn(result), nullptr);
    if (IdentityIn(result) == nullptr) return 0;
    client.Step(std::get<Success>(result).additional_data);
    EXPECT_EQ(client.status(), SASL_OK) << client.error();
    return messages;
  }

  // Ours as the client of Cyrus, which goes on from the session before; how many messages it
  // takes, 0 where it is not let in.
  int LogInToTheirsAgain() {
    CyrusSession server = TheirServer();
    client_context_.session = session_.has_value() ? &*session_ : nullptr;
    const auto client = *CreateClientMechanism(descriptor(), client_context_);
    int messages = 0;
    std::optional<std::string> challenge;
    do {
      const auto said = StepClient(*client, challenge);
      if (std::holds_alternative<ServerFault>(said)) return 0;
      const std::optional<std::string>& bytes = std::get<ClientResponse>(said).bytes;
      if (bytes.has_value()) ++messages;
      challenge = server.Step(bytes);
    } while (server.status() == SASL_CONTINUE);
    if (server.status() != SASL_OK || client->Finish(challenge).has_value()) return 0;
    EXPECT_EQ(server.security_strength(), 0u);
    session_ = client->session();
    return messages;
  }

  std::map<std::string, SessionFound> remembered_;
  std::optional<Secret> session_;
};

INSTANTIATE_TEST_SUITE_P(All, CyrusDigestTest, testing::Values(Peer{"DIGEST-MD5"}),
                         [](const auto&) { return "DIGESTMD5"; });

TEST_P(CyrusDigestTest, ComesAgainToOursInOneMessage) {
  EXPECT_EQ(LogInToOursAgain(), 1);
  for (int again = 0; again < 3; ++again) {
    MechanismDriver server = OurServer();
    server.sessions() = remembered_;
    CyrusSession client = TheirClient();
    const auto said = client.Step(std::nullopt);
    ASSERT_TRUE(said.has_value());
    const StepResult result = server.Step(said);
    ASSERT_NE(IdentityIn(result), nullptr);
    client.Step(std::get<Success>(result).additional_data);
    EXPECT_EQ(client.status(), SASL_OK) << client.error();
    remembered_ = server.sessions();
  }
}

TEST_P(CyrusDigestTest, BeginsAnewWhereOursForgot) {
  EXPECT_EQ(LogInToOursAgain(), 1);
  EXPECT_EQ(LogInToOursAgain(), 1);
  remembered_.clear();
  EXPECT_EQ(LogInToOursAgain(), 2);
  EXPECT_EQ(LogInToOursAgain(), 1);
}

TEST_P(CyrusDigestTest, BeginsAnewWhereOursIsTiredOfItsNonce) {
  EXPECT_EQ(LogInToOursAgain(), 1);
  remembered_.begin()->second.stale = true;
  EXPECT_EQ(LogInToOursAgain(), 2);
  EXPECT_EQ(LogInToOursAgain(), 1);
}

TEST_P(CyrusDigestTest, TakesOurClientAgainInOneMessage) {
  EXPECT_EQ(LogInToTheirsAgain(), 1);
  for (int again = 0; again < 3; ++again) {
    ASSERT_TRUE(session_.has_value());
    client_context_.session = &*session_;
    const auto client = *CreateClientMechanism(descriptor(), client_context_);
    CyrusSession server = TheirServer();
    const auto said = StepClient(*client, std::nullopt);
    const auto proof = server.Step(std::get<ClientResponse>(said).bytes);
    EXPECT_EQ(server.status(), SASL_OK) << server.error();
    EXPECT_FALSE(client->Finish(proof).has_value());
    session_ = client->session();
  }
}

TEST_P(CyrusDigestTest, HasOurClientBeginAnewWhereItForgot) {
  EXPECT_EQ(LogInToTheirsAgain(), 1);
  EXPECT_EQ(LogInToTheirsAgain(), 1);
  properties_.fast_reauthentication = false;
  EXPECT_EQ(LogInToTheirsAgain(), 2);
  properties_.fast_reauthentication = true;
  EXPECT_EQ(LogInToTheirsAgain(), 1);
}

TEST_P(CyrusDigestTest, RefusesOurClientThatComesAgainWithAWrongPassword) {
  EXPECT_EQ(LogInToTheirsAgain(), 1);
  credentials_.password = Secret("guess");
  EXPECT_EQ(LogInToTheirsAgain(), 0);
}

TEST_P(CyrusDigestTest, BelievesOurProofInAChallengeToo) {
  properties_.success_data = false;
  MechanismDriver server = OurServer();
  CyrusSession client = TheirClient();
  const StepResult challenge = server.Step(client.Step(std::nullopt));
  const StepResult result = server.Step(client.Step(std::get<Challenge>(challenge).bytes));
  ASSERT_NE(IdentityIn(result), nullptr);
  EXPECT_EQ(client.Step(std::get<Success>(result).additional_data), "");
  EXPECT_EQ(client.status(), SASL_OK) << client.error();
}

TEST_P(CyrusDigestTest, ProvesItselfToOursInAChallengeToo) {
  properties_.success_data = false;
  EXPECT_EQ(LogInToTheirsAgain(), 2);
}

TEST_P(CyrusDigestTest, RefusesAForgedProof) {
  MechanismDriver server = OurServer();
  CyrusSession client = TheirClient();
  const StepResult challenge = server.Step(client.Step(std::nullopt));
  const StepResult result = server.Step(client.Step(std::get<Challenge>(challenge).bytes));
  ASSERT_NE(IdentityIn(result), nullptr);
  std::string forged = *std::get<Success>(result).additional_data;
  forged.back() = forged.back() == '0' ? '1' : '0';
  client.Step(forged);
  EXPECT_LT(client.status(), SASL_OK);
}

TEST_P(CyrusDigestTest, HashesAsOursInAnyScript) {
  const std::pair<std::string, std::string> users[] = {
      {"n\u00e9", "p\u00e9"}, {"n\u00e9", "\u8a9e"}, {"\u65e5", "p\u00e9"}, {"n\u00e9\u65e5", "p"}};
  properties_.fast_reauthentication = false;
  for (const auto& [name, password] : users) {
    book_[name].account = TestAccount(name, password, Schemes());
    properties_.authentication_id = name;
    properties_.password = password;
    credentials_ = {name, "", Secret(password)};
    CyrusSession client = TheirClient();
    const StepResult result = LogInToOurs(client);
    ASSERT_NE(IdentityIn(result), nullptr) << name << password;
    EXPECT_EQ(IdentityIn(result)->authentication_id, name);
    EXPECT_EQ(client.status(), SASL_OK) << client.error();
    CyrusSession server = TheirServer();
    const auto fault = LogInToTheirs(server);
    EXPECT_FALSE(fault.has_value()) << name << password << fault->what << server.error();
  }
}

TEST_P(CyrusDigestTest, ChoosesARealmThatHasToBeQuoted) {
  properties_.fast_reauthentication = false;
  settings_.digest_realm = "a \"realm\\, of\u00e9";
  CyrusSession client = TheirClient();
  EXPECT_NE(IdentityIn(LogInToOurs(client)), nullptr);
  EXPECT_EQ(client.status(), SASL_OK) << client.error();
}

}  // namespace
}  // namespace sallyport
