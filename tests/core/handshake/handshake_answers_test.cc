// What a ServerHandshake does with its host's answers, and with its own mechanisms' faults.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/handshake/server_handshake.h"
#include "gtest/gtest.h"
#include "tests/core/handshake/frame_bytes.h"
#include "tests/core/handshake/puppet_mechanism.h"
#include "tests/core/handshake/server_session.h"

namespace sallyport {
namespace {

ServerSetup PuppetSetup() {
  ServerSetup setup;
  setup.offer = *MechanismOffer::Create({&kPuppet}, {});
  return setup;
}

// RawHandshake leaves the answers to the test.
struct RawHandshake {
  explicit RawHandshake(std::string_view words)
      : handshake(*MechanismOffer::Create({&kPuppet}, {}), {}, {}) {
    step = handshake.Receive(SaslHeader() + InitFrame("PUPPET", words), &sent);
  }
  absl::Status Answer(uint64_t ticket, CredentialAnswer answer) {
    return Note(handshake.Resume(ticket, std::move(answer), &sent));
  }
  absl::Status Answer(uint64_t ticket, DerivationAnswer answer) {
    return Note(handshake.Resume(ticket, std::move(answer), &sent));
  }
  absl::Status Note(absl::StatusOr<HandshakeStep> next) {
    if (next.ok()) step = *std::move(next);
    return next.status();
  }

