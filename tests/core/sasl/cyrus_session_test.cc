// The judge by itself: Cyrus against Cyrus, in every mechanism that it judges.

#include "tests/core/sasl/cyrus_session.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "tests/kerberos/kdc.h"

namespace sallyport {
namespace {

struct Exchange {
  const char* mechanism;
  // Of the channel binding; null: none.
  const char* binding_type = nullptr;
};

void PrintTo(const Exchange& exchange, std::ostream* out) { *out << exchange.mechanism; }

struct Talk {
  // What the client said first.
  std::optional<std::string> initial;
  int challenges = 0;
};

// LogIn runs both sides to the end.
Talk LogIn(CyrusSession& client, CyrusSession& server) {
  Talk talk = {client.Step(std::nullopt)};
  std::optional<std::string> response = talk.initial;
  while (client.status() >= SASL_OK) {
    const std::optional<std::string> answer = server.Step(response);
    if (server.status() != SASL_CONTINUE) {
      if (answer.has_value()) client.Step(answer);
      break;
    }
    ++talk.challenges;
    response = client.Step(answer);
  }
  return talk;
}

class CyrusSessionTest : public testing::TestWithParam<Exchange> {
 protected:
  CyrusSessionTest() {
    properties_ = {.authentication_id = "alice", .password = "wonder=,land"};
    properties_.external_id = "alice";
    if (GetParam().binding_type == nullptr) return;
    properties_.channel_binding = ChannelBinding{GetParam().binding_type, "0123456789abcdef"};
  }

  void SetUp() override {
    if (!IsKerberos()) return;
    auto kdc = Kdc::Start();
    ASSERT_TRUE(kdc.ok()) << kdc.status();
    kdc_ = *std::move(kdc);
    ASSERT_TRUE(kdc_->AddService("amqp/localhost").ok());
    ASSERT_TRUE(kdc_->AddUser("alice", properties_.password).ok());
    const auto tickets = kdc_->LogIn("alice", properties_.password);
    ASSERT_TRUE(tickets.ok()) << tickets.status();
    kdc_->UseInThisProcess(*tickets);
  }

  bool Is(std::string_view mechanism) const { return mechanism == GetParam().mechanism; }
  bool IsKerberos() const { return Is("GSSAPI"); }
  bool HasPassword() const { return !Is("ANONYMOUS") && !Is("EXTERNAL") && !IsKerberos(); }
  bool HasAuthorization() const { return !Is("ANONYMOUS") && !Is("LOGIN") && !Is("CRAM-MD5"); }

  CyrusSession Client() const {
    return CyrusSession(CyrusRole::kClient, GetParam().mechanism, properties_);
  }
  CyrusSession Server() const {
    return CyrusSession(CyrusRole::kServer, GetParam().mechanism, properties_);
  }

