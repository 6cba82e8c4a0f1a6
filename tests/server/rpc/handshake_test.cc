// Authenticator.Handshake over real gRPC: what the contract says of a stream.

#include <gtest/gtest.h>

#include <deque>
#include <set>
#include <string>

#include "core/amqp/protocol_header.h"
#include "core/amqp/sasl_frames.h"
#include "tests/server/rpc/running_service.h"

namespace sallyport::server {
namespace {

std::string OutcomeFrame(amqp::SaslCode code) {
  std::string frame;
  amqp::AppendSaslOutcome({.code = code}, &frame);
  return frame;
}

TEST(HandshakeRpc, AnswersAnOpenAtOnceWithItsHeaderAndItsMechanisms) {
  RunningService running;
  RawStream stream(running.stub());
  stream.SendOne(OpenInput(7));
  ASSERT_TRUE(stream.ReadUntil([&] { return !stream.Of(7).sent.empty(); }));
  std::string expected(amqp::kSaslProtocolHeader);
  amqp::AppendSaslMechanisms(
      std::vector<std::string_view>{"SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"}, &expected);
  EXPECT_EQ(stream.Of(7).sent, expected);
  EXPECT_EQ(stream.Of(7).consumed, 0u);
}

TEST(HandshakeRpc, LogsInWithScram) {
  RunningService running;
  RawStream stream(running.stub());
  ScramClient client;
  LogIn(stream, 1, client);
  EXPECT_TRUE(client.accepted());
  const v1::Outcome& outcome = *stream.Of(1).outcome;
  EXPECT_EQ(outcome.code(), v1::SASL_CODE_OK);
  EXPECT_EQ(outcome.identity().authentication_id(), kUser);
  EXPECT_EQ(outcome.identity().authorization_id(), kUser);
  EXPECT_EQ(outcome.identity().mechanism(), "SCRAM-SHA-256");
  EXPECT_EQ(outcome.identity().store(), "local");
  EXPECT_EQ(outcome.reason(), v1::FAILURE_REASON_UNSPECIFIED);
  EXPECT_FALSE(outcome.handshake_id().empty());
}

TEST(HandshakeRpc, RefusesAWrongPasswordAndAnUnknownUserAlike) {
  RunningService running;
  RawStream stream(running.stub());
  ScramClient wrong(kUser, "wrong");
  LogIn(stream, 1, wrong);
  ScramClient unknown("nobody", "wrong");
  LogIn(stream, 2, unknown);
  EXPECT_FALSE(wrong.accepted());
  EXPECT_FALSE(unknown.accepted());
  EXPECT_EQ(stream.Of(1).outcome->reason(), v1::FAILURE_REASON_BAD_CREDENTIALS);
  EXPECT_EQ(stream.Of(2).outcome->reason(), v1::FAILURE_REASON_UNKNOWN_USER);
  for (uint64_t id : {1, 2}) {
    EXPECT_EQ(stream.Of(id).outcome->code(), v1::SASL_CODE_AUTH);
    EXPECT_FALSE(stream.Of(id).outcome->has_identity());
    EXPECT_TRUE(stream.Of(id).sent.ends_with(OutcomeFrame(amqp::SaslCode::kAuth)));
  }
  EXPECT_EQ(stream.Of(1).sent.size(), stream.Of(2).sent.size());
}

TEST(HandshakeRpc, LogsInWithPlainAndLeavesTheNextLayersBytesAlone) {
  RunningService running;
  RawStream stream(running.stub());
  for (uint64_t id : {1, 2}) {  // the second from the cache of verified passwords
    const std::string login = PlainInit(kUser, kPassword);
    v1::ConnectionInput open = OpenInput(id);
    open.set_received(login + std::string(amqp::kAmqpProtocolHeader) + "and more");
    stream.SendOne(open);
    ASSERT_TRUE(stream.ReadUntilOutcome(id));
    EXPECT_EQ(stream.Of(id).outcome->code(), v1::SASL_CODE_OK);
    EXPECT_EQ(stream.Of(id).consumed, login.size());
  }
}

TEST(HandshakeRpc, RefusesAWrongPlainPasswordAlsoAfterARightOne) {
  RunningService running;
  RawStream stream(running.stub());
  int id = 0;
  for (const char* password : {kPassword, "wrong", kPassword}) {
    v1::ConnectionInput open = OpenInput(++id);
    open.set_received(PlainInit(kUser, password));
    stream.SendOne(open);
    ASSERT_TRUE(stream.ReadUntilOutcome(id));
  }
  EXPECT_EQ(stream.Of(1).outcome->code(), v1::SASL_CODE_OK);
  EXPECT_EQ(stream.Of(2).outcome->reason(), v1::FAILURE_REASON_BAD_CREDENTIALS);
  EXPECT_EQ(stream.Of(3).outcome->code(), v1::SASL_CODE_OK);
}

TEST(HandshakeRpc, OffersPlainOnlyOverTls) {
  RunningService running;
  RawStream stream(running.stub());
  v1::ConnectionInput open = OpenInput(1, /*encrypted=*/false);
  open.set_received(PlainInit(kUser, kPassword));
  stream.SendOne(open);
  ASSERT_TRUE(stream.ReadUntilOutcome(1));
  EXPECT_EQ(stream.Of(1).outcome->reason(), v1::FAILURE_REASON_TLS_REQUIRED);
  EXPECT_EQ(stream.Of(1).sent.find("PLAIN"), std::string::npos);
}

TEST(HandshakeRpc, OneOfAThousandThatIsGarbageHarmsNoOther) {
  constexpr uint64_t kConnections = 1'000;
  constexpr uint64_t kGarbage = 500;
  RunningService running;
  RawStream stream(running.stub());
  std::deque<ScramClient> clients;
  std::vector<v1::ConnectionInput> inputs;
  for (uint64_t id = 0; id < kConnections; ++id) {
    inputs.push_back(OpenInput(id));
    inputs.back().set_received(clients.emplace_back().Header());
  }
  stream.Send(inputs);
  std::vector<size_t> heard(kConnections, 0);
  const auto all = [&](auto predicate) {
    return stream.ReadUntil([&] {
      for (uint64_t id = 0; id < kConnections; ++id) {
        if (!stream.Of(id).outcome && !predicate(id)) return false;
      }
      return true;
    });
  };
  const auto answer_all = [&] {
    inputs.clear();
    for (uint64_t id = 0; id < kConnections; ++id) {
      if (id == kGarbage) {
        if (!stream.Of(id).outcome) inputs.push_back(BytesInput(id, std::string(64, '\xff')));
        continue;
      }
      const std::string answer =
          clients[id].Answer(std::string_view(stream.Of(id).sent).substr(heard[id]));
      heard[id] = stream.Of(id).sent.size();
      if (!answer.empty()) inputs.push_back(BytesInput(id, answer));
    }
    stream.Send(inputs);
  };
  ASSERT_TRUE(all([&](uint64_t id) { return !stream.Of(id).sent.empty(); }));
  answer_all();
  ASSERT_TRUE(all([&](uint64_t id) { return stream.Of(id).sent.size() > heard[id]; }));
  answer_all();
  ASSERT_TRUE(all([&](uint64_t) { return false; }));
  answer_all();

  std::set<std::string> handshake_ids;
  for (uint64_t id = 0; id < kConnections; ++id) {
    const v1::Outcome& outcome = *stream.Of(id).outcome;
    handshake_ids.insert(outcome.handshake_id());
    if (id == kGarbage) {
      EXPECT_EQ(outcome.code(), v1::SASL_CODE_AUTH);
      EXPECT_EQ(outcome.reason(), v1::FAILURE_REASON_TOO_LARGE);
      continue;
    }
    EXPECT_EQ(outcome.code(), v1::SASL_CODE_OK) << id << ": " << outcome.detail();
    EXPECT_TRUE(clients[id].accepted()) << id;
  }
  EXPECT_EQ(handshake_ids.size(), kConnections);
}

TEST(HandshakeRpc, AnswersABatchWithABatch) {
  RunningService running;
  RawStream stream(running.stub());
  std::vector<v1::ConnectionInput> inputs;
  for (uint64_t id = 0; id < 100; ++id) inputs.push_back(OpenInput(id));
  stream.Send(inputs);
  ASSERT_TRUE(stream.ReadUntil([&] { return !stream.Of(99).sent.empty(); }));
  EXPECT_EQ(stream.responses(), 1u);
}

TEST(HandshakeRpc, DropsInputForAConnectionThatIsNotLive) {
  RunningService running;
  RawStream stream(running.stub());
  v1::ConnectionInput nothing;
  nothing.set_connection_id(5);
  v1::ConnectionInput token = nothing;
  token.set_resume_token("x");
  stream.Send({BytesInput(5, "AMQP"), nothing, token});
  stream.Send({});
  ScramClient client;
  LogIn(stream, 6, client);
  EXPECT_TRUE(client.accepted());
  EXPECT_TRUE(stream.Of(5).sent.empty());
  EXPECT_FALSE(stream.Of(5).outcome);
}

TEST(HandshakeRpc, EndsAConnectionThatTheBrokerOpensTwice) {
  RunningService running;
  RawStream stream(running.stub());
  v1::ConnectionInput with_token;
  with_token.set_connection_id(2);
  with_token.set_resume_token("x");
  stream.Send({OpenInput(1), OpenInput(2)});
  ASSERT_TRUE(stream.ReadUntil([&] { return !stream.Of(2).sent.empty(); }));
  const std::string greeting = stream.Of(1).sent;
  stream.Send({OpenInput(1), with_token});
  ASSERT_TRUE(stream.ReadUntilOutcome(1));
  ASSERT_TRUE(stream.ReadUntilOutcome(2));
  for (uint64_t id : {1, 2}) {
    EXPECT_EQ(stream.Of(id).outcome->code(), v1::SASL_CODE_SYS);
    EXPECT_EQ(stream.Of(id).outcome->reason(), v1::FAILURE_REASON_BROKER_FAULT);
    EXPECT_EQ(stream.Of(id).sent, greeting) << "the client must hear nothing of it";
  }
}

TEST(HandshakeRpc, RefusesATokenThatNobodyIssuedAndSendsNothing) {
  RunningService running;
  RawStream stream(running.stub());
  v1::ConnectionInput open = OpenInput(1);
  open.set_resume_token("made up");
  stream.SendOne(open);
  ASSERT_TRUE(stream.ReadUntilOutcome(1));
  EXPECT_EQ(stream.Of(1).outcome->code(), v1::SASL_CODE_AUTH);
  EXPECT_EQ(stream.Of(1).outcome->reason(), v1::FAILURE_REASON_RESUME_REFUSED);
  EXPECT_EQ(stream.Of(1).sent, "");
}

TEST(HandshakeRpc, ForgetsAConnectionThatIsClosed) {
  RunningService running;
  RawStream stream(running.stub());
  stream.SendOne(OpenInput(1));
  ASSERT_TRUE(stream.ReadUntil([&] { return !stream.Of(1).sent.empty(); }));
  v1::ConnectionInput closed = BytesInput(1, PlainInit(kUser, kPassword));
  closed.set_closed(true);
  stream.SendOne(closed);
  ScramClient other;
  LogIn(stream, 2, other);
  EXPECT_TRUE(other.accepted());
  EXPECT_FALSE(stream.Of(1).outcome);
}

TEST(HandshakeRpc, AnswersWhatItHasWhenTheBrokerHalfCloses) {
  RunningService running;
  RawStream stream(running.stub());
  // The lookup and the derivation are still to be done when the stream closes.
  v1::ConnectionInput open = OpenInput(1);
  open.set_received(PlainInit(kUser, kPassword));
  stream.Send({open, OpenInput(2)});
  stream.HalfClose();
  const grpc::Status status = stream.Finish();
  EXPECT_TRUE(status.ok()) << status.error_message();
  ASSERT_TRUE(stream.Of(1).outcome);
  EXPECT_EQ(stream.Of(1).outcome->code(), v1::SASL_CODE_OK);
  EXPECT_FALSE(stream.Of(2).outcome);
}

TEST(HandshakeRpc, EndsAStreamWhoseMessageCannotBeDecoded) {
  RunningService running;
  grpc::ClientContext context;
  grpc::internal::RpcMethod method("/sallyport.v1.Authenticator/Handshake",
                                   grpc::internal::RpcMethod::BIDI_STREAMING, running.channel());
  std::unique_ptr<grpc::ClientReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>> stream(
      grpc::internal::ClientReaderWriterFactory<grpc::ByteBuffer, grpc::ByteBuffer>::Create(
          running.channel().get(), method, &context));
  const grpc::Slice garbage("\xff\xff\xff\xff", 4);
  ASSERT_TRUE(stream->Write(grpc::ByteBuffer(&garbage, 1)));
  grpc::ByteBuffer response;
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST(HandshakeRpc, RefusesAContextThatIsTooLargeToKeepAndSendsNothing) {
  RunningService running;
  RawStream stream(running.stub());
  v1::ConnectionInput long_listener = OpenInput(1);
  long_listener.mutable_open()->set_listener(std::string(2000, 'l'));
  v1::ConnectionInput many_bindings = OpenInput(2);
  for (int i = 0; i < 9; ++i) many_bindings.mutable_open()->mutable_tls()->add_channel_bindings();
  v1::ConnectionInput large_certificate = OpenInput(3);
  large_certificate.mutable_open()->mutable_tls()->set_peer_certificate(std::string(70'000, 'c'));
  stream.Send({long_listener, many_bindings, large_certificate});
  for (uint64_t id : {1, 2, 3}) {
    ASSERT_TRUE(stream.ReadUntilOutcome(id));
    EXPECT_EQ(stream.Of(id).outcome->reason(), v1::FAILURE_REASON_BROKER_FAULT);
    EXPECT_EQ(stream.Of(id).sent, "");
  }
}

TEST(HandshakeRpc, RefusesAHostnameThatIsTooLong) {
  RunningService running;
  RawStream stream(running.stub());
  for (const uint64_t id : {512, 513}) {
    const std::string hostname(id, 'h');
    std::string bytes(amqp::kSaslProtocolHeader);
    amqp::AppendSaslInit({.mechanism = "NOPE", .hostname = hostname}, &bytes);
    v1::ConnectionInput open = OpenInput(id);
    open.set_received(bytes);
    stream.SendOne(open);
    ASSERT_TRUE(stream.ReadUntilOutcome(id));
  }
  EXPECT_EQ(stream.Of(512).outcome->reason(), v1::FAILURE_REASON_MECHANISM_NOT_OFFERED);
  EXPECT_EQ(stream.Of(513).outcome->reason(), v1::FAILURE_REASON_MALFORMED_MESSAGE);
  EXPECT_EQ(stream.Of(513).outcome->hostname(), "");
}

TEST(HandshakeRpc, SaysWhatTheClientNamedAsItsHost) {
  RunningService running;
  RawStream stream(running.stub());
  v1::ConnectionInput open = OpenInput(1);
  std::string bytes(amqp::kSaslProtocolHeader);
  amqp::AppendSaslInit({.mechanism = "NOPE", .hostname = "broker.example"}, &bytes);
  open.set_received(bytes);
  stream.SendOne(open);
  ASSERT_TRUE(stream.ReadUntilOutcome(1));
  EXPECT_EQ(stream.Of(1).outcome->hostname(), "broker.example");
  EXPECT_EQ(stream.Of(1).outcome->reason(), v1::FAILURE_REASON_MECHANISM_NOT_OFFERED);
  EXPECT_EQ(stream.Of(1).consumed, bytes.size());
}

}  // namespace
}  // namespace sallyport::server
