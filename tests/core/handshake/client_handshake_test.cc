#include "core/handshake/client_handshake.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/amqp/sasl_frames.h"
#include "gtest/gtest.h"
#include "tests/core/handshake/frame_bytes.h"
#include "tests/core/handshake/handshake_pair.h"
#include "tests/core/sasl/local_mechanisms.h"

namespace sallyport {
namespace {

using Frames = std::vector<std::string>;

// Logs in to `setup` with our client.
struct Login {
  Login(const ServerSetup& setup, const ClientHandshake::Options& options)
      : session(setup), random(3), client(options, random), talk(TalkToEnd(session, client)) {}

  bool done_with(amqp::SaslCode code) const {
    const auto* done = std::get_if<ClientHandshake::Done>(&talk.end);
    return done != nullptr && done->code == code;
  }

  ServerSession session;
  RepeatableRandom random;
  ClientHandshake client;
  Talk talk;
};

std::string MechanismsFrame(const std::vector<std::string_view>& names) {
  std::string out;
  amqp::AppendSaslMechanisms(names, &out);
  return out;
}

std::string ChallengeFrame(std::string_view challenge) {
  std::string out;
  amqp::AppendSaslChallenge(challenge, &out);
  return out;
}

std::string OutcomeFrame(amqp::SaslCode code, std::optional<std::string_view> data = std::nullopt) {
  std::string out;
  amqp::AppendSaslOutcome({.code = code, .additional_data = data}, &out);
  return out;
}

std::string GreetingOf(const std::vector<std::string_view>& names) {
  return SaslHeader() + MechanismsFrame(names);
}

// All that a server sends to the client of ClientTalk for a SCRAM login that succeeds,
// without its outcome; and the outcome's additional data.
struct ScramTranscript {
  explicit ScramTranscript(const ClientHandshake::Options& options) {
    const Login login(EveryMechanism(), options);
    EXPECT_TRUE(login.done_with(amqp::SaslCode::kOk));
    const std::string last = ReadFrames(login.session.sent()).back();
    server_final = last.substr(std::string_view("outcome 0 ").size());
    const size_t size = OutcomeFrame(amqp::SaslCode::kOk, server_final).size();
    before_outcome = login.session.sent().substr(0, login.session.sent().size() - size);
  }
  std::string before_outcome;
  std::string server_final;
};

bool IsBroken(const Talk& talk) {
  const auto* broken = std::get_if<ClientHandshake::Broken>(&talk.end);
  return broken != nullptr && !broken->what.empty();
}

bool IsDone(const Talk& talk, amqp::SaslCode code) {
  const auto* done = std::get_if<ClientHandshake::Done>(&talk.end);
  return done != nullptr && done->code == code;
}

TEST(ClientHandshake, LogsInByEveryMechanism) {
  for (const MechanismDescriptor& mechanism : LocalMechanisms()) {
    SCOPED_TRACE(std::string(mechanism.name));
    const Login login(EveryMechanism(), LoginBy(mechanism.name, kKeysUser));
    EXPECT_TRUE(login.done_with(amqp::SaslCode::kOk));
    EXPECT_EQ(login.client.mechanism(), mechanism.name);
    EXPECT_EQ(login.session.Inconsistency(), "");
    ASSERT_TRUE(login.session.outcome()->identity.has_value());
    const Identity& identity = *login.session.outcome()->identity;
    EXPECT_EQ(identity.authentication_id, mechanism.name == "ANONYMOUS" ? "anonymous" : kKeysUser);
    EXPECT_EQ(identity.mechanism, mechanism.name);
    EXPECT_EQ(identity.channel_bound, mechanism.channel_binding);
    EXPECT_EQ(ReadFrames(login.session.sent()).back().starts_with("outcome 0 "),
              mechanism.server_sends_final_data);
  }
}

TEST(ClientHandshake, LogsInByServerFinalAsAChallenge) {
  ServerSetup setup = EveryMechanism();
  setup.limits.final_data_as_challenge = true;
  for (const char* mechanism : {"SCRAM-SHA-256", "DIGEST-MD5"}) {
    const Login login(setup, LoginBy(mechanism, kKeysUser));
    EXPECT_TRUE(login.done_with(amqp::SaslCode::kOk));
    EXPECT_EQ(ReadFrames(login.session.sent()).back(), "outcome 0");
    EXPECT_EQ(ReadFrames(login.talk.client_bytes).back(), "response ");
  }
}

TEST(ClientHandshake, ComesAgainInOneMessage) {
  ServerSetup setup = EveryMechanism();
  ClientHandshake::Options options = LoginBy("DIGEST-MD5", kKeysUser);
  for (int again = 0; again < 3; ++again) {
    const Login login(setup, options);
    ASSERT_TRUE(login.done_with(amqp::SaslCode::kOk));
    // The header and the init, and a response the first time.
    EXPECT_EQ(ReadFrames(login.talk.client_bytes).size(), again == 0 ? 3u : 2u);
    const auto& remembered = login.session.outcome()->session;
    ASSERT_TRUE(remembered.has_value());
    setup.sessions = {{remembered->id, {.state = remembered->state}}};
    options.session = login.client.session();
    ASSERT_TRUE(options.session.has_value());
  }
}

TEST(ClientHandshake, HearsThatItsPasswordIsWrong) {
  for (const char* mechanism : {"PLAIN", "OAUTHBEARER", "XOAUTH2", "SCRAM-SHA-1", "SCRAM-SHA-256",
                                "SCRAM-SHA-512-PLUS", "DIGEST-MD5", "CRAM-MD5", "LOGIN"}) {
    for (const auto& [user, password] : std::vector<std::pair<std::string_view, std::string_view>>{
             {kKeysUser, "wrong"}, {"nobody", kPassword}}) {
      const Login login(EveryMechanism(), LoginBy(mechanism, user, password));
      EXPECT_TRUE(login.done_with(amqp::SaslCode::kAuth)) << mechanism;
      EXPECT_EQ(login.session.outcome()->code, amqp::SaslCode::kAuth) << mechanism;
    }
  }
}

TEST(ClientHandshake, HearsTheCodeOfAnOutage) {
  ServerSetup setup = EveryMechanism();
  setup.outage = FailureReason::kStoreUnavailable;
  EXPECT_TRUE(
      Login(setup, LoginBy("SCRAM-SHA-256", kKeysUser)).done_with(amqp::SaslCode::kSysTemp));
}

TEST(ClientHandshake, TakesItsOwnFirstChoiceNotTheServers) {
  ClientHandshake::Options options = LoginBy("X-NONE", kKeysUser);
  options.mechanisms = {"X-NONE", "PLAIN", "SCRAM-SHA-256"};
  const Login login(EveryMechanism(), options);
  EXPECT_EQ(login.client.mechanism(), "PLAIN");
  EXPECT_TRUE(login.done_with(amqp::SaslCode::kOk));
}

TEST(ClientHandshake, PassesOverWhatTheServerDoesNotOfferOrItCannotUse) {
  ClientHandshake::Options options = LoginBy("", kKeysUser);
  options.mechanisms = {"SCRAM-SHA-256-PLUS", "SCRAM-SHA-512", "SCRAM-SHA-256"};
  options.channel_bindings.clear();
  ServerSetup setup = EveryMechanism();
  setup.offer = OfferOf({"SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"});
  const Login login(setup, options);
  EXPECT_EQ(login.client.mechanism(), "SCRAM-SHA-256");
  EXPECT_TRUE(login.done_with(amqp::SaslCode::kOk));
}

TEST(ClientHandshake, SaysWhyNothingCanBeUsed) {
  ClientHandshake::Options options = LoginBy("SCRAM-SHA-256-PLUS", kKeysUser);
  options.channel_bindings.clear();
  const Talk talk = ClientTalk(options, GreetingOf({"SCRAM-SHA-256-PLUS", "X-OTHER"}));
  ASSERT_TRUE(IsBroken(talk));
  const std::string& what = std::get<ClientHandshake::Broken>(talk.end).what;
  EXPECT_NE(what.find("X-OTHER"), std::string::npos);
  EXPECT_NE(what.find("channel binding"), std::string::npos);
  EXPECT_EQ(ReadFrames(talk.client_bytes), Frames{"header"});
  options.mechanisms.clear();
  EXPECT_TRUE(IsBroken(ClientTalk(options, GreetingOf({"PLAIN"}))));
}

TEST(ClientHandshake, TellsAServerThatHidPlusThatItWouldHaveUsedIt) {
  const auto options = LoginBy("SCRAM-SHA-256", kKeysUser);
  const Talk hidden = ClientTalk(options, GreetingOf({"SCRAM-SHA-256"}));
  EXPECT_TRUE(ReadFrames(hidden.client_bytes).back().starts_with("init SCRAM-SHA-256 y,,"));
  const Talk offered = ClientTalk(options, GreetingOf({"SCRAM-SHA-1-PLUS", "SCRAM-SHA-256"}));
  EXPECT_TRUE(ReadFrames(offered.client_bytes).back().starts_with("init SCRAM-SHA-256 n,,"));
}

TEST(ClientHandshake, AcceptsASingleMechanismAsASymbol) {
  const std::string frame = RawFrame(std::string("\x00\x53\x40\xc0\x08\x01\xa3\x05PLAIN", 13));
  const Talk talk = ClientTalk(LoginBy("PLAIN", "tim"), SaslHeader() + frame);
  EXPECT_TRUE(std::holds_alternative<ClientHandshake::WaitForServer>(talk.end));
  EXPECT_TRUE(ReadFrames(talk.client_bytes).back().starts_with("init PLAIN "));
}

TEST(ClientHandshake, SendsExternalsEmptyInitialResponseAsAnEmptyBinary) {
  const Talk talk = ClientTalk(LoginBy("EXTERNAL", ""), GreetingOf({"EXTERNAL"}));
  const std::string list(
      "\xc0\x0d\x02\xa3\x08"
      "EXTERNAL"
      "\xa0\x00",
      15);
  EXPECT_EQ(talk.client_bytes, SaslHeader() + RawFrame(std::string("\x00\x53\x41", 3) + list));
}

TEST(ClientHandshake, SendsTheHostnameWhereItHasOne) {
  ClientHandshake::Options options = LoginBy("ANONYMOUS", "");
  options.hostname = "tenant.example";
  const Login login(EveryMechanism(), options);
  EXPECT_EQ(login.session.handshake().hostname(), "tenant.example");
  EXPECT_EQ(Login(EveryMechanism(), LoginBy("ANONYMOUS", "")).session.handshake().hostname(), "");
}

TEST(ClientHandshake, LeavesWhatComesAfterTheOutcome) {
  const std::string greeting = GreetingOf({"ANONYMOUS"});
  const Talk talk =
      ClientTalk(LoginBy("ANONYMOUS", ""), greeting + OutcomeFrame(amqp::SaslCode::kOk) + "AMQP");
  EXPECT_TRUE(IsDone(talk, amqp::SaslCode::kOk));
  EXPECT_EQ(talk.left, "AMQP");
}

TEST(ClientHandshake, DoesNotDependOnHowTheServersBytesAreSplit) {
  const auto options = LoginBy("SCRAM-SHA-256", kKeysUser);
  const ScramTranscript transcript(options);
  const std::string stream =
      transcript.before_outcome + OutcomeFrame(amqp::SaslCode::kOk, transcript.server_final);
  const Talk whole = ClientTalk(options, stream);
  ASSERT_TRUE(IsDone(whole, amqp::SaslCode::kOk));
  RepeatableRandom random(3);
  ClientHandshake client(options, random);
  std::string sent;
  client.Start(&sent);
  ClientHandshake::Progress end;
  for (const char byte : stream) {
    std::string_view piece(&byte, 1);
    auto progress = client.Receive(&piece, &sent);
    ASSERT_TRUE(progress.ok());
    if (const auto* need = std::get_if<NeedDerivation>(&*progress)) {
      progress = client.Resume(need->ticket, Derive(need->work), &piece, &sent);
      ASSERT_TRUE(progress.ok());
    }
    EXPECT_TRUE(piece.empty());
    end = *std::move(progress);
  }
  EXPECT_EQ(sent, whole.client_bytes);
  ASSERT_TRUE(std::holds_alternative<ClientHandshake::Done>(end));
  EXPECT_EQ(std::get<ClientHandshake::Done>(end).code, amqp::SaslCode::kOk);
}

TEST(ClientHandshake, TrustsNoServerWithoutItsProof) {
  const auto options = LoginBy("SCRAM-SHA-256", kKeysUser);
  const ScramTranscript transcript(options);
  std::string forged = transcript.server_final;
  forged[4] = forged[4] == 'A' ? 'B' : 'A';
  const std::vector<std::optional<std::string_view>> proofs = {
      std::nullopt,
      "",
      forged,
      "v=",
      "e=invalid-proof",
      std::string_view(transcript.server_final).substr(0, transcript.server_final.size() - 4)};
  for (size_t i = 0; i < proofs.size(); ++i) {
    EXPECT_TRUE(IsBroken(ClientTalk(
        options, transcript.before_outcome + OutcomeFrame(amqp::SaslCode::kOk, proofs[i]))))
        << i;
  }
  EXPECT_TRUE(
      IsDone(ClientTalk(options, transcript.before_outcome +
                                     OutcomeFrame(amqp::SaslCode::kOk, transcript.server_final)),
             amqp::SaslCode::kOk));
  // The same as a challenge.
  EXPECT_TRUE(IsBroken(ClientTalk(options, transcript.before_outcome + ChallengeFrame(forged))));
}

TEST(ClientHandshake, TrustsNoServerThatSkipsTheExchange) {
  const auto options = LoginBy("SCRAM-SHA-256", kKeysUser);
  EXPECT_TRUE(IsBroken(ClientTalk(
      options, GreetingOf({"SCRAM-SHA-256"}) + OutcomeFrame(amqp::SaslCode::kOk, "v=AAAA"))));
  EXPECT_TRUE(IsBroken(ClientTalk(options, SaslHeader() + OutcomeFrame(amqp::SaslCode::kOk))));
}

TEST(ClientHandshake, ARefusalNeedsNoProofAndMayComeAtAnyTime) {
  const auto options = LoginBy("SCRAM-SHA-256", kKeysUser);
  const ScramTranscript transcript(options);
  for (const amqp::SaslCode code : {amqp::SaslCode::kAuth, amqp::SaslCode::kSys,
                                    amqp::SaslCode::kSysPerm, amqp::SaslCode::kSysTemp}) {
    const std::string outcome = OutcomeFrame(code);
    // At open: a server may refuse without naming its mechanisms.
    EXPECT_TRUE(IsDone(ClientTalk(options, SaslHeader() + outcome), code));
    EXPECT_TRUE(IsDone(ClientTalk(options, GreetingOf({"SCRAM-SHA-256"}) + outcome), code));
    EXPECT_TRUE(IsDone(ClientTalk(options, transcript.before_outcome + outcome), code));
  }
}

TEST(ClientHandshake, BreaksOnWhatIsMalformedOrOutOfTurn) {
  const std::string greeting = GreetingOf({"PLAIN"});
  const std::vector<std::string> streams = {
      "HTTP/1.1 400 Bad Request",
      std::string("AMQP\x00\x01\x00\x00", 8),
      SaslHeader() + SaslHeader(),
      SaslHeader() + ChallengeFrame("before the mechanisms"),
      SaslHeader() + InitFrame("PLAIN", ""),
      SaslHeader() + ResponseFrame(""),
      greeting + MechanismsFrame({"PLAIN"}),
      greeting + InitFrame("PLAIN", ""),
      greeting + ChallengeFrame("which PLAIN has none of"),
      greeting + RawFrame("nonsense"),
      greeting + RawFrame("", 1, 7),
      greeting + RawFrame("", 1, 64 * 1024 + 1),
      greeting + RawFrame(std::string("\x00\x53\x44\xc0\x03\x01\x50\x05", 8)),  // code 5
      greeting + RawFrame(std::string("\x00\x53\x44\x45", 4)),                  // no code
  };
  for (size_t i = 0; i < streams.size(); ++i) {
    EXPECT_TRUE(IsBroken(ClientTalk(LoginBy("PLAIN", "tim"), streams[i]))) << i;
  }
}

TEST(ClientHandshake, RefusesItsHostsCallsOutOfTurn) {
  const auto options = LoginBy("SCRAM-SHA-256", kKeysUser);
  const ScramTranscript transcript(options);
  RepeatableRandom random(3);
  ClientHandshake client(options, random);
  std::string sent;
  std::string_view nothing;
  const auto status_of = [&](uint64_t ticket) {
    return client.Resume(ticket, DerivationRefused{}, &nothing, &sent).status().code();
  };
  EXPECT_EQ(status_of(0), absl::StatusCode::kFailedPrecondition);
  std::string_view bytes = transcript.before_outcome;
  auto progress = client.Receive(&bytes, &sent);
  ASSERT_TRUE(progress.ok());
  const uint64_t ticket = std::get<NeedDerivation>(*progress).ticket;
  EXPECT_EQ(client.Receive(&nothing, &sent).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status_of(ticket + 1), absl::StatusCode::kFailedPrecondition);
  const auto end = client.Resume(ticket, DerivationRefused{}, &nothing, &sent);
  ASSERT_TRUE(end.ok());
  EXPECT_TRUE(std::holds_alternative<ClientHandshake::Broken>(*end));
  EXPECT_EQ(client.Receive(&nothing, &sent).status().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace sallyport