  ServerHandshake handshake;
  std::string sent;
  HandshakeStep step;
};

template <typename Answer>
void ExpectRefusedWithoutEffect(RawHandshake& raw, uint64_t ticket, Answer answer) {
  const uint64_t consumed = raw.handshake.consumed();
  const std::string sent = raw.sent;
  EXPECT_EQ(raw.Answer(ticket, std::move(answer)).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(raw.handshake.consumed(), consumed);
  EXPECT_EQ(raw.sent, sent);
}

TEST(HandshakeAnswers, AStaleOrWrongTicketIsRefusedAndHarmless) {
  RawHandshake raw("credentials derivation succeed");
  const uint64_t first = std::get<NeedCredentials>(raw.step).ticket;
  for (const uint64_t wrong : {first - 1, first + 1, uint64_t{0}, ~uint64_t{0}}) {
    ExpectRefusedWithoutEffect(raw, wrong, CredentialAnswer(CredentialsFound{}));
  }
  ExpectRefusedWithoutEffect(raw, first, DerivationAnswer(PasswordVerdict{true}));
  EXPECT_TRUE(raw.handshake.suspended());

  ASSERT_TRUE(raw.Answer(first, CredentialAnswer(CredentialsFound{})).ok());
  const uint64_t second = std::get<NeedDerivation>(raw.step).ticket;
  ExpectRefusedWithoutEffect(raw, first, CredentialAnswer(CredentialsFound{}));
  ExpectRefusedWithoutEffect(raw, first, DerivationAnswer(PasswordVerdict{true}));
  ExpectRefusedWithoutEffect(raw, second, CredentialAnswer(CredentialsFound{}));

  ASSERT_TRUE(raw.Answer(second, DerivationAnswer(PasswordVerdict{true})).ok());
  EXPECT_EQ(std::get<HandshakeOutcome>(raw.step).code, amqp::SaslCode::kOk);
  ExpectRefusedWithoutEffect(raw, second, DerivationAnswer(PasswordVerdict{true}));
  EXPECT_TRUE(raw.handshake.ended());
}

TEST(HandshakeAnswers, AnAnswerThatWasNeverAskedForIsRefused) {
  RawHandshake raw("challenge");
  ExpectRefusedWithoutEffect(raw, 0, CredentialAnswer(CredentialsFound{}));
  ExpectRefusedWithoutEffect(raw, 0, DerivationAnswer(PasswordVerdict{true}));
  raw.step = raw.handshake.Receive(ResponseFrame("succeed"), &raw.sent);
  EXPECT_EQ(std::get<HandshakeOutcome>(raw.step).code, amqp::SaslCode::kOk);
}

TEST(HandshakeAnswers, AnOutageIsSysTemp) {
  for (const FailureReason reason :
       {FailureReason::kStoreUnavailable, FailureReason::kOverloaded, FailureReason::kTimedOut}) {
    ServerSetup setup = PuppetSetup();
    setup.outage = reason;
    ServerSession session(setup);
    session.Exchange(SaslHeader() + InitFrame("PUPPET", "credentials succeed"));
    ASSERT_TRUE(session.outcome().has_value());
    EXPECT_EQ(session.outcome()->reason, reason);
    EXPECT_EQ(session.outcome()->code, amqp::SaslCode::kSysTemp);
    EXPECT_EQ(ReadFrames(session.sent()).back(), "outcome 4");
    EXPECT_EQ(session.Inconsistency(), "");
  }
}

TEST(HandshakeAnswers, MissingPolicyIsSysPerm) {
  ServerSetup setup = PuppetSetup();
  setup.outage = FailureReason::kNoPolicy;
  ServerSession session(setup);
  session.Exchange(SaslHeader() + InitFrame("PUPPET", "credentials succeed"));
  EXPECT_EQ(session.Result().outcome, "code 3 no_policy");
  EXPECT_EQ(ReadFrames(session.sent()).back(), "outcome 3");
}

TEST(HandshakeAnswers, TheHostsReasonEndsAHandshakeInAnyStateWithItsCode) {
  const std::vector<std::string> inputs = {
      "",
      SaslHeader().substr(0, 3),
      SaslHeader(),
      SaslHeader() + InitFrame("PUPPET", "challenge"),
      SaslHeader() + InitFrame("PUPPET", "credentials"),
      SaslHeader() + InitFrame("PUPPET", "derivation"),
  };
  const std::vector<std::pair<FailureReason, std::string>> reasons = {
      {FailureReason::kTimedOut, "outcome 4"},      {FailureReason::kDraining, "outcome 4"},
      {FailureReason::kOverloaded, "outcome 4"},    {FailureReason::kNoPolicy, "outcome 3"},
      {FailureReason::kTenantUnknown, "outcome 1"}, {FailureReason::kInternal, "outcome 2"},
  };
  for (const std::string& input : inputs) {
    for (const auto& [reason, frame] : reasons) {
      const ServerSetup setup = PuppetSetup();
      ServerSession session(setup);
      session.Receive(input);
      session.TakeUnread();
      session.Fail(reason);
      ASSERT_TRUE(session.outcome().has_value());
      EXPECT_EQ(session.outcome()->reason, reason);
      EXPECT_EQ(session.outcome()->code, CodeFor(reason));
      EXPECT_EQ(ReadFrames(session.TakeUnread()), std::vector<std::string>{frame});
      EXPECT_EQ(session.Inconsistency(), "");
    }
  }
}

TEST(HandshakeAnswers, TheClientHearsNothingOfABrokersFault) {
  for (const char* words : {"challenge", "credentials"}) {
    const ServerSetup setup = PuppetSetup();
    ServerSession session(setup);
    session.Receive(SaslHeader() + InitFrame("PUPPET", words));
    session.TakeUnread();
    session.Fail(FailureReason::kBrokerFault);
    EXPECT_EQ(session.TakeUnread(), "");
    EXPECT_EQ(session.Result().outcome, "code 2 broker_fault");
    EXPECT_EQ(session.Inconsistency(), "");
  }
}

TEST(HandshakeAnswers, AnAnswerAfterTheHostEndedItIsRefused) {
  RawHandshake raw("credentials succeed");
  ASSERT_TRUE(raw.handshake.Fail(FailureReason::kTimedOut, &raw.sent).ok());
  const uint64_t ticket = std::get<NeedCredentials>(raw.step).ticket;
  ExpectRefusedWithoutEffect(raw, ticket, CredentialAnswer(CredentialsFound{}));
  EXPECT_FALSE(raw.handshake.suspended());
  EXPECT_EQ(raw.handshake.Fail(FailureReason::kTimedOut, &raw.sent).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReadFrames(raw.sent), std::vector<std::string>{"outcome 4"});
}

TEST(HandshakeAnswers, AMechanismThatRefusesItsCallIsOurFault) {
  const std::vector<std::string> inputs = {
      InitFrame("PUPPET", "error"),
      InitFrame("PUPPET", "challenge error") + ResponseFrame(""),
      InitFrame("PUPPET", "credentials error"),
      InitFrame("PUPPET", "derivation error"),
  };
  for (const std::string& input : inputs) {
    const ServerSetup setup = PuppetSetup();
    ServerSession session(setup);
    session.Exchange(SaslHeader() + input);
    ASSERT_TRUE(session.outcome().has_value());
    EXPECT_EQ(session.outcome()->reason, FailureReason::kInternal);
    EXPECT_EQ(session.outcome()->code, amqp::SaslCode::kSys);
    EXPECT_EQ(ReadFrames(session.sent()).back(), "outcome 2");
    EXPECT_EQ(session.Inconsistency(), "");
  }
}

// The largest that fits: 512 bytes less the frame's header, descriptor, list and binary.
TEST(HandshakeAnswers, WeNeverSendAFrameOver512Bytes) {
  for (const auto& [words, code] : std::vector<std::pair<std::string, amqp::SaslCode>>{
           {"succeed=300", amqp::SaslCode::kOk}, {"succeed=600", amqp::SaslCode::kSys}}) {
    const ServerSetup setup = PuppetSetup();
    ServerSession session(setup);
    session.Exchange(SaslHeader() + InitFrame("PUPPET", words));
    ASSERT_TRUE(session.outcome().has_value());
    EXPECT_EQ(session.outcome()->code, code) << words;
    EXPECT_EQ(session.Inconsistency(), "");
  }
  size_t largest = 0;
  for (size_t size = 450; size <= 520; ++size) {
    const ServerSetup setup = PuppetSetup();
    ServerSession session(setup);
    session.TakeUnread();
    session.Exchange(SaslHeader() + InitFrame("PUPPET", "challenge=" + std::to_string(size)));
    EXPECT_LE(session.TakeUnread().size(), 512u);
    EXPECT_EQ(session.Inconsistency(), "");
    if (!session.outcome().has_value()) {
      largest = size;
      continue;
    }
    EXPECT_EQ(session.outcome()->reason, FailureReason::kInternal);
    EXPECT_EQ(ReadFrames(session.sent()).size(), 3u);  // the greeting and the outcome only
  }
  EXPECT_EQ(largest, 512u - 25);
}

TEST(HandshakeAnswers, OnlyAMechanismOfLargeTokensSendsChallengesUpToTheFrameLimit) {
  MechanismDescriptor large = kPuppet;
  large.large_tokens = true;
  ServerSetup setup;
  setup.offer = *MechanismOffer::Create({&large}, {});
  setup.limits.max_frame_size = 1000;
  for (const size_t frame : {size_t{513}, size_t{1000}, size_t{1001}}) {
    ServerSession session(setup);
    session.TakeUnread();
    session.Exchange(SaslHeader() + InitFrame("PUPPET", "challenge=" + std::to_string(frame - 25)));
    const std::string sent = session.TakeUnread();
    EXPECT_EQ(session.Inconsistency(), "");
    if (frame <= 1000) {
      EXPECT_FALSE(session.outcome().has_value());
      EXPECT_EQ(sent.size(), frame);
    } else {
      ASSERT_TRUE(session.outcome().has_value());
      EXPECT_EQ(session.outcome()->reason, FailureReason::kInternal);
      EXPECT_LE(sent.size(), 512u);
    }
  }
  ServerSession session(setup);
  session.Exchange(SaslHeader() + InitFrame("PUPPET", "succeed=600"));
  ASSERT_TRUE(session.outcome().has_value());
  EXPECT_EQ(session.outcome()->code, amqp::SaslCode::kSys);
}

}  // namespace
}  // namespace sallyport
