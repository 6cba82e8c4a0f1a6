// What the service refuses to do at once, or for long, and how it says so.

#include <grpcpp/health_check_service_interface.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "core/amqp/protocol_header.h"
#include "core/amqp/sasl_frames.h"
#include "tests/server/rpc/running_service.h"

namespace sallyport::server {
namespace {

// A refusal at open is our header and the outcome, without mechanisms.
std::string Refusal(amqp::SaslCode code) {
  std::string bytes(amqp::kSaslProtocolHeader);
  amqp::AppendSaslOutcome({.code = code}, &bytes);
  return bytes;
}

TEST(HandshakeLimits, RefusesAListenerWithoutAPolicy) {
  ServerConfig config = ScratchConfig();
  UseRules(&config, "", "listeners: [{name: internal}]\n");
  RunningService running(config);
  RawStream stream(running.stub());
  stream.SendOne(OpenInput(1));
  ASSERT_TRUE(stream.ReadUntilOutcome(1));
  EXPECT_EQ(stream.Of(1).outcome->code(), v1::SASL_CODE_SYS_PERM);
  EXPECT_EQ(stream.Of(1).outcome->reason(), v1::FAILURE_REASON_NO_POLICY);
  EXPECT_EQ(stream.Of(1).sent, Refusal(amqp::SaslCode::kSysPerm));
}

TEST(HandshakeLimits, RefusesAnOpenForWhichNothingIsLeftToOffer) {
  ServerConfig config = ScratchConfig();
  UseRules(&config, "mechanisms: [PLAIN]");
  RunningService running(config);
  RawStream stream(running.stub());
  stream.SendOne(OpenInput(1, /*encrypted=*/false));
  ASSERT_TRUE(stream.ReadUntilOutcome(1));
  EXPECT_EQ(stream.Of(1).outcome->reason(), v1::FAILURE_REASON_TLS_REQUIRED);
  EXPECT_EQ(stream.Of(1).sent, Refusal(amqp::SaslCode::kAuth));
}

TEST(HandshakeLimits, RefusesMoreHandshakesThanAStreamMayHave) {
  ServerConfig config = ScratchConfig();
  config.quotas.max_handshakes_per_stream = 2;
  RunningService running(config);
  RawStream stream(running.stub());
  stream.Send({OpenInput(1), OpenInput(2), OpenInput(3)});
  ASSERT_TRUE(stream.ReadUntilOutcome(3));
  EXPECT_EQ(stream.Of(3).outcome->code(), v1::SASL_CODE_SYS_TEMP);
  EXPECT_EQ(stream.Of(3).outcome->reason(), v1::FAILURE_REASON_OVERLOADED);
  EXPECT_EQ(stream.Of(3).sent, Refusal(amqp::SaslCode::kSysTemp));
  EXPECT_FALSE(stream.Of(2).outcome);
}

TEST(HandshakeLimits, CountsHandshakesOverAllStreams) {
  ServerConfig config = ScratchConfig();
  config.quotas.max_handshakes = 1;
  RunningService running(config);
  RawStream first(running.stub());
  first.SendOne(OpenInput(1));
  ASSERT_TRUE(first.ReadUntil([&] { return !first.Of(1).sent.empty(); }));
  RawStream second(running.stub());
  second.SendOne(OpenInput(1));
  ASSERT_TRUE(second.ReadUntilOutcome(1));
  EXPECT_EQ(second.Of(1).outcome->reason(), v1::FAILURE_REASON_OVERLOADED);
  // A place is free again once the first has ended.
  first.SendOne(BytesInput(1, "GET / HTTP/1.1\r\n"));
  ASSERT_TRUE(first.ReadUntilOutcome(1));
  EXPECT_EQ(first.Of(1).outcome->reason(), v1::FAILURE_REASON_PROTOCOL_HEADER);
  second.SendOne(OpenInput(2));
  ASSERT_TRUE(second.ReadUntil([&] { return !second.Of(2).sent.empty(); }));
  EXPECT_FALSE(second.Of(2).outcome);
}

TEST(HandshakeLimits, SplitsWhatItSaysIntoResponsesUnderAMegabyte) {
  constexpr uint64_t kConnections = 18'000;
  RunningService running;
  RawStream stream(running.stub());
  std::vector<v1::ConnectionInput> inputs;
  for (uint64_t id = 1; id <= kConnections; ++id) inputs.push_back(OpenInput(id));
  stream.Send(inputs);
  ASSERT_TRUE(stream.ReadUntil([&] { return !stream.Of(kConnections).sent.empty(); }));
  EXPECT_GT(stream.responses(), 1u);
  EXPECT_LT(stream.largest_response(), 1'000'000u);
  EXPECT_GT(stream.largest_response(), 500'000u) << "they are split no more than they need be";
}

TEST(HandshakeLimits, RefusesMoreStreamsThanItMayHave) {
  ServerConfig config = ScratchConfig();
  config.quotas.max_streams = 1;
  RunningService running(config);
  RawStream first(running.stub());
  first.SendOne(OpenInput(1));
  ASSERT_TRUE(first.ReadUntil([&] { return !first.Of(1).sent.empty(); }));
  RawStream second(running.stub());
  EXPECT_EQ(second.Finish().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST(HandshakeLimits, EndsAHandshakeThatTakesTooLong) {
  ServerConfig config = ScratchConfig();
  config.quotas.handshake_timeout = std::chrono::milliseconds(100);
  RunningService running(config);
  RawStream stream(running.stub());
  v1::ConnectionInput open = OpenInput(1);
  open.set_received(std::string(amqp::kSaslProtocolHeader) + "\0\0");
  stream.SendOne(open);
  ASSERT_TRUE(stream.ReadUntilOutcome(1));
  EXPECT_EQ(stream.Of(1).outcome->code(), v1::SASL_CODE_SYS_TEMP);
  EXPECT_EQ(stream.Of(1).outcome->reason(), v1::FAILURE_REASON_TIMED_OUT);
  std::string outcome;
  amqp::AppendSaslOutcome({.code = amqp::SaslCode::kSysTemp}, &outcome);
  EXPECT_TRUE(stream.Of(1).sent.ends_with(outcome));
}

TEST(HandshakeLimits, GivesALoginTheTimeOfTheTenantThatItsHostnameNames) {
  ServerConfig config = ScratchConfig();
  config.quotas.handshake_timeout = std::chrono::minutes(10);
  UseRules(&config, "mechanisms: [SCRAM-SHA-256]",
           "tenants:\n"
           "- name: patient\n"
           "- name: quick\n"
           "  hostnames: [quick.example]\n"
           "  rules:\n"
           "    limits: {handshake_timeout: 100ms}\n"
           "default_tenant: patient\n");
  RunningService running(config);
  RawStream stream(running.stub());
  v1::ConnectionInput open = OpenInput(1);
  std::string bytes(amqp::kSaslProtocolHeader);
  amqp::AppendSaslInit({.mechanism = "SCRAM-SHA-256",
                        .initial_response = "n,,n=alice,r=nonce",
                        .hostname = "quick.example"},
                       &bytes);
  open.set_received(bytes);
  stream.SendOne(open);
  ASSERT_TRUE(stream.ReadUntilOutcome(1));
  EXPECT_EQ(stream.Of(1).outcome->reason(), v1::FAILURE_REASON_TIMED_OUT);
}

TEST(HandshakeLimits, DrainsWithoutLosingWhatIsUnderWay) {
  ServerConfig config = ScratchConfig();
  config.drain = absl::Seconds(60);
  RunningService running(config);
  RawStream stream(running.stub());
  ScramClient client;
  v1::ConnectionInput open = OpenInput(1);
  open.set_received(client.Header());
  stream.SendOne(open);
  ASSERT_TRUE(stream.ReadUntil([&] { return !stream.Of(1).sent.empty(); }));

  std::thread drain([&] { running.service().Drain(); });
  // New opens are refused from some moment on, and the live one goes on.
  uint64_t id = 1;
  do {
    stream.SendOne(OpenInput(++id));
    ASSERT_TRUE(stream.ReadUntil([&] { return !stream.Of(id).sent.empty(); }));
    if (stream.Of(id).outcome) break;
    v1::ConnectionInput closed;
    closed.set_connection_id(id);
    closed.set_closed(true);
    stream.SendOne(closed);
  } while (true);
  EXPECT_EQ(stream.Of(id).outcome->code(), v1::SASL_CODE_SYS_TEMP);
  EXPECT_EQ(stream.Of(id).outcome->reason(), v1::FAILURE_REASON_DRAINING);
  EXPECT_EQ(CheckHealth(running, ""), 2);
  EXPECT_EQ(CheckHealth(running, "sallyport.v1.Authenticator"), 2);

  size_t heard = 0;
  while (!stream.Of(1).outcome) {
    ASSERT_TRUE(stream.ReadUntil([&] { return stream.Of(1).sent.size() > heard; }));
    const std::string answer = client.Answer(std::string_view(stream.Of(1).sent).substr(heard));
    heard = stream.Of(1).sent.size();
    if (!answer.empty()) stream.SendOne(BytesInput(1, answer));
  }
  EXPECT_TRUE(client.accepted());
  // With the last handshake the stream ends, and with the stream the drain.
  EXPECT_EQ(stream.Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  drain.join();
}

}  // namespace
}  // namespace sallyport::server
