// Walks the table of transitions: a real handshake is brought into each state, given each
// event, and must do what TransitionFor says.

#include "core/handshake/transition.h"

#include <memory>
#include <string>
#include <vector>

#include "core/handshake/server_handshake.h"
#include "gtest/gtest.h"
#include "tests/core/handshake/frame_bytes.h"
#include "tests/core/handshake/puppet_mechanism.h"

namespace sallyport {
namespace {

using A = HandshakeAction;
using E = HandshakeEvent;
using S = HandshakeState;

constexpr uint64_t kTicket = 101;

bool IsSuspended(S state) {
  return state == S::kCredentials || state == S::kDerivation || state == S::kSession;
}

bool IsAnswer(E event) {
  return event == E::kCredentials || event == E::kDerivation || event == E::kSession;
}

// The answer that a suspended handshake waits for.
E AnswerIn(S state) {
  if (state == S::kCredentials) return E::kCredentials;
  return state == S::kDerivation ? E::kDerivation : E::kSession;
}

// Puppet is a handshake in a state of the test's choice.
class Puppet {
 public:
  Puppet(S state, bool skip_empty_frames)
      : handshake_(*MechanismOffer::Create({&kPuppet}, {}),
                   HandshakeLimits{.skip_empty_frames = skip_empty_frames},
                   ServerMechanismContext{}) {
    if (state == S::kHeader) return;
    Receive(SaslHeader());
    if (state == S::kCredentials) Receive(InitFrame("PUPPET", "credentials challenge"));
    if (state == S::kDerivation) Receive(InitFrame("PUPPET", "derivation challenge"));
    if (state == S::kSession) Receive(InitFrame("PUPPET", "session challenge"));
    if (state == S::kResponse) Receive(InitFrame("PUPPET", "challenge"));
    if (state == S::kEnded) Receive(InitFrame("PUPPET", "succeed"));
    sent_.clear();
  }

  HandshakeStep Receive(const std::string& bytes) { return handshake_.Receive(bytes, &sent_); }
  absl::StatusOr<HandshakeStep> Answer(E event, uint64_t ticket = kTicket) {
    if (event == E::kCredentials) {
      return handshake_.Resume(ticket, CredentialAnswer(CredentialsFound{}), &sent_);
    }
    if (event == E::kSession) {
      return handshake_.Resume(ticket, SessionAnswer(SessionUnknown{}), &sent_);
    }
    return handshake_.Resume(ticket, DerivationAnswer(Secret("key")), &sent_);
  }
  absl::StatusOr<HandshakeOutcome> Fail() {
    return handshake_.Fail(FailureReason::kTimedOut, &sent_);
  }
  const ServerHandshake& handshake() const { return handshake_; }
  std::vector<std::string> TakeFrames() { return ReadFrames(std::exchange(sent_, {})); }

  // Goes on as a handshake in `state` would, and tells whether that succeeds.
  bool SucceedsFrom(S state) {
    HandshakeStep step;
    if (state == S::kHeader) Receive(SaslHeader());
    if (state == S::kHeader || state == S::kInit) step = Receive(InitFrame("PUPPET", "succeed"));
    if (state == S::kCredentials && !Answer(E::kCredentials).ok()) return false;
    if (state == S::kDerivation && !Answer(E::kDerivation).ok()) return false;
    if (state == S::kSession && !Answer(E::kSession).ok()) return false;
    if (IsSuspended(state) || state == S::kResponse) {
      step = Receive(ResponseFrame("succeed"));
    }
    const auto* outcome = std::get_if<HandshakeOutcome>(&step);
    return outcome != nullptr && outcome->code == amqp::SaslCode::kOk;
  }