  std::unique_ptr<Kdc> kdc_;
  CyrusProperties properties_;
};

INSTANTIATE_TEST_SUITE_P(All, CyrusSessionTest,
                         testing::Values(Exchange{"ANONYMOUS"}, Exchange{"PLAIN"},
                                         Exchange{"LOGIN"}, Exchange{"EXTERNAL"},
                                         Exchange{"CRAM-MD5"}, Exchange{"DIGEST-MD5"},
                                         Exchange{"GSSAPI"}, Exchange{"SCRAM-SHA-1"},
                                         Exchange{"SCRAM-SHA-256"}, Exchange{"SCRAM-SHA-512"},
                                         Exchange{"SCRAM-SHA-1-PLUS", "tls-unique"},
                                         Exchange{"SCRAM-SHA-256-PLUS", "tls-exporter"},
                                         Exchange{"SCRAM-SHA-512-PLUS", "tls-server-end-point"}),
                         [](const auto& info) {
                           std::string name = info.param.mechanism;
                           std::erase(name, '-');
                           return name;
                         });

TEST_P(CyrusSessionTest, LogsIn) {
  for (const bool success_data : {true, false}) {
    properties_.success_data = success_data;
    CyrusSession client = Client();
    CyrusSession server = Server();
    LogIn(client, server);
    EXPECT_EQ(client.status(), SASL_OK) << client.error();
    EXPECT_EQ(server.status(), SASL_OK) << server.error();
    const std::string name = Is("ANONYMOUS") ? "anonymous" : "alice";
    EXPECT_EQ(server.authentication_id(), name);
    EXPECT_EQ(server.authorization_id(), name);
    EXPECT_EQ(server.security_strength(), 0u);
  }
}

TEST_P(CyrusSessionTest, RefusesAWrongPassword) {
  if (!HasPassword()) GTEST_SKIP();
  CyrusSession server = Server();
  properties_.password = "guess";
  CyrusSession client = Client();
  LogIn(client, server);
  EXPECT_EQ(server.status(), SASL_BADAUTH);
}

TEST_P(CyrusSessionTest, RefusesAStranger) {
  if (!HasPassword()) GTEST_SKIP();
  CyrusSession server = Server();
  properties_.authentication_id = "mallory";
  CyrusSession client = Client();
  LogIn(client, server);
  EXPECT_LT(server.status(), SASL_OK);
}

TEST_P(CyrusSessionTest, ActsAsAnotherWhereTheServerSaysSo) {
  if (!HasAuthorization()) GTEST_SKIP();
  properties_.authorization_id = "bob";
  CyrusSession client = Client();
  CyrusSession server = Server();
  LogIn(client, server);
  EXPECT_EQ(server.status(), SASL_OK) << server.error();
  EXPECT_EQ(server.authentication_id(), "alice");
  EXPECT_EQ(server.authorization_id(), "bob");

  CyrusSession second_client = Client();
  properties_.authorization_id.clear();
  CyrusSession strict_server = Server();
  LogIn(second_client, strict_server);
  EXPECT_EQ(strict_server.status(), SASL_NOAUTHZ);
}

TEST_P(CyrusSessionTest, RefusesAnotherChannel) {
  if (GetParam().binding_type == nullptr) GTEST_SKIP();
  CyrusSession server = Server();
  properties_.channel_binding->data[0] ^= 1;
  CyrusSession client = Client();
  LogIn(client, server);
  EXPECT_LT(server.status(), SASL_OK);
}

TEST_P(CyrusSessionTest, ChallengesAnAbsentInitialResponse) {
  if (Is("ANONYMOUS") || Is("EXTERNAL")) GTEST_SKIP();
  CyrusSession client = Client();
  CyrusSession server = Server();
  const std::optional<std::string> initial = client.Step(std::nullopt);
  const bool server_first = Is("LOGIN") || Is("CRAM-MD5") || Is("DIGEST-MD5");
  EXPECT_EQ(initial.has_value(), !server_first);
  const std::optional<std::string> challenge = server.Step(std::nullopt);
  EXPECT_EQ(server.status(), SASL_CONTINUE);
  EXPECT_EQ(challenge->empty(), !server_first);
}

CyrusProperties Remembering(bool remembers) {
  return {.authentication_id = "alice",
          .password = "wonderland",
          .host = "broker.example",
          .fast_reauthentication = remembers};
}

struct Outcome {
  Talk talk;
  int client_status;
  int server_status;
};

Outcome DigestLogIn(const CyrusProperties& as_client, const CyrusProperties& as_server) {
  CyrusSession client(CyrusRole::kClient, "DIGEST-MD5", as_client);
  CyrusSession server(CyrusRole::kServer, "DIGEST-MD5", as_server);
  Talk talk = LogIn(client, server);
  return {std::move(talk), client.status(), server.status()};
}

TEST(CyrusDigest, GoesOnFromAnEarlierLogin) {
  const CyrusProperties remembering = Remembering(true);
  EXPECT_EQ(DigestLogIn(Remembering(false), remembering).talk.initial, std::nullopt);
  for (const char* count : {"nc=00000002", "nc=00000003"}) {
    const Outcome outcome = DigestLogIn(remembering, remembering);
    ASSERT_TRUE(outcome.talk.initial.has_value());
    EXPECT_NE(outcome.talk.initial->find(count), std::string::npos) << *outcome.talk.initial;
    EXPECT_EQ(outcome.talk.challenges, 0);
    EXPECT_EQ(outcome.client_status, SASL_OK);
    EXPECT_EQ(outcome.server_status, SASL_OK);
  }
}

TEST(CyrusDigest, BeginsAnewWhereOneSideForgot) {
  const CyrusProperties remembering = Remembering(true);
  const CyrusProperties forgetful = Remembering(false);
  DigestLogIn(forgetful, remembering);
  for (const auto& [as_client, as_server] :
       {std::pair(remembering, forgetful), std::pair(forgetful, remembering)}) {
    const Outcome outcome = DigestLogIn(as_client, as_server);
    EXPECT_EQ(outcome.talk.initial.has_value(), as_client.fast_reauthentication);
    EXPECT_EQ(outcome.talk.challenges, 1);
    EXPECT_EQ(outcome.client_status, SASL_OK);
    EXPECT_EQ(outcome.server_status, SASL_OK);
  }
}

TEST(CyrusDigest, RefusesToGoOnWithAWrongPassword) {
  const CyrusProperties remembering = Remembering(true);
  CyrusProperties guessing = remembering;
  guessing.password = "guess";
  DigestLogIn(Remembering(false), remembering);
  const Outcome outcome = DigestLogIn(guessing, remembering);
  EXPECT_TRUE(outcome.talk.initial.has_value());
  EXPECT_EQ(outcome.talk.challenges, 1);
  EXPECT_EQ(outcome.server_status, SASL_BADAUTH);
}

TEST(CyrusDigest, HasARealmOfItsOwn) {
  CyrusProperties properties = {.authentication_id = "alice", .password = "wonderland"};
  properties.realm = "wonder.land";
  CyrusSession client(CyrusRole::kClient, "DIGEST-MD5", properties);
  CyrusSession server(CyrusRole::kServer, "DIGEST-MD5", properties);
  LogIn(client, server);
  EXPECT_EQ(client.status(), SASL_OK) << client.error();
  EXPECT_EQ(server.status(), SASL_OK) << server.error();
  EXPECT_EQ(server.authentication_id(), "alice@wonder.land");
}

}  // namespace
}  // namespace sallyport
