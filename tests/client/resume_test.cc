// What the Authenticator does with resume tokens: a handshake whose stream is lost
// goes on on the next one, or its client is told that it cannot.

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "client/authenticator.h"
#include "core/amqp/sasl_frames.h"
#include "tests/client/fake_service.h"
#include "tests/client/recording_observer.h"

namespace sallyport::client {
namespace {

constexpr int kMovesAllowed = 5;

std::unique_ptr<Authenticator> Connect(const FakeService& service, bool resume = true) {
  auto authenticator = Authenticator::Create({.target = service.target(),
                                              .max_streams = 1,
                                              .resume = resume,
                                              .min_backoff = absl::Milliseconds(1),
                                              .max_backoff = absl::Milliseconds(5)});
  EXPECT_TRUE(authenticator.ok()) << authenticator.status();
  return *std::move(authenticator);
}

v1::ConnectionOutput WithToken(v1::ConnectionOutput output, const std::string& token) {
  output.set_resume_token(token);
  return output;
}

// Takes a handshake up to a challenge that leaves "EF" of "abcdEF", under `token`,
// and then loses the stream.
Reply ChallengeAndBreak(const v1::HandshakeRequest& request, const std::string& token) {
  Reply reply;
  for (const v1::ConnectionInput& input : request.inputs()) {
    const uint64_t id = input.connection_id();
    if (input.has_open()) reply.outputs.push_back(WithToken(Send(id, "header "), "at first"));
    if (input.received().empty()) continue;
    reply.outputs.push_back(WithToken(Send(id, "challenge "), token));
    reply.outputs.back().set_consumed(4);
    reply.end = grpc::Status(grpc::StatusCode::UNAVAILABLE, "lost");
  }
  return reply;
}

// A script whose first stream is lost behind a challenge; `then` answers the
// opening input of each stream after it.
Script LostBehindAChallenge(
    std::function<v1::ConnectionOutput(const v1::ConnectionInput&, int stream)> then) {
  return [then = std::move(then)](const v1::HandshakeRequest& request, int stream) {
    if (stream == 1) return ChallengeAndBreak(request, "behind the challenge");
    Reply reply;
    for (const v1::ConnectionInput& input : request.inputs()) {
      if (input.has_open()) reply.outputs.push_back(then(input, stream));
    }
    return reply;
  };
}

struct Attempt {
  explicit Attempt(Authenticator& authenticator, const std::string& bytes = "abcdEF")
      : handshake(authenticator.Open({.listener = "amqps", .remote_address = "192.0.2.1:4242"},
                                     observer)) {
    handshake->Receive(bytes);
  }
  const std::shared_ptr<RecordingObserver> observer = std::make_shared<RecordingObserver>();
  const std::unique_ptr<Handshake> handshake;
};

std::vector<v1::ConnectionInput> OpensOf(FakeService& service) {
  std::vector<v1::ConnectionInput> opens;
  for (v1::ConnectionInput& input : service.inputs()) {
    if (input.has_open()) opens.push_back(std::move(input));
  }
  return opens;
}

std::string OutcomeFrame(amqp::SaslCode code) {
  std::string frame;
  amqp::AppendSaslOutcome({.code = code}, &frame);
  return frame;
}

TEST(Resume, OpensTheNextStreamWithTheLastTokenAndTheBytesBehindIt) {
  FakeService service(LostBehindAChallenge(
      [](const auto& input, int) { return Succeed(input.connection_id(), "outcome", 6); }));
  const auto authenticator = Connect(service);
  Attempt attempt(*authenticator);
  EXPECT_EQ(attempt.observer->WaitForOutcome().code, amqp::SaslCode::kOk);
  EXPECT_EQ(attempt.observer->sent(), "header challenge outcome");
  const std::vector<v1::ConnectionInput> opens = OpensOf(service);
  ASSERT_EQ(opens.size(), 2u);
  EXPECT_TRUE(opens[0].open().resumable());
  EXPECT_EQ(opens[0].resume_token(), "");
  EXPECT_EQ(opens[1].resume_token(), "behind the challenge");
  EXPECT_EQ(opens[1].received(), "EF");
  EXPECT_EQ(opens[1].open().SerializeAsString(), opens[0].open().SerializeAsString());
  EXPECT_EQ(authenticator->stats().resumes, 1u);
}

TEST(Resume, TellsTheClientToTryAgainWhereTheTokenIsRefused) {
  FakeService service(LostBehindAChallenge([](const auto& input, int) {
    return Fail(input.connection_id(), v1::SASL_CODE_AUTH, v1::FAILURE_REASON_RESUME_REFUSED);
  }));
  const auto authenticator = Connect(service);
  Attempt attempt(*authenticator);
  const Outcome outcome = attempt.observer->WaitForOutcome();
  EXPECT_EQ(outcome.code, amqp::SaslCode::kSysTemp);
  EXPECT_EQ(outcome.reason, FailureReason::kServiceUnreachable);
  EXPECT_EQ(attempt.observer->sent(), "header challenge " + OutcomeFrame(amqp::SaslCode::kSysTemp));
}

TEST(Resume, TellsTheClientOfAnotherRefusal) {
  FakeService service(LostBehindAChallenge([](const auto& input, int) {
    return Fail(input.connection_id(), v1::SASL_CODE_SYS_PERM, v1::FAILURE_REASON_NO_POLICY);
  }));
  const auto authenticator = Connect(service);
  Attempt attempt(*authenticator);
  const Outcome outcome = attempt.observer->WaitForOutcome();
  EXPECT_EQ(outcome.code, amqp::SaslCode::kSysPerm);
  EXPECT_EQ(outcome.reason, FailureReason::kNoPolicy);
  EXPECT_EQ(attempt.observer->sent(), "header challenge " + OutcomeFrame(amqp::SaslCode::kSysPerm));
}

TEST(Resume, TakesTheTokenOnFromAReplicaThatIsDraining) {
  FakeService service(LostBehindAChallenge([](const auto& input, int stream) {
    if (stream > 2) return Succeed(input.connection_id(), "outcome", 6);
    return Fail(input.connection_id(), v1::SASL_CODE_SYS_TEMP, v1::FAILURE_REASON_DRAINING);
  }));
  const auto authenticator = Connect(service);
  Attempt attempt(*authenticator);
  EXPECT_EQ(attempt.observer->WaitForOutcome().code, amqp::SaslCode::kOk);
  EXPECT_EQ(attempt.observer->sent(), "header challenge outcome");
  const std::vector<v1::ConnectionInput> opens = OpensOf(service);
  ASSERT_EQ(opens.size(), 3u);
  EXPECT_EQ(opens[2].resume_token(), opens[1].resume_token());
  EXPECT_EQ(opens[2].received(), opens[1].received());
}

TEST(Resume, DoesNotGoBackToATokenThatWasNotReplaced) {
  FakeService service([](const v1::HandshakeRequest& request, int stream) {
    return stream == 1 ? ChallengeAndBreak(request, "") : Reply{};
  });
  const auto authenticator = Connect(service);
  Attempt attempt(*authenticator);
  EXPECT_EQ(attempt.observer->WaitForOutcome().reason, FailureReason::kServiceUnreachable);
  EXPECT_EQ(OpensOf(service).size(), 1u);
}

TEST(Resume, IsNotAskedForWhereItIsTurnedOff) {
  FakeService service(HeaderThenOk(6));
  const auto authenticator = Connect(service, /*resume=*/false);
  Attempt attempt(*authenticator);
  EXPECT_EQ(attempt.observer->WaitForOutcome().code, amqp::SaslCode::kOk);
  EXPECT_FALSE(OpensOf(service)[0].open().resumable());
}

TEST(Resume, DoesNotBreakOneStreamAfterAnother) {
  FakeService service([](const v1::HandshakeRequest& request, int) {
    Reply reply;
    for (const v1::ConnectionInput& input : request.inputs()) {
      if (!input.has_open()) continue;
      if (input.resume_token().empty()) {
        reply.outputs.push_back(WithToken(Send(input.connection_id(), "header"), "poison"));
      }
      reply.end = grpc::Status(grpc::StatusCode::INTERNAL, "crashed");
    }
    return reply;
  });
  const auto authenticator = Connect(service);
  Attempt attempt(*authenticator, "");
  const Outcome outcome = attempt.observer->WaitForOutcome();
  EXPECT_EQ(outcome.code, amqp::SaslCode::kSysTemp);
  EXPECT_EQ(OpensOf(service).size(), 1u + kMovesAllowed);
}

TEST(Resume, ARefusalThatClaimsMoreThanWasSentIsNoHarm) {
  FakeService service([](const v1::HandshakeRequest& request, int) {
    Reply reply;
    for (const v1::ConnectionInput& input : request.inputs()) {
      if (!input.has_open()) continue;
      reply.outputs.push_back(Fail(input.connection_id(), v1::SASL_CODE_SYS_TEMP,
                                   v1::FAILURE_REASON_DRAINING, "refused"));
      reply.outputs.back().set_consumed(1'000'000);
    }
    return reply;
  });
  auto authenticator = Authenticator::Create({.target = service.target(),
                                              .connect_timeout = absl::Milliseconds(100),
                                              .min_backoff = absl::Milliseconds(1),
                                              .max_backoff = absl::Milliseconds(5)});
  ASSERT_TRUE(authenticator.ok());
  Attempt attempt(**authenticator, "ab");
  EXPECT_EQ(attempt.observer->WaitForOutcome().reason, FailureReason::kDraining);
  EXPECT_EQ(attempt.observer->sent(), "refused");
}

TEST(Resume, OneClientCannotFillTheQueueOfAll) {
  FakeService service([](const v1::HandshakeRequest&, int) { return Reply{}; });
  const auto authenticator = Connect(service);
  Attempt flooding(*authenticator, "");
  EXPECT_TRUE(flooding.handshake->Receive(std::string(1 << 20, 'x')));
  EXPECT_FALSE(flooding.handshake->Receive(std::string(16 << 20, 'x')));
  EXPECT_EQ(flooding.observer->WaitForOutcome().reason, FailureReason::kOverloaded);
}

}  // namespace
}  // namespace sallyport::client
