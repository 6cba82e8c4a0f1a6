// Our handshakes against libgsasl's, in both directions.

#include <string>
#include <vector>

#include "core/amqp/frame_reader.h"
#include "core/amqp/sasl_frames.h"
#include "gtest/gtest.h"
#include "tests/core/handshake/frame_bytes.h"
#include "tests/core/handshake/gsasl_peer.h"
#include "tests/core/handshake/handshake_pair.h"
#include "tests/core/handshake/server_session.h"

namespace sallyport {
namespace {

// Every mechanism that both have.
const std::vector<std::string_view>& SharedMechanisms() {
  static const auto* const names = new std::vector<std::string_view>{
      "ANONYMOUS",  "PLAIN",       "LOGIN",         "EXTERNAL",         "CRAM-MD5",
      "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS"};
  return *names;
}

bool HasPassword(std::string_view mechanism) {
  return mechanism != "ANONYMOUS" && mechanism != "EXTERNAL";
}

GsaslLogin LoginWith(std::string_view mechanism, std::string_view password = kPassword) {
  GsaslLogin login{std::string(mechanism), std::string(kKeysUser), std::string(password), ""};
  if (mechanism.ends_with("-PLUS")) {
    login.tls_exporter = EveryMechanism().channel_bindings.front().data;
  }
  return login;
}

// The one frame in `bytes` as what it carries: empty where it is another kind.
template <typename Performative>
std::optional<Performative> OnlyFrame(std::string_view bytes) {
  amqp::FrameReader reader(64 * 1024);
  const auto next = reader.Next(&bytes);
  if (!std::holds_alternative<amqp::Frame>(next) || !bytes.empty()) return std::nullopt;
  const auto decoded = amqp::DecodeSaslFrame(std::get<amqp::Frame>(next));
  const auto* sasl = std::get_if<amqp::SaslFrame>(&decoded);
  const auto* found = sasl == nullptr ? nullptr : std::get_if<Performative>(sasl);
  return found == nullptr ? std::nullopt : std::optional<Performative>(*found);
}

// Lets libgsasl log in to `session`, and shows it what the outcome carries.
void LogIn(ServerSession& session, GsaslPeer& gsasl, std::string_view mechanism) {
  session.TakeUnread();
  session.Exchange(SaslHeader());
  std::optional<std::string> message = gsasl.Step("");
  ASSERT_TRUE(message.has_value()) << gsasl.error();
  session.Exchange(InitFrame(mechanism, *message));
  while (!session.outcome().has_value()) {
    const std::string unread = session.TakeUnread();
    const auto challenge = OnlyFrame<amqp::SaslChallenge>(unread);
    ASSERT_TRUE(challenge.has_value());
    message = gsasl.Step(challenge->challenge);
    ASSERT_TRUE(message.has_value()) << gsasl.error();
    session.Exchange(ResponseFrame(*message));
  }
  const std::string unread = session.TakeUnread();
  const auto outcome = OnlyFrame<amqp::SaslOutcome>(unread);
  ASSERT_TRUE(outcome.has_value());
  if (outcome->additional_data.has_value()) gsasl.Step(*outcome->additional_data);
  EXPECT_EQ(session.Inconsistency(), "");
}

TEST(GsaslClient, LogsInByEveryMechanismThatItHas) {
  const ServerSetup setup = EveryMechanism();
  for (const std::string_view mechanism : SharedMechanisms()) {
    SCOPED_TRACE(std::string(mechanism));
    ServerSession session(setup);
    GsaslPeer gsasl(LoginWith(mechanism), GsaslPeer::Side::kClient);
    LogIn(session, gsasl, mechanism);
    ASSERT_TRUE(session.outcome().has_value());
    EXPECT_EQ(session.outcome()->code, amqp::SaslCode::kOk) << session.Result().outcome;
    // Of SCRAM and DIGEST-MD5: it has verified our proof, from the outcome's additional data.
    EXPECT_TRUE(gsasl.finished()) << gsasl.error();
    ASSERT_TRUE(session.outcome()->identity.has_value());
    EXPECT_EQ(session.outcome()->identity->authentication_id,
              mechanism == "ANONYMOUS" ? "anonymous" : kKeysUser);
    EXPECT_EQ(session.outcome()->identity->channel_bound, mechanism.ends_with("-PLUS"));
  }
}

TEST(GsaslClient, LogsInWithServerFinalAsAChallenge) {
  ServerSetup setup = EveryMechanism();
  setup.limits.final_data_as_challenge = true;
  for (const std::string mechanism : {"SCRAM-SHA-256", "DIGEST-MD5"}) {
    ServerSession session(setup);
    GsaslPeer gsasl(LoginWith(mechanism), GsaslPeer::Side::kClient);
    LogIn(session, gsasl, mechanism);
    EXPECT_EQ(session.Result().outcome, "code 0 alice as alice by " + mechanism);
    EXPECT_TRUE(gsasl.finished()) << gsasl.error();
  }
}

TEST(GsaslClient, IsRefusedWithAWrongPasswordAndShownNoProof) {
  const ServerSetup setup = EveryMechanism();
  for (const std::string_view mechanism : SharedMechanisms()) {
    if (!HasPassword(mechanism)) continue;
    SCOPED_TRACE(std::string(mechanism));
    ServerSession session(setup);
    GsaslPeer gsasl(LoginWith(mechanism, "wrong"), GsaslPeer::Side::kClient);
    LogIn(session, gsasl, mechanism);
    ASSERT_TRUE(session.outcome().has_value());
    EXPECT_EQ(session.outcome()->reason, FailureReason::kBadCredentials);
    EXPECT_EQ(gsasl.finished(), !FindMechanism(mechanism)->mutual);
  }
}

TEST(GsaslClient, IsRefusedOnAnotherTlsConnection) {
  ServerSetup setup = EveryMechanism();
  setup.channel_bindings.front().data.back() ^= 1;
  ServerSession session(setup);
  GsaslPeer gsasl(LoginWith("SCRAM-SHA-256-PLUS"), GsaslPeer::Side::kClient);
  LogIn(session, gsasl, "SCRAM-SHA-256-PLUS");
  ASSERT_TRUE(session.outcome().has_value());
  EXPECT_EQ(session.outcome()->reason, FailureReason::kChannelBindingMismatch);
  EXPECT_FALSE(gsasl.finished());
}

TEST(GsaslClient, DoesNotAcceptAForgedProof) {
  const ServerSetup setup = EveryMechanism();
  ServerSession session(setup);
  GsaslPeer gsasl(LoginWith("SCRAM-SHA-256"), GsaslPeer::Side::kClient);
  session.Exchange(SaslHeader() + InitFrame("SCRAM-SHA-256", *gsasl.Step("")));
  const std::string challenge = ReadFrames(session.sent()).back();
  session.Exchange(ResponseFrame(*gsasl.Step(challenge.substr(sizeof("challenge")))));
  std::string outcome = ReadFrames(session.sent()).back();
  ASSERT_TRUE(outcome.starts_with("outcome 0 v="));
  outcome[14] = outcome[14] == 'A' ? 'B' : 'A';
  gsasl.Step(outcome.substr(sizeof("outcome 0")));
  EXPECT_FALSE(gsasl.finished());
}

// A server that is libgsasl in our frames: it offers one mechanism, and puts libgsasl's
// last message into the outcome.
Talk LogInToGsasl(const GsaslLogin& login, const ClientHandshake::Options& options) {
  GsaslPeer gsasl(login, GsaslPeer::Side::kServer);
  RepeatableRandom random(3);
  ClientHandshake client(options, random);
  Talk talk;
  std::string to_send;
  std::string to_client = SaslHeader();
  const std::vector<std::string_view> offered = {login.mechanism};
  amqp::AppendSaslMechanisms(offered, &to_client);
  while (!to_client.empty()) {
    std::string_view bytes = to_client;
    auto progress = client.Receive(&bytes, &to_send);
    while (progress.ok() && std::holds_alternative<NeedDerivation>(*progress)) {
      const auto& need = std::get<NeedDerivation>(*progress);
      progress = client.Resume(need.ticket, Derive(need.work), &bytes, &to_send);
    }
    EXPECT_TRUE(progress.ok()) << progress.status();
    to_client.clear();
    if (!progress.ok()) break;
    talk.end = *std::move(progress);
    if (!std::holds_alternative<ClientHandshake::WaitForServer>(talk.end)) break;
    std::string message;
    if (const auto init = OnlyFrame<amqp::SaslInit>(to_send)) {
      message = std::string(init->initial_response.value_or(""));
    } else if (const auto response = OnlyFrame<amqp::SaslResponse>(to_send)) {
      message = std::string(response->response);
    }
    to_send.clear();
    const std::optional<std::string> reply = gsasl.Step(message);
    if (!reply.has_value()) {
      amqp::AppendSaslOutcome({.code = amqp::SaslCode::kAuth}, &to_client);
    } else if (!gsasl.finished()) {
      amqp::AppendSaslChallenge(*reply, &to_client);
    } else {
      amqp::SaslOutcome outcome = {.code = amqp::SaslCode::kOk};
      if (!reply->empty()) outcome.additional_data = *reply;
      amqp::AppendSaslOutcome(outcome, &to_client);
    }
  }
  return talk;
}

bool IsDone(const Talk& talk, amqp::SaslCode code) {
  const auto* done = std::get_if<ClientHandshake::Done>(&talk.end);
  return done != nullptr && done->code == code;
}

TEST(GsaslServer, LetsOurClientInByEveryMechanismThatItHas) {
  for (const std::string_view mechanism : SharedMechanisms()) {
    SCOPED_TRACE(std::string(mechanism));
    const ClientHandshake::Options options = LoginBy(mechanism, kKeysUser);
    const Talk talk = LogInToGsasl(LoginWith(mechanism), options);
    EXPECT_TRUE(IsDone(talk, amqp::SaslCode::kOk));
    if (const auto* broken = std::get_if<ClientHandshake::Broken>(&talk.end)) {
      ADD_FAILURE() << broken->what;
    }
  }
}

TEST(GsaslServer, RefusesOurClientWithAWrongPassword) {
  for (const std::string_view mechanism : SharedMechanisms()) {
    if (!HasPassword(mechanism)) continue;
    SCOPED_TRACE(std::string(mechanism));
    const ClientHandshake::Options options = LoginBy(mechanism, kKeysUser, "wrong");
    EXPECT_TRUE(IsDone(LogInToGsasl(LoginWith(mechanism), options), amqp::SaslCode::kAuth));
  }
}

}  // namespace
}  // namespace sallyport
