// GSSAPI inside of AMQP's frames, both ends ours, in a real Kerberos realm.

#include <string>
#include <string_view>
#include <vector>

#include "core/amqp/sasl_frames.h"
#include "gtest/gtest.h"
#include "tests/core/handshake/frame_bytes.h"
#include "tests/core/handshake/handshake_pair.h"
#include "tests/core/handshake/server_session.h"
#include "tests/core/sasl/forgiven_leaks.h"
#include "tests/core/sasl/gssapi_fixture.h"

namespace sallyport {
namespace {

class GssapiHandshakeTest : public GssapiFixture {
 protected:
  GssapiHandshakeTest() {
    setup_.offer = OfferOf({"SCRAM-SHA-256", "GSSAPI"});
    setup_.settings.kerberos.realm = kRealm;
    setup_.accounts["alice"].account = book_["alice"].account;
    options_.mechanisms = {"GSSAPI"};
    options_.hostname = "localhost";
  }

  Talk TalkTo(ServerSession& session) {
    ClientHandshake client(options_, random_);
    return TalkToEnd(session, client);
  }

  static bool IsDone(const Talk& talk, amqp::SaslCode code) {
    const auto* done = std::get_if<ClientHandshake::Done>(&talk.end);
    return done != nullptr && done->code == code;
  }

