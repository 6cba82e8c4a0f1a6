// A handshake that is saved wherever it waits for its client, and goes on
// elsewhere, sends and decides what it would have.

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/amqp/protocol_header.h"
#include "gtest/gtest.h"
#include "tests/core/handshake/frame_bytes.h"
#include "tests/core/handshake/handshake_pair.h"
#include "tests/core/handshake/server_session.h"
#include "tests/core/sasl/local_mechanisms.h"

namespace sallyport {
namespace {

SessionResult Play(const ServerSetup& setup, std::string_view stream) {
  ServerSession session(setup);
  session.Exchange(stream);
  EXPECT_EQ(session.Inconsistency(), "");
  return session.Result();
}

// What comes of it when the handshake moves to `other` after `cut` bytes, and
// again at each byte that lets it wait for its client again.
SessionResult PlayMoving(const ServerSetup& setup, const ServerSetup& other,
                         std::string_view stream, size_t cut) {
  auto session = std::make_unique<ServerSession>(setup);
  session->Exchange(stream.substr(0, cut));
  std::string sent;
  const ServerSetup* next = &other;
  for (size_t at = cut; at <= stream.size() && !session->outcome().has_value(); ++at) {
    sent += session->TakeUnread();
    const std::string saved = session->Save();
    session = std::make_unique<ServerSession>(*next, saved);
    next = next == &other ? &setup : &other;
    // What was not consumed comes again.
    session->Exchange(
        stream.substr(session->handshake().consumed(), at + 1 - session->handshake().consumed()));
    EXPECT_EQ(session->Inconsistency(), "");
  }
  SessionResult result = session->Result();
  result.sent = sent + session->TakeUnread();
  return result;
}

void ExpectTheSameHoweverMoved(const ServerSetup& setup, const ServerSetup& other,
                               const std::string& stream, const std::string& outcome) {
  const SessionResult whole = Play(setup, stream);
  EXPECT_TRUE(whole.outcome.starts_with(outcome)) << whole.outcome;
  for (size_t cut = 0; cut < stream.size(); ++cut) {
    ASSERT_EQ(PlayMoving(setup, other, stream, cut), whole) << cut;
  }
}

std::string ClientBytes(const ServerSetup& setup, const ClientHandshake::Options& options) {
  RepeatableRandom random(3);
  ClientHandshake client(options, random);
  ServerSession session(setup);
  return TalkToEnd(session, client).client_bytes;
}

class RestoredHandshakeOf : public testing::TestWithParam<std::string_view> {};

TEST_P(RestoredHandshakeOf, LogsIn) {
  const ServerSetup setup = EveryMechanism();
  const std::string stream = ClientBytes(setup, LoginBy(GetParam(), UserFor(GetParam())));
  ExpectTheSameHoweverMoved(setup, setup, stream, "code 0 ");
}

TEST_P(RestoredHandshakeOf, LogsInWithItsFinalDataAsAChallenge) {
  ServerSetup setup = EveryMechanism();
  setup.limits.final_data_as_challenge = true;
  const std::string stream = ClientBytes(setup, LoginBy(GetParam(), UserFor(GetParam())));
  ExpectTheSameHoweverMoved(setup, setup, stream, "code 0 ");
}

class RestoredPasswordLoginOf : public testing::TestWithParam<std::string_view> {};

TEST_P(RestoredPasswordLoginOf, RefusesAWrongPassword) {
  const ServerSetup setup = EveryMechanism();
  for (const std::string_view user : {UserFor(GetParam()), std::string_view("nobody")}) {
    const std::string stream = ClientBytes(setup, LoginBy(GetParam(), user, "wrong"));
    ExpectTheSameHoweverMoved(setup, setup, stream, "code 1 ");
  }
}

std::vector<std::string_view> Names(bool with_password_only) {
  std::vector<std::string_view> names;
  for (const MechanismDescriptor& mechanism : LocalMechanisms()) {
    const bool has_password = !mechanism.needs_certificate && mechanism.name != "ANONYMOUS";
    if (has_password || !with_password_only) names.push_back(mechanism.name);
  }
  return names;
}

std::string TestName(const testing::TestParamInfo<std::string_view>& info) {
  std::string name(info.param);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(EveryMechanism, RestoredHandshakeOf, testing::ValuesIn(Names(false)),
                         TestName);
INSTANTIATE_TEST_SUITE_P(EveryMechanism, RestoredPasswordLoginOf, testing::ValuesIn(Names(true)),
                         TestName);

TEST(RestoredHandshake, OfPlainThatWasAskedForItsMessage) {
  const ServerSetup setup = EveryMechanism();
  std::string message(1, '\0');
  message.append(kKeysUser).push_back('\0');
  message.append(kPassword);
  const std::string stream =
      SaslHeader() + InitFrame("PLAIN", std::nullopt, "host") + ResponseFrame(message);
  ExpectTheSameHoweverMoved(setup, setup, stream, "code 0 ");
}

// A moved SCRAM handshake: its bytes up to client-final, and client-final.
struct Halves {
  std::string saved;
  std::string rest;
};

Halves SavedAtServerFirst(const ServerSetup& setup, const ClientHandshake::Options& options) {
  const std::string stream = ClientBytes(setup, options);
  ServerSession session(setup);
  size_t at = 0;
  while (session.handshake().mechanism() == nullptr) session.Exchange(stream.substr(at++, 1));
  return {session.Save(), stream.substr(at)};
}

TEST(RestoredHandshake, AsksAgainWhoMayLogIn) {
  const ServerSetup setup = EveryMechanism();
  const Halves halves = SavedAtServerFirst(setup, LoginBy("SCRAM-SHA-256", kKeysUser));
  ServerSetup locked = setup;
  locked.accounts.find(kKeysUser)->second.denial = FailureReason::kAccountDisabled;
  ServerSession session(locked, halves.saved);
  session.Exchange(halves.rest);
  EXPECT_EQ(session.Result().outcome, "code 1 account_disabled");
}

TEST(RestoredHandshake, AsksOnceMoreBehindTheLastAnswer) {
  ServerSetup setup = EveryMechanism();
  setup.limits.final_data_as_challenge = true;
  const std::string stream = ClientBytes(setup, LoginBy("SCRAM-SHA-256", kKeysUser));
  const std::string last = ResponseFrame("");
  ASSERT_TRUE(stream.ends_with(last));
  ServerSession session(setup);
  session.Exchange(stream.substr(0, stream.size() - last.size()));
  ServerSetup locked = setup;
  locked.accounts.find(kKeysUser)->second.denial = FailureReason::kAccountDisabled;
  ServerSession moved(locked, session.Save());
  moved.Exchange(last);
  EXPECT_EQ(moved.Result().outcome, "code 1 account_disabled");
  ServerSetup down = setup;
  down.outage = FailureReason::kStoreUnavailable;
  ServerSession waiting(down, session.Save());
  waiting.Exchange(last);
  EXPECT_EQ(waiting.Result().outcome, "code 4 store_unavailable");
}

TEST(RestoredHandshake, DerivesWithTheSaltThatTheClientWasTold) {
  const ServerSetup setup = EveryMechanism();
  const Halves halves = SavedAtServerFirst(setup, LoginBy("SCRAM-SHA-256", kCleartextUser));
  ServerSetup other = setup;
  other.settings.decoy_key = Secret("of another replica");
  ServerSession session(other, halves.saved);
  session.Exchange(halves.rest);
  EXPECT_TRUE(session.Result().outcome.starts_with("code 0 ")) << session.Result().outcome;
}

TEST(RestoredHandshake, NeedsAnOfferThatBindsOrNotAsTheFirstDid) {
  const ServerSetup setup = EveryMechanism();
  ServerSetup unbound = setup;
  unbound.offer = OfferOf({"SCRAM-SHA-256"});
  EXPECT_EQ(ServerSession(unbound, ServerSession(setup).Save()).Inconsistency(),
            "the state was refused");
  EXPECT_EQ(ServerSession(setup, ServerSession(unbound).Save()).Inconsistency(),
            "the state was refused");
  EXPECT_EQ(ServerSession(unbound, ServerSession(unbound).Save()).Inconsistency(), "");
}

TEST(RestoredHandshake, TakesNoProofOfAnotherPassword) {
  const ServerSetup setup = EveryMechanism();
  const Halves halves = SavedAtServerFirst(setup, LoginBy("SCRAM-SHA-256", kKeysUser));
  ServerSetup changed = setup;
  changed.accounts.find(kKeysUser)->second = AccountOf(kKeysUser, "another", {"SCRAM-SHA-256"});
  ServerSession session(changed, halves.saved);
  session.Exchange(halves.rest);
  EXPECT_EQ(session.Result().outcome, "code 1 bad_credentials");
}

TEST(RestoredHandshake, NeedsTheChannelBindingThatItWasSavedWith) {
  const ServerSetup setup = EveryMechanism();
  const Halves halves = SavedAtServerFirst(setup, LoginBy("SCRAM-SHA-256-PLUS", kKeysUser));
  ServerSetup unbound = setup;
  unbound.channel_bindings.clear();
  EXPECT_EQ(ServerSession(unbound, halves.saved).Inconsistency(), "the state was refused");
  ServerSetup other = setup;
  for (ChannelBinding& binding : other.channel_bindings) binding.data = std::string(32, 'x');
  ServerSession session(other, halves.saved);
  session.Exchange(halves.rest);
  EXPECT_TRUE(session.Result().outcome.starts_with("code 1 channel_binding_mismatch"));
}

TEST(RestoredHandshake, NeedsAMechanismThatIsStillOffered) {
  const ServerSetup setup = EveryMechanism();
  const Halves halves = SavedAtServerFirst(setup, LoginBy("SCRAM-SHA-256", kKeysUser));
  ServerSetup narrowed = setup;
  narrowed.offer = OfferOf({"PLAIN"});
  EXPECT_EQ(ServerSession(narrowed, halves.saved).Inconsistency(), "the state was refused");
}

TEST(RestoredHandshake, KeepsCountingStepsAndBytes) {
  ServerSetup setup = EveryMechanism();
  const Halves halves = SavedAtServerFirst(setup, LoginBy("SCRAM-SHA-256", kKeysUser));
  setup.limits.max_steps = 1;
  ServerSession few(setup, halves.saved);
  few.Exchange(halves.rest);
  EXPECT_TRUE(few.Result().outcome.starts_with("code 1 too_many_steps"));
  setup = EveryMechanism();
  ServerSession measure(setup, halves.saved);
  setup.limits.max_bytes = measure.handshake().consumed() + halves.rest.size() - 1;
  ServerSession small(setup, halves.saved);
  small.Exchange(halves.rest);
  EXPECT_TRUE(small.Result().outcome.starts_with("code 1 too_large"));
}

TEST(RestoredHandshake, RefusesAStateThatIsNotWhole) {
  const ServerSetup setup = EveryMechanism();
  const std::string saved = SavedAtServerFirst(setup, LoginBy("SCRAM-SHA-256", kKeysUser)).saved;
  for (size_t size = 0; size < saved.size(); ++size) {
    EXPECT_EQ(ServerSession(setup, saved.substr(0, size)).Inconsistency(), "the state was refused")
        << size;
  }
  EXPECT_EQ(ServerSession(setup, saved + "x").Inconsistency(), "the state was refused");
}

TEST(RestoredHandshake, IsNotSavedWhileItWaitsForItsHost) {
  const ServerSetup setup = EveryMechanism();
  const std::string stream = ClientBytes(setup, LoginBy("PLAIN", kKeysUser));
  ServerSession session(setup);
  EXPECT_NE(session.Save(), "");
  session.Receive(stream);
  EXPECT_EQ(session.Save(), "");
  session.AnswerAll();
  EXPECT_TRUE(session.outcome().has_value());
  EXPECT_EQ(session.Save(), "");
}

}  // namespace
}  // namespace sallyport
