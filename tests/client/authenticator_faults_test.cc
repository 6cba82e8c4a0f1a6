// The Authenticator against a service that is away, breaks, or misbehaves: each
// handshake still has one outcome, and never a success that was not given.

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "client/authenticator.h"
#include "core/amqp/protocol_header.h"
#include "core/amqp/sasl_frames.h"
#include "tests/client/fake_service.h"
#include "tests/client/recording_observer.h"

namespace sallyport::client {
namespace {

AuthenticatorOptions Quick(const std::string& target) {
  AuthenticatorOptions options;
  options.target = target;
  options.min_backoff = absl::Milliseconds(5);
  options.max_backoff = absl::Milliseconds(50);
  return options;
}

std::unique_ptr<Authenticator> Connect(AuthenticatorOptions options) {
  auto authenticator = Authenticator::Create(std::move(options));
  EXPECT_TRUE(authenticator.ok()) << authenticator.status();
  return *std::move(authenticator);
}

// One handshake, from its begin to its outcome.
struct Attempt {
  Attempt(Authenticator& authenticator, const std::string& bytes, ConnectionFacts facts = {})
      : handshake(authenticator.Open(std::move(facts), observer)) {
    if (!bytes.empty()) handshake->Receive(bytes);
  }
  std::shared_ptr<RecordingObserver> observer = std::make_shared<RecordingObserver>();
  std::unique_ptr<Handshake> handshake;
};

void ExpectFailure(const Outcome& outcome, amqp::SaslCode code, FailureReason reason) {
  EXPECT_EQ(outcome.code, code) << outcome.detail;
  ASSERT_TRUE(outcome.reason);
  EXPECT_EQ(*outcome.reason, reason) << outcome.detail;
  EXPECT_FALSE(outcome.identity);
  EXPECT_NE(outcome.detail, "");
}

// What a client is told when the service cannot tell it.
std::string OutcomeFrame(amqp::SaslCode code) {
  std::string frame;
  amqp::AppendSaslOutcome({.code = code}, &frame);
  return frame;
}
std::string Refusal(amqp::SaslCode code) {
  return std::string(amqp::kSaslProtocolHeader) + OutcomeFrame(code);
}

TEST(AuthenticatorFaults, AnUnreachableServiceIsSysTempWithinTheConnectTimeout) {
  AuthenticatorOptions options = Quick(UniqueAddress());
  options.connect_timeout = absl::Milliseconds(100);
  auto authenticator = Connect(options);
  const absl::Time begin = absl::Now();
  Attempt attempt(*authenticator, "kept bytes");
  const Outcome outcome = attempt.observer->WaitForOutcome();
  EXPECT_GE(absl::Now() - begin, absl::Milliseconds(99));
  ExpectFailure(outcome, amqp::SaslCode::kSysTemp, FailureReason::kServiceUnreachable);
  EXPECT_TRUE(absl::StrContains(outcome.detail, "UNAVAILABLE")) << outcome.detail;
  EXPECT_EQ(attempt.observer->rest(), "");
  EXPECT_EQ(attempt.observer->sent(), Refusal(amqp::SaslCode::kSysTemp));
}

TEST(AuthenticatorFaults, AHandshakeWaitsForAServiceThatComesUp) {
  const std::string address = UniqueAddress();
  AuthenticatorOptions options = Quick(address);
  options.connect_timeout = absl::Seconds(30);
  auto authenticator = Connect(options);
  Attempt attempt(*authenticator, "ab");
  attempt.handshake->Receive("cd");
  FakeService service(HeaderThenOk(3), address);
  EXPECT_EQ(attempt.observer->WaitForOutcome().code, amqp::SaslCode::kOk);
  EXPECT_EQ(attempt.observer->rest(), "d");
}

TEST(AuthenticatorFaults, AnAnsweredHandshakeEndsWithItsStreamAndOthersReconnect) {
  const std::string address = UniqueAddress();
  auto service = std::make_unique<FakeService>(HeaderThenOk(1), address);
  AuthenticatorOptions options = Quick(address);
  options.connect_timeout = absl::Seconds(30);
  auto authenticator = Connect(options);
  Attempt answered(*authenticator, "");
  ASSERT_TRUE(answered.observer->WaitForBytes("header"));
  service.reset();
  ExpectFailure(answered.observer->WaitForOutcome(), amqp::SaslCode::kSysTemp,
                FailureReason::kServiceUnreachable);
  EXPECT_FALSE(answered.handshake->Receive("x"));

  FakeService again(HeaderThenOk(1), address);
  Attempt next(*authenticator, "x");
  EXPECT_EQ(next.observer->WaitForOutcome().code, amqp::SaslCode::kOk);
}

TEST(AuthenticatorFaults, AnUnansweredHandshakeIsOpenedAgainWithAllItsBytes) {
  FakeService service([ok = HeaderThenOk(4)](const v1::HandshakeRequest& request, int stream) {
    if (stream == 1) {
      return Reply{{}, grpc::Status(grpc::StatusCode::INTERNAL, "first stream breaks")};
    }
    return ok(request, stream);
  });
  auto authenticator = Connect(Quick(service.target()));
  Attempt attempt(*authenticator, "abcdef");
  EXPECT_EQ(attempt.observer->WaitForOutcome().code, amqp::SaslCode::kOk);
  EXPECT_EQ(attempt.observer->rest(), "ef");
  EXPECT_EQ(attempt.observer->sent(), "headeroutcome");
  EXPECT_EQ(service.streams(), 2);
}

TEST(AuthenticatorFaults, AServiceThatRefusesTheStreamIsNamedInTheDetail) {
  for (auto code : {grpc::StatusCode::RESOURCE_EXHAUSTED, grpc::StatusCode::UNIMPLEMENTED,
                    grpc::StatusCode::UNAUTHENTICATED, grpc::StatusCode::PERMISSION_DENIED}) {
    FakeService service([code](const v1::HandshakeRequest&, int) {
      return Reply{{}, grpc::Status(code, "not for you")};
    });
    AuthenticatorOptions options = Quick(service.target());
    options.connect_timeout = absl::Milliseconds(100);
    auto authenticator = Connect(options);
    Attempt attempt(*authenticator, "x");
    const Outcome outcome = attempt.observer->WaitForOutcome();
    ExpectFailure(outcome, amqp::SaslCode::kSysTemp, FailureReason::kServiceUnreachable);
    EXPECT_TRUE(absl::StrContains(outcome.detail, "not for you")) << outcome.detail;
    // Backed off: no storm of streams.
    EXPECT_LT(service.streams(), 30);
  }
}

v1::ConnectionOutput Draining(uint64_t id) {
  return Fail(id, v1::SASL_CODE_SYS_TEMP, v1::FAILURE_REASON_DRAINING, "header and outcome");
}

TEST(AuthenticatorFaults, ADrainingReplicaIsLeftForAnother) {
  FakeService service([ok = HeaderThenOk(1)](const v1::HandshakeRequest& request, int stream) {
    if (stream > 2) return ok(request, stream);
    Reply reply;
    for (const auto& input : request.inputs()) {
      reply.outputs.push_back(Draining(input.connection_id()));
    }
    return reply;
  });
  auto authenticator = Connect(Quick(service.target()));
  Attempt attempt(*authenticator, "xyz");
  EXPECT_EQ(attempt.observer->WaitForOutcome().code, amqp::SaslCode::kOk);
  EXPECT_EQ(attempt.observer->sent(), "headeroutcome");
  EXPECT_EQ(attempt.observer->rest(), "yz");
  EXPECT_EQ(attempt.observer->outcomes(), 1);
}

TEST(AuthenticatorFaults, DrainingIsTheOutcomeWhereNoReplicaTakesIt) {
  FakeService service([](const v1::HandshakeRequest& request, int) {
    Reply reply;
    for (const auto& input : request.inputs()) {
      reply.outputs.push_back(Draining(input.connection_id()));
      reply.outputs.back().mutable_outcome()->set_detail("shutting down");
    }
    return reply;
  });
  AuthenticatorOptions options = Quick(service.target());
  options.connect_timeout = absl::Milliseconds(200);
  auto authenticator = Connect(options);
  Attempt attempt(*authenticator, "xyz");
  ExpectFailure(attempt.observer->WaitForOutcome(), amqp::SaslCode::kSysTemp,
                FailureReason::kDraining);
  EXPECT_EQ(attempt.observer->sent(), "header and outcome");
  EXPECT_GT(service.streams(), 1);
  EXPECT_LT(service.streams(), 50);
}

TEST(AuthenticatorFaults, ALiveHandshakeFinishesOnADrainingStream) {
  FakeService service([ok = HeaderThenOk(1)](const v1::HandshakeRequest& request, int stream) {
    // The second handshake of the first stream finds it draining.
    Reply reply = ok(request, stream);
    if (stream > 1) return reply;
    for (auto& output : reply.outputs) {
      if (output.connection_id() != 1) output = Draining(output.connection_id());
    }
    return reply;
  });
  auto authenticator = Connect(Quick(service.target()));
  Attempt first(*authenticator, "");
  ASSERT_TRUE(first.observer->WaitForBytes("header"));
  Attempt second(*authenticator, "");
  ASSERT_TRUE(second.observer->WaitForBytes("header"));
  first.handshake->Receive("x");
  second.handshake->Receive("x");
  EXPECT_EQ(first.observer->WaitForOutcome().code, amqp::SaslCode::kOk);
  EXPECT_EQ(second.observer->WaitForOutcome().code, amqp::SaslCode::kOk);
}

// What a service that has lost its mind answers to the bytes of a connection.
v1::ConnectionOutput OkWithoutIdentity(uint64_t id) {
  v1::ConnectionOutput output = Send(id, "you are in", 1);
  output.mutable_outcome()->set_code(v1::SASL_CODE_OK);
  return output;
}
v1::ConnectionOutput CodeUnspecified(uint64_t id) {
  v1::ConnectionOutput output = Succeed(id, "you are in", 1);
  output.mutable_outcome()->clear_code();
  return output;
}
v1::ConnectionOutput CodeUnknown(uint64_t id) {
  v1::ConnectionOutput output = Succeed(id, "you are in", 1);
  output.mutable_outcome()->set_code(static_cast<v1::SaslCode>(77));
  return output;
}
v1::ConnectionOutput ConsumedTooMuch(uint64_t id) { return Succeed(id, "you are in", 1000); }
v1::ConnectionOutput ConsumedTooMuchWithoutOutcome(uint64_t id) {
  return Send(id, "you are in", uint64_t{1} << 63);
}

TEST(AuthenticatorFaults, GarbageIsNeverASuccess) {
  for (auto garbage : {&OkWithoutIdentity, &CodeUnspecified, &CodeUnknown, &ConsumedTooMuch,
                       &ConsumedTooMuchWithoutOutcome}) {
    FakeService service([garbage](const v1::HandshakeRequest& request, int) {
      Reply reply;
      for (const auto& input : request.inputs()) {
        if (input.closed()) continue;
        // Another connection of the same batch is unharmed.
        if (input.open().listener() == "good") {
          reply.outputs.push_back(Succeed(input.connection_id(), "fine", 1));
        } else {
          reply.outputs.push_back(garbage(input.connection_id()));
        }
      }
      return reply;
    });
    auto authenticator = Connect(Quick(service.target()));
    Attempt bad(*authenticator, "x");
    Attempt good(*authenticator, "x", {.listener = "good"});
    ExpectFailure(bad.observer->WaitForOutcome(), amqp::SaslCode::kSys, FailureReason::kInternal);
    EXPECT_EQ(bad.observer->sent(), Refusal(amqp::SaslCode::kSys));
    EXPECT_EQ(good.observer->WaitForOutcome().code, amqp::SaslCode::kOk);
    EXPECT_EQ(service.streams(), 1);
  }
}

TEST(AuthenticatorFaults, ConsumedMustNotGoBack) {
  FakeService service([](const v1::HandshakeRequest& request, int) {
    Reply reply;
    for (const auto& input : request.inputs()) {
      if (!input.has_open()) continue;
      reply.outputs.push_back(Send(input.connection_id(), "a", 3));
      reply.outputs.push_back(Succeed(input.connection_id(), "b", 2));
    }
    return reply;
  });
  auto authenticator = Connect(Quick(service.target()));
  Attempt attempt(*authenticator, "xyz");
  ExpectFailure(attempt.observer->WaitForOutcome(), amqp::SaslCode::kSys, FailureReason::kInternal);
  EXPECT_EQ(attempt.observer->sent(), "a" + OutcomeFrame(amqp::SaslCode::kSys));
}

TEST(AuthenticatorFaults, AFaultyConnectionIsClosedAtTheService) {
  FakeService service([](const v1::HandshakeRequest& request, int) {
    Reply reply;
    for (const auto& input : request.inputs()) {
      if (input.has_open()) reply.outputs.push_back(Send(input.connection_id(), "a", 9));
    }
    return reply;
  });
  auto authenticator = Connect(Quick(service.target()));
  Attempt attempt(*authenticator, "x");
  ExpectFailure(attempt.observer->WaitForOutcome(), amqp::SaslCode::kSys, FailureReason::kInternal);
  EXPECT_TRUE(service.WaitForClosed());
}

TEST(AuthenticatorFaults, OutputsAfterTheOutcomeAndForUnknownIdsAreDropped) {
  FakeService service([](const v1::HandshakeRequest& request, int) {
    Reply reply;
    for (const auto& input : request.inputs()) {
      const uint64_t id = input.connection_id();
      reply.outputs.push_back(Succeed(id + 1000, "not yours", 0));
      reply.outputs.push_back(
          Fail(id, v1::SASL_CODE_AUTH, v1::FAILURE_REASON_BAD_CREDENTIALS, "refused"));
      reply.outputs.push_back(Succeed(id, "you are in", 1));
    }
    return reply;
  });
  auto authenticator = Connect(Quick(service.target()));
  Attempt first(*authenticator, "x");
  EXPECT_EQ(first.observer->WaitForOutcome().code, amqp::SaslCode::kAuth);
  Attempt second(*authenticator, "x");
  EXPECT_EQ(second.observer->WaitForOutcome().code, amqp::SaslCode::kAuth);
  EXPECT_EQ(first.observer->sent(), "refused");
  EXPECT_EQ(first.observer->outcomes(), 1);
}

TEST(AuthenticatorFaults, ASilentServiceIsTimedOutAndToldSo) {
  FakeService service([](const v1::HandshakeRequest&, int) { return Reply(); });
  AuthenticatorOptions options = Quick(service.target());
  options.handshake_timeout = absl::Milliseconds(100);
  auto authenticator = Connect(options);
  Attempt attempt(*authenticator, "x");
  ASSERT_TRUE(service.WaitForInputs(1));
  ExpectFailure(attempt.observer->WaitForOutcome(), amqp::SaslCode::kSysTemp,
                FailureReason::kTimedOut);
  EXPECT_TRUE(service.WaitForClosed());
}

TEST(AuthenticatorFaults, TooManyHandshakesAreOverload) {
  FakeService service(HeaderThenOk(1));
  AuthenticatorOptions options = Quick(service.target());
  options.max_open_handshakes = 2;
  auto authenticator = Connect(options);
  Attempt first(*authenticator, "");
  auto second = std::make_unique<Attempt>(*authenticator, "");
  Attempt third(*authenticator, "");
  ExpectFailure(third.observer->WaitForOutcome(), amqp::SaslCode::kSysTemp,
                FailureReason::kOverloaded);
  second.reset();
  Attempt fourth(*authenticator, "x");
  EXPECT_EQ(fourth.observer->WaitForOutcome().code, amqp::SaslCode::kOk);
}

TEST(AuthenticatorFaults, TooManyBytesAreOverload) {
  FakeService service(HeaderThenOk(1'000'000));
  AuthenticatorOptions options = Quick(service.target());
  options.max_queued_bytes = 1000;
  auto authenticator = Connect(options);
  Attempt greedy(*authenticator, "");
  ASSERT_TRUE(greedy.observer->WaitForBytes("header"));
  EXPECT_TRUE(greedy.handshake->Receive(std::string(700, 'x')));
  EXPECT_FALSE(greedy.handshake->Receive(std::string(700, 'x')));
  ExpectFailure(greedy.observer->WaitForOutcome(), amqp::SaslCode::kSysTemp,
                FailureReason::kOverloaded);
  EXPECT_EQ(greedy.observer->rest(), "");
  ASSERT_TRUE(service.WaitForClosed());
  // What it had queued is free again.
  Attempt next(*authenticator, "");
  EXPECT_TRUE(next.observer->WaitForBytes("header"));
}

TEST(AuthenticatorFaults, FactsThatWouldBreakTheStreamEndOnlyTheirHandshake) {
  FakeService service(HeaderThenOk(1));
  auto authenticator = Connect(Quick(service.target()));
  Attempt good(*authenticator, "");
  ASSERT_TRUE(good.observer->WaitForBytes("header"));
  Attempt bad(*authenticator, "x", {.tls = TlsFacts{.server_name = "\xff"}});
  ExpectFailure(bad.observer->WaitForOutcome(), amqp::SaslCode::kSys, FailureReason::kBrokerFault);
  good.handshake->Receive("x");
  EXPECT_EQ(good.observer->WaitForOutcome().code, amqp::SaslCode::kOk);
}

}  // namespace
}  // namespace sallyport::client