 private:
  ServerHandshake handshake_;
  std::string sent_;
};

// What the client sends for an event that is the client's; each in every form.
std::vector<std::string> BytesOf(E event) {
  switch (event) {
    case E::kHeader:
      return {SaslHeader()};
    case E::kInit:
      return {InitFrame("PUPPET", "challenge"), InitFrame("PUPPET", "challenge", "host")};
    case E::kResponse:
      return {ResponseFrame("challenge")};
    case E::kEmptyFrame:
      return {EmptyFrameBytes()};
    case E::kServerFrame: {
      const std::string list("\xc0\x03\x01\xa0\x00", 5);
      const std::string symbol("\xc0\x04\x01\xa3\x01X", 6);
      const std::string code("\xc0\x03\x01\x50\x00", 5);
      return {RawFrame(std::string("\x00\x53\x40", 3) + symbol),
              RawFrame(std::string("\x00\x53\x42", 3) + list),
              RawFrame(std::string("\x00\x53\x44", 3) + code)};
    }
    default:
      return {};
  }
}

// The reason that a refusal has. Something that is no header, where one is due, and a
// header, where a frame is due, are told by their first bytes.
FailureReason RefusalReason(S state, E event) {
  if (state == S::kHeader) return FailureReason::kProtocolHeader;
  if (event == E::kHeader) return FailureReason::kTooLarge;
  if (event == E::kEmptyFrame) return FailureReason::kMalformedFrame;
  return FailureReason::kOutOfTurn;
}

void ExpectRefused(Puppet& puppet, const HandshakeStep& step, S state, E event) {
  const auto* outcome = std::get_if<HandshakeOutcome>(&step);
  ASSERT_NE(outcome, nullptr);
  EXPECT_EQ(outcome->code, amqp::SaslCode::kAuth);
  EXPECT_EQ(outcome->reason, RefusalReason(state, event));
  EXPECT_FALSE(outcome->identity.has_value());
  EXPECT_TRUE(puppet.handshake().ended());
  const std::vector<std::string> frames = puppet.TakeFrames();
  if (state == S::kHeader) {
    EXPECT_TRUE(frames.empty());
  } else {
    ASSERT_FALSE(frames.empty());
    EXPECT_EQ(frames.back(), "outcome 1");
  }
}

void ExpectWaiting(Puppet& puppet, const HandshakeStep& step, S state, uint64_t consumed,
                   const std::vector<std::string>& frames) {
  EXPECT_TRUE(std::holds_alternative<WaitForClient>(step));
  EXPECT_EQ(puppet.handshake().consumed(), consumed);
  EXPECT_EQ(puppet.TakeFrames(), frames);
  if (state != S::kEnded) {
    EXPECT_TRUE(puppet.SucceedsFrom(state));
  }
}

// What the bytes of `event`, of `size`, have done to a handshake that took them in
// `state`, of which `consumed` is from before.
void ExpectDone(Puppet& puppet, const HandshakeStep& step, S state, E event, size_t size,
                uint64_t consumed, bool skip) {
  switch (TransitionFor(state, event)) {
    case A::kAcceptHeader:
      return ExpectWaiting(puppet, step, S::kInit, consumed + size, {});
    case A::kBegin:
    case A::kStep:
      return ExpectWaiting(puppet, step, S::kResponse, consumed + size, {"challenge "});
    case A::kSkipOrRefuse:
      if (skip) return ExpectWaiting(puppet, step, state, consumed + size, {});
      return ExpectRefused(puppet, step, state, event);
    case A::kRefuse:
      return ExpectRefused(puppet, step, state, event);
    case A::kIgnore:
      return ExpectWaiting(puppet, step, S::kEnded, consumed, {});
    default:
      FAIL() << "not an action for what a client sends";
  }
}

// Deferred bytes must do nothing until the answer, and then what they do in kResponse,
// which is where the answer leads.
void ExpectDeferred(Puppet& puppet, const HandshakeStep& step, S state, E event, size_t size,
                    uint64_t consumed, bool skip) {
  EXPECT_TRUE(std::holds_alternative<WaitForClient>(step));
  EXPECT_EQ(puppet.handshake().consumed(), consumed);
  EXPECT_TRUE(puppet.handshake().suspended());
  EXPECT_EQ(puppet.TakeFrames(), std::vector<std::string>());
  auto resumed = puppet.Answer(AnswerIn(state));
  ASSERT_TRUE(resumed.ok()) << resumed.status();
  std::vector<std::string> frames = puppet.TakeFrames();
  ASSERT_FALSE(frames.empty());
  EXPECT_EQ(frames.front(), "challenge ");
  if (TransitionFor(S::kResponse, event) == A::kStep) {
    EXPECT_EQ(frames, (std::vector<std::string>{"challenge ", "challenge "}));
    return ExpectWaiting(puppet, *resumed, S::kResponse, consumed + size, {});
  }
  if (TransitionFor(S::kResponse, event) == A::kSkipOrRefuse && skip) {
    EXPECT_EQ(frames.size(), 1u);
    return ExpectWaiting(puppet, *resumed, S::kResponse, consumed + size, {});
  }
  const auto* outcome = std::get_if<HandshakeOutcome>(&*resumed);
  ASSERT_NE(outcome, nullptr);
  EXPECT_EQ(outcome->reason, RefusalReason(S::kResponse, event));
  EXPECT_EQ(frames.back(), "outcome 1");
}

void WalkClientEvent(S state, E event, bool skip) {
  for (const std::string& bytes : BytesOf(event)) {
    Puppet puppet(state, skip);
    const uint64_t consumed = puppet.handshake().consumed();
    const HandshakeStep step = puppet.Receive(bytes);
    if (TransitionFor(state, event) == A::kDefer) {
      ExpectDeferred(puppet, step, state, event, bytes.size(), consumed, skip);
    } else {
      ExpectDone(puppet, step, state, event, bytes.size(), consumed, skip);
    }
  }
}

void WalkAnswer(S state, E event) {
  Puppet puppet(state, false);
  const uint64_t consumed = puppet.handshake().consumed();
  const auto step = puppet.Answer(event);
  if (TransitionFor(state, event) == A::kResume) {
    ASSERT_TRUE(step.ok()) << step.status();
    return ExpectWaiting(puppet, *step, S::kResponse, consumed, {"challenge "});
  }
  ASSERT_EQ(TransitionFor(state, event), A::kHostFault);
  EXPECT_EQ(step.status().code(), absl::StatusCode::kFailedPrecondition);
  ExpectWaiting(puppet, WaitForClient{}, state, consumed, {});
}

void WalkHostFailure(S state) {
  Puppet puppet(state, false);
  const uint64_t consumed = puppet.handshake().consumed();
  const auto outcome = puppet.Fail();
  EXPECT_EQ(puppet.handshake().consumed(), consumed);
  EXPECT_TRUE(puppet.handshake().ended());
  if (TransitionFor(state, E::kHostFailure) == A::kIgnore) {
    EXPECT_EQ(outcome.status().code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(puppet.TakeFrames(), std::vector<std::string>());
    return;
  }
  ASSERT_EQ(TransitionFor(state, E::kHostFailure), A::kFail);
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->code, amqp::SaslCode::kSysTemp);
  EXPECT_EQ(outcome->reason, FailureReason::kTimedOut);
  EXPECT_EQ(puppet.TakeFrames(), std::vector<std::string>{"outcome 4"});
}

TEST(Transition, EveryStateMeetsEveryEventAsTheTableSays) {
  for (size_t s = 0; s < kHandshakeStates; ++s) {
    for (size_t e = 0; e < kHandshakeEvents; ++e) {
      const auto state = static_cast<S>(s);
      const auto event = static_cast<E>(e);
      SCOPED_TRACE("state " + std::to_string(s) + ", event " + std::to_string(e));
      if (event == E::kHostFailure) {
        WalkHostFailure(state);
      } else if (IsAnswer(event)) {
        WalkAnswer(state, event);
      } else {
        WalkClientEvent(state, event, /*skip=*/false);
        WalkClientEvent(state, event, /*skip=*/true);
      }
    }
  }
}

// The walk compares the handshake with the table; this keeps the table itself from
// changing unnoticed where that would let somebody in, or out of turn.
TEST(Transition, OnlyTheListedEventsAreLegal) {
  std::vector<std::pair<S, E>> legal;
  for (size_t s = 0; s < kHandshakeStates; ++s) {
    for (size_t e = 0; e < kHandshakeEvents; ++e) {
      const A action = TransitionFor(static_cast<S>(s), static_cast<E>(e));
      if (action == A::kAcceptHeader || action == A::kBegin || action == A::kStep ||
          action == A::kResume) {
        legal.emplace_back(static_cast<S>(s), static_cast<E>(e));
      }
    }
  }
  EXPECT_EQ(legal, (std::vector<std::pair<S, E>>{{S::kHeader, E::kHeader},
                                                 {S::kInit, E::kInit},
                                                 {S::kCredentials, E::kCredentials},
                                                 {S::kDerivation, E::kDerivation},
                                                 {S::kSession, E::kSession},
                                                 {S::kResponse, E::kResponse}}));
}

}  // namespace
}  // namespace sallyport