  ServerSetup setup_;
  ClientHandshake::Options options_;
  RepeatableRandom random_{3};
};

TEST_F(GssapiHandshakeTest, LogsInWithAnInitOfMoreThan512Bytes) {
  ServerSession session(setup_);
  const Talk talk = TalkTo(session);
  EXPECT_TRUE(IsDone(talk, amqp::SaslCode::kOk));
  EXPECT_EQ(session.Result().outcome, "code 0 alice as alice by GSSAPI");
  EXPECT_EQ(session.Inconsistency(), "");
  const std::vector<std::string> frames = ReadFrames(talk.client_bytes);
  ASSERT_EQ(frames.size(), 4u);
  EXPECT_GT(frames[1].size(), 512u + sizeof("init GSSAPI"));
  EXPECT_EQ(frames[2], "response ");
  EXPECT_EQ(ReadFrames(session.sent()).back(), "outcome 0");
  EXPECT_EQ(session.outcome()->properties.size(), 4u);
}

TEST_F(GssapiHandshakeTest, TakesTheServersNameFromItsOwnOption) {
  options_.hostname = "tenant.example";
  options_.server_name = "localhost";
  ServerSession session(setup_);
  EXPECT_TRUE(IsDone(TalkTo(session), amqp::SaslCode::kOk));
  EXPECT_EQ(session.handshake().hostname(), "tenant.example");
}

TEST_F(GssapiHandshakeTest, AClientWithoutAServersNameOrTicketTakesWhatElseItHas) {
  options_.mechanisms = {"GSSAPI", "SCRAM-SHA-256"};
  options_.hostname.clear();
  options_.credentials = {.authentication_id = "bob", .password = Secret(kPassword)};
  setup_.accounts["bob"] = AccountOf("bob", kPassword, {"SCRAM-SHA-256"});
  ServerSession session(setup_);
  EXPECT_TRUE(IsDone(TalkTo(session), amqp::SaslCode::kOk));
  EXPECT_EQ(session.Result().outcome, "code 0 bob as bob by SCRAM-SHA-256");

  options_ = {.mechanisms = {"GSSAPI"}, .hostname = "localhost"};
  kdc().UseInThisProcess();
  ServerSession without(setup_);
  const Talk talk = TalkTo(without);
  ASSERT_TRUE(std::holds_alternative<ClientHandshake::Broken>(talk.end));
  EXPECT_TRUE(std::get<ClientHandshake::Broken>(talk.end).what.starts_with("GSSAPI: "));
}

TEST_F(GssapiHandshakeTest, AListenersLimitHoldsForTokensToo) {
  setup_.limits.max_frame_size = 512;
  ServerSession session(setup_);
  EXPECT_TRUE(IsDone(TalkTo(session), amqp::SaslCode::kAuth));
  ASSERT_TRUE(session.outcome().has_value());
  EXPECT_EQ(session.outcome()->reason, FailureReason::kTooLarge);
}

TEST_F(GssapiHandshakeTest, RefusalsHaveTheirCodes) {
  // MIT's library leaks the name of a service that it has no key of.
  const ForgivenLeaks of_kerberos;
  setup_.settings.kerberos.keytab = "/no/such/keytab";
  ServerSession misconfigured(setup_);
  EXPECT_TRUE(IsDone(TalkTo(misconfigured), amqp::SaslCode::kSysPerm));
  EXPECT_EQ(misconfigured.outcome()->reason, FailureReason::kMisconfigured);
  setup_.settings.kerberos.keytab.clear();
  setup_.settings.kerberos.realm = "WELLKNOWN:OURS";
  ServerSession unknown(setup_);
  EXPECT_TRUE(IsDone(TalkTo(unknown), amqp::SaslCode::kAuth));
  EXPECT_EQ(unknown.outcome()->reason, FailureReason::kUnknownUser);
}

// From replica to replica after each frame, and in pieces of one byte.
TEST_F(GssapiHandshakeTest, MovesAndIsSplitAsItComes) {
  RepeatableRandom random(5);
  ClientHandshake client(options_, random);
  std::string to_server;
  client.Start(&to_server);
  auto session = std::make_unique<ServerSession>(setup_);
  std::string to_client = session->TakeUnread();
  ClientHandshake::Progress progress;
  while (!to_client.empty()) {
    std::string_view bytes = to_client;
    auto step = client.Receive(&bytes, &to_server);
    while (step.ok() && std::holds_alternative<NeedDerivation>(*step)) {
      const auto& need = std::get<NeedDerivation>(*step);
      step = client.Resume(need.ticket, Derive(need.work), &bytes, &to_server);
    }
    ASSERT_TRUE(step.ok()) << step.status();
    progress = *std::move(step);
    if (!session->outcome().has_value()) {
      const std::string saved = session->Save();
      ASSERT_NE(saved, "");
      session = std::make_unique<ServerSession>(setup_, saved);
    }
    for (const char byte : std::exchange(to_server, {})) {
      session->Exchange(std::string_view(&byte, 1));
    }
    EXPECT_EQ(session->Inconsistency(), "");
    to_client = session->TakeUnread();
  }
  ASSERT_TRUE(std::holds_alternative<ClientHandshake::Done>(progress));
  EXPECT_EQ(std::get<ClientHandshake::Done>(progress).code, amqp::SaslCode::kOk);
  EXPECT_EQ(session->Result().outcome, "code 0 alice as alice by GSSAPI");
}

TEST_F(GssapiHandshakeTest, AClientTakesAChallengeOfMoreThan512Bytes) {
  ClientHandshake client(options_, random_);
  ServerSession session(setup_);
  std::string to_server;
  std::string to_client = session.TakeUnread();
  amqp::AppendSaslChallenge(std::string(60'000, '?'), &to_client);
  std::string_view bytes = to_client;
  auto step = client.Receive(&bytes, &to_server);
  while (step.ok() && std::holds_alternative<NeedDerivation>(*step)) {
    const auto& need = std::get<NeedDerivation>(*step);
    step = client.Resume(need.ticket, Derive(need.work), &bytes, &to_server);
  }
  ASSERT_TRUE(step.ok()) << step.status();
  ASSERT_TRUE(std::holds_alternative<ClientHandshake::Broken>(*step));
  // It is not the size that it minds.
  EXPECT_EQ(std::get<ClientHandshake::Broken>(*step).what,
            "the server's token is not the answer to ours");
}

}  // namespace
}  // namespace sallyport
