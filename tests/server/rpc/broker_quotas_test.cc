// What one broker may use of the service, and what it hears where that is too much.

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/server/rpc/running_service.h"

namespace sallyport::server {
namespace {

// Everybody is one broker, with these quotas.
ServerConfig WithQuotas(const std::string& quotas) {
  ServerConfig config = ScratchConfig();
  UseRules(
      &config, "",
      absl::StrCat("brokers: [{name: edge, without_certificate: true, quotas: {", quotas, "}}]\n"));
  return config;
}

void ExpectRefused(RawStream& stream, uint64_t id, const std::string& quota) {
  ASSERT_TRUE(stream.ReadUntilOutcome(id));
  const v1::Outcome& outcome = *stream.Of(id).outcome;
  EXPECT_EQ(outcome.code(), v1::SASL_CODE_SYS_TEMP);
  EXPECT_EQ(outcome.reason(), v1::FAILURE_REASON_OVERLOADED);
  EXPECT_NE(outcome.detail().find("'" + quota + "'"), std::string::npos) << outcome.detail();
}

bool Greeted(RawStream& stream, uint64_t id) {
  return stream.ReadUntil([&] { return !stream.Of(id).sent.empty(); }) && !stream.Of(id).outcome;
}

v1::ExchangeRequest StartRequest() {
  v1::ExchangeRequest request;
  v1::ExchangeStart* start = request.mutable_start();
  start->mutable_context()->mutable_tls()->set_version("TLSv1.3");
  start->set_mechanism("SCRAM-SHA-256");
  return request;
}

TEST(BrokerQuotas, BoundItsHandshakesOverAllItsStreams) {
  RunningService running(WithQuotas("max_handshakes: 2"));
  RawStream first(running.stub());
  first.SendOne(OpenInput(1));
  ASSERT_TRUE(Greeted(first, 1));
  RawStream second(running.stub());
  second.Send({OpenInput(1), OpenInput(2)});
  ASSERT_TRUE(Greeted(second, 1));
  ExpectRefused(second, 2, "max_handshakes");
  // A place is free again once one has ended.
  first.SendOne(BytesInput(1, "GET / HTTP/1.1\r\n"));
  ASSERT_TRUE(first.ReadUntilOutcome(1));
  second.SendOne(OpenInput(3));
  EXPECT_TRUE(Greeted(second, 3));
}

TEST(BrokerQuotas, AHandshakeIsCountedUntilItsStreamIsGone) {
  RunningService running(WithQuotas("max_handshakes: 1"));
  {
    RawStream lost(running.stub());
    lost.SendOne(OpenInput(1));
    ASSERT_TRUE(Greeted(lost, 1));
  }
  RawStream stream(running.stub());
  uint64_t id = 0;
  do {
    stream.SendOne(OpenInput(++id));
    ASSERT_TRUE(stream.ReadUntil([&] { return !stream.Of(id).sent.empty(); }));
  } while (stream.Of(id).outcome);
}

TEST(BrokerQuotas, BoundHowManyHandshakesBegin) {
  RunningService running(WithQuotas("handshakes_per_second: 1, burst: 3"));
  RawStream stream(running.stub());
  stream.Send({OpenInput(1), OpenInput(2), OpenInput(3), OpenInput(4)});
  ExpectRefused(stream, 4, "handshakes_per_second");
  for (const uint64_t id : {1, 2, 3}) EXPECT_FALSE(stream.Of(id).outcome);
}

TEST(BrokerQuotas, AHandshakeThatGoesOnDoesNotBeginAgain) {
  RunningService running(WithQuotas("handshakes_per_second: 1, burst: 1, max_handshakes: 1"));
  ScramClient client;
  v1::ConnectionInput open = OpenInput(1);
  open.mutable_open()->set_resumable(true);
  std::string token;
  std::string greeting;
  {
    RawStream lost(running.stub());
    lost.SendOne(open);
    ASSERT_TRUE(Greeted(lost, 1));
    token = lost.Of(1).resume_token;
    greeting = lost.Of(1).sent;
  }
  RawStream stream(running.stub());
  open.set_resume_token(token);
  open.set_received(client.Header() + client.Answer(greeting));
  // Until the place of the one that was lost is free.
  uint64_t id = 1;
  do {
    open.set_connection_id(++id);
    stream.SendOne(open);
    ASSERT_TRUE(stream.ReadUntil([&] { return stream.Of(id).outputs > 0; }));
    if (stream.Of(id).outcome) ExpectRefused(stream, id, "max_handshakes");
  } while (stream.Of(id).outcome);
  stream.SendOne(BytesInput(id, client.Answer(stream.Of(id).sent)));
  ASSERT_TRUE(stream.ReadUntilOutcome(id));
  EXPECT_EQ(stream.Of(id).outcome->code(), v1::SASL_CODE_OK);
}

TEST(BrokerQuotas, BoundItsStreams) {
  RunningService running(WithQuotas("max_streams: 1"));
  auto first = std::make_unique<RawStream>(running.stub());
  first->SendOne(OpenInput(1));
  ASSERT_TRUE(Greeted(*first, 1));
  const grpc::Status refused = RawStream(running.stub()).Finish();
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_NE(refused.error_message().find("'edge' is over its quota 'max_streams'"),
            std::string::npos)
      << refused.error_message();
  first.reset();
  grpc::Status ended;
  do {
    RawStream next(running.stub());
    next.HalfClose();
    ended = next.Finish();
  } while (ended.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(ended.ok());
}

TEST(BrokerQuotas, BoundExchangesWithItsHandshakes) {
  RunningService running(WithQuotas("max_handshakes: 1"));
  RawStream stream(running.stub());
  stream.SendOne(OpenInput(1));
  ASSERT_TRUE(Greeted(stream, 1));
  grpc::ClientContext context;
  const auto exchange = running.stub().Exchange(&context);
  exchange->Write(StartRequest());
  v1::ExchangeResponse response;
  ASSERT_TRUE(exchange->Read(&response));
  EXPECT_EQ(response.outcome().code(), v1::SASL_CODE_SYS_TEMP);
  EXPECT_NE(response.outcome().detail().find("'max_handshakes'"), std::string::npos);
  EXPECT_TRUE(exchange->Finish().ok());
}

TEST(BrokerQuotas, AnExchangeLeavesItsPlaceWithItsOutcome) {
  RunningService running(WithQuotas("max_handshakes: 1"));
  for (int i = 0; i < 3; ++i) {
    grpc::ClientContext context;
    const auto exchange = running.stub().Exchange(&context);
    exchange->Write(StartRequest());
    v1::ExchangeResponse response;
    ASSERT_TRUE(exchange->Read(&response));
    ASSERT_TRUE(response.has_challenge()) << response.outcome().detail();
    v1::ExchangeRequest request;
    request.set_response("malformed");
    exchange->Write(request);
    ASSERT_TRUE(exchange->Read(&response));
    EXPECT_EQ(response.outcome().code(), v1::SASL_CODE_AUTH);
    RawStream stream(running.stub());
    stream.SendOne(OpenInput(1));
    EXPECT_TRUE(Greeted(stream, 1));
    stream.SendOne(BytesInput(1, "GET / HTTP/1.1\r\n"));
    EXPECT_TRUE(stream.ReadUntilOutcome(1));
    EXPECT_TRUE(exchange->Finish().ok());
  }
}

TEST(BrokerQuotas, BoundExchangesThatHaveNotStarted) {
  RunningService running(WithQuotas("max_handshakes: 1"));
  grpc::ClientContext idle_context;
  const auto idle = running.stub().Exchange(&idle_context);
  // The two calls may be taken up in either order.
  grpc::ClientContext context;
  const auto refused = running.stub().Exchange(&context);
  grpc::Status status;
  v1::ExchangeResponse response;
  while (status.error_code() != grpc::StatusCode::RESOURCE_EXHAUSTED) {
    grpc::ClientContext more;
    const auto other = running.stub().Exchange(&more);
    other->WritesDone();
    status = other->Finish();
  }
  EXPECT_NE(status.error_message().find("'max_handshakes'"), std::string::npos);
  idle_context.TryCancel();
  context.TryCancel();
  EXPECT_FALSE(idle->Finish().ok());
  EXPECT_FALSE(refused->Finish().ok());
}

TEST(BrokerQuotas, HoldForOneBrokerAlone) {
  ServerConfig config = ScratchConfig();
  UseRules(&config, "",
           "brokers: [{name: other, identities: [b], quotas: {max_streams: 1, max_handshakes: 1}}, "
           "{name: edge, without_certificate: true}]\n");
  RunningService running(config);
  RawStream first(running.stub());
  RawStream second(running.stub());
  first.Send({OpenInput(1), OpenInput(2)});
  second.Send({OpenInput(1), OpenInput(2)});
  for (RawStream* stream : {&first, &second}) {
    for (const uint64_t id : {1, 2}) EXPECT_TRUE(Greeted(*stream, id));
  }
}

}  // namespace
}  // namespace sallyport::server
