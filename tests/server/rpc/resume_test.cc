// Resume tokens over real gRPC: who gets one, what it is worth, and to whom.

#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "core/amqp/protocol_header.h"
#include "core/amqp/sasl_frames.h"
#include "tests/server/rpc/running_service.h"

namespace sallyport::server {
namespace {

v1::ConnectionInput ResumableInput(uint64_t id) {
  v1::ConnectionInput input = OpenInput(id);
  input.mutable_open()->set_resumable(true);
  input.mutable_open()->set_local_address("192.0.2.2:5671");
  v1::TlsContext* tls = input.mutable_open()->mutable_tls();
  tls->set_server_name("broker.example.com");
  tls->set_cipher("TLS_AES_256_GCM_SHA384");
  tls->set_peer_certificate("a certificate");
  v1::ChannelBinding* binding = tls->add_channel_bindings();
  binding->set_type("tls-exporter");
  binding->set_data(std::string(32, 'e'));
  return input;
}

v1::ConnectionInput ResumeInput(uint64_t id, const std::string& token) {
  v1::ConnectionInput input = ResumableInput(id);
  input.set_resume_token(token);
  return input;
}

// A SCRAM login as connection 1 that is taken up to the challenge.
struct Challenged {
  explicit Challenged(RawStream& stream) {
    v1::ConnectionInput open = ResumableInput(1);
    open.set_received(client.Header());
    stream.SendOne(open);
    EXPECT_TRUE(stream.ReadUntil([&] { return stream.Of(1).outputs == 1; }));
    greeting_token = stream.Of(1).resume_token;
    init = client.Answer(stream.Of(1).sent);
    const size_t greeted = stream.Of(1).sent.size();
    stream.SendOne(BytesInput(1, init));
    EXPECT_TRUE(stream.ReadUntil([&] { return stream.Of(1).outputs == 2; }));
    token = stream.Of(1).resume_token;
    consumed = stream.Of(1).consumed;
    final = client.Answer(stream.Of(1).sent.substr(greeted));
  }

  ScramClient client{kUser, kPassword, "SCRAM-SHA-256"};
  std::string greeting_token;
  std::string init;
  std::string token;
  uint64_t consumed = 0;
  // What the client says next.
  std::string final;
};

void ExpectRefusedInSilence(RawStream& stream, uint64_t id) {
  ASSERT_TRUE(stream.ReadUntilOutcome(id));
  EXPECT_EQ(stream.Of(id).outcome->code(), v1::SASL_CODE_AUTH);
  EXPECT_EQ(stream.Of(id).outcome->reason(), v1::FAILURE_REASON_RESUME_REFUSED);
  EXPECT_EQ(stream.Of(id).sent, "");
}

class Resume : public testing::Test {
 protected:
  RunningService running_;
};

TEST_F(Resume, GivesATokenWithEachOutputThatWaitsForTheClient) {
  RawStream stream(running_.stub());
  Challenged login(stream);
  EXPECT_NE(login.greeting_token, "");
  EXPECT_NE(login.token, "");
  EXPECT_NE(login.token, login.greeting_token);
  stream.SendOne(BytesInput(1, login.final));
  ASSERT_TRUE(stream.ReadUntilOutcome(1));
  EXPECT_EQ(stream.Of(1).outcome->code(), v1::SASL_CODE_OK);
  EXPECT_EQ(stream.Of(1).resume_token, "");
}

TEST_F(Resume, SaysNothingThatItCouldNotBeContinuedFrom) {
  // A client that does not wait for its challenge: there is none to wait for while
  // its password is checked.
  v1::ConnectionInput open = ResumableInput(1);
  std::string bytes(amqp::kSaslProtocolHeader);
  amqp::AppendSaslInit({.mechanism = "PLAIN"}, &bytes);
  const std::string message = std::string("\0", 1) + kUser + std::string("\0", 1) + kPassword;
  amqp::AppendSaslResponse(message, &bytes);
  open.set_received(bytes);
  RawStream stream(running_.stub());
  stream.SendOne(open);
  ASSERT_TRUE(stream.ReadUntilOutcome(1));
  EXPECT_EQ(stream.Of(1).outcome->code(), v1::SASL_CODE_OK);
  EXPECT_EQ(stream.Of(1).outputs, 2) << "the greeting, and all the rest";
}

TEST_F(Resume, GivesNoTokenUnasked) {
  RawStream stream(running_.stub());
  stream.SendOne(OpenInput(1));
  ASSERT_TRUE(stream.ReadUntil([&] { return stream.Of(1).outputs == 1; }));
  EXPECT_EQ(stream.Of(1).resume_token, "");
}

TEST_F(Resume, GoesOnOnAnotherStreamInSilence) {
  RawStream stream(running_.stub());
  Challenged login(stream);
  RawStream other(running_.stub());
  v1::ConnectionInput resume = ResumeInput(9, login.token);
  resume.set_received(login.final);
  other.SendOne(resume);
  ASSERT_TRUE(other.ReadUntilOutcome(9));
  EXPECT_EQ(other.Of(9).outputs, 1);
  EXPECT_EQ(other.Of(9).outcome->code(), v1::SASL_CODE_OK);
  EXPECT_EQ(other.Of(9).outcome->identity().authentication_id(), kUser);
  EXPECT_EQ(other.Of(9).consumed, login.consumed + login.final.size());
  login.client.Answer(other.Of(9).sent);
  EXPECT_TRUE(login.client.accepted());
}

TEST_F(Resume, GoesOnFromTheGreetingWithoutAnother) {
  RawStream stream(running_.stub());
  stream.SendOne(ResumableInput(1));
  ASSERT_TRUE(stream.ReadUntil([&] { return stream.Of(1).outputs == 1; }));
  RawStream other(running_.stub());
  other.SendOne(ResumeInput(2, stream.Of(1).resume_token));
  other.SendOne(BytesInput(2, PlainInit(kUser, kPassword)));
  ASSERT_TRUE(other.ReadUntilOutcome(2));
  EXPECT_EQ(other.Of(2).outcome->code(), v1::SASL_CODE_OK);
  EXPECT_FALSE(other.Of(2).sent.starts_with("AMQP"));
}

TEST_F(Resume, RefusesAnOlderTokenOfTheSameHandshake) {
  RawStream stream(running_.stub());
  const Challenged login(stream);
  RawStream other(running_.stub());
  other.SendOne(ResumeInput(2, login.greeting_token));
  ExpectRefusedInSilence(other, 2);
}

TEST_F(Resume, KeepsTheHandshakesId) {
  RawStream stream(running_.stub());
  Challenged login(stream);
  RawStream other(running_.stub());
  v1::ConnectionInput resume = ResumeInput(9, login.token);
  resume.set_received(login.final);
  other.SendOne(resume);
  ASSERT_TRUE(other.ReadUntilOutcome(9));
  // The stream that began it learns of the same handshake that it is lost.
  stream.SendOne(BytesInput(1, login.final));
  ASSERT_TRUE(stream.ReadUntilOutcome(1));
  EXPECT_EQ(stream.Of(1).outcome->handshake_id(), other.Of(9).outcome->handshake_id());
}

TEST_F(Resume, RefusesWhateverWasAltered) {
  RawStream stream(running_.stub());
  const Challenged login(stream);
  RawStream other(running_.stub());
  uint64_t id = 1;
  for (size_t i = 0; i < login.token.size(); ++i) {
    std::string altered = login.token;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    other.SendOne(ResumeInput(++id, altered));
    ExpectRefusedInSilence(other, id);
  }
  for (const std::string& token : {login.token.substr(1), login.token + "x", std::string("x")}) {
    other.SendOne(ResumeInput(++id, token));
    ExpectRefusedInSilence(other, id);
  }
}

TEST_F(Resume, RefusesATokenOfAnotherContext) {
  using Change = std::function<void(v1::ConnectionContext&)>;
  const std::vector<Change> changes = {
      [](auto& context) { context.set_listener("amqp"); },
      [](auto& context) { context.set_remote_address("192.0.2.1:4243"); },
      [](auto& context) { context.set_local_address("192.0.2.3:5671"); },
      [](auto& context) { context.clear_tls(); },
      [](auto& context) { context.mutable_tls()->set_server_name("other.example.com"); },
      [](auto& context) { context.mutable_tls()->set_version("TLSv1.2"); },
      [](auto& context) { context.mutable_tls()->set_cipher("other"); },
      [](auto& context) { context.mutable_tls()->set_peer_certificate("another"); },
      [](auto& context) { context.mutable_tls()->clear_channel_bindings(); },
      [](auto& context) {
        context.mutable_tls()->mutable_channel_bindings(0)->set_type("tls-server-end-point");
      },
      [](auto& context) { context.mutable_tls()->mutable_channel_bindings(0)->set_data("other"); },
  };
  RawStream stream(running_.stub());
  const Challenged login(stream);
  RawStream other(running_.stub());
  uint64_t id = 1;
  for (const Change& change : changes) {
    v1::ConnectionInput resume = ResumeInput(++id, login.token);
    change(*resume.mutable_open());
    other.SendOne(resume);
    ExpectRefusedInSilence(other, id);
  }
  // These two may differ.
  v1::ConnectionInput resume = ResumeInput(++id, login.token);
  resume.mutable_open()->set_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  resume.mutable_open()->set_resumable(false);
  resume.set_received(login.final);
  other.SendOne(resume);
  ASSERT_TRUE(other.ReadUntilOutcome(id));
  EXPECT_EQ(other.Of(id).outcome->code(), v1::SASL_CODE_OK);
}

TEST_F(Resume, SpendsNothingByOpeningOrByHalfAFrame) {
  RawStream stream(running_.stub());
  const Challenged login(stream);
  RawStream other(running_.stub());
  other.SendOne(ResumeInput(2, login.token));
  v1::ConnectionInput half = ResumeInput(3, login.token);
  half.set_received(login.final.substr(0, login.final.size() - 1));
  other.SendOne(half);
  v1::ConnectionInput whole = ResumeInput(4, login.token);
  whole.set_received(login.final);
  other.SendOne(whole);
  ASSERT_TRUE(other.ReadUntilOutcome(4));
  EXPECT_EQ(other.Of(4).outcome->code(), v1::SASL_CODE_OK);
}

TEST_F(Resume, ContinuesATokenOnceWhoeverIsFirst) {
  RawStream stream(running_.stub());
  const Challenged login(stream);
  RawStream other(running_.stub());
  // Both are open before the first goes on.
  other.Send({ResumeInput(2, login.token), ResumeInput(3, login.token)});
  other.SendOne(BytesInput(2, login.final));
  ASSERT_TRUE(other.ReadUntilOutcome(2));
  EXPECT_EQ(other.Of(2).outcome->code(), v1::SASL_CODE_OK);
  other.SendOne(BytesInput(3, login.final));
  ExpectRefusedInSilence(other, 3);
  other.SendOne(ResumeInput(4, login.token));
  ExpectRefusedInSilence(other, 4);
  stream.SendOne(BytesInput(1, login.final));
  ASSERT_TRUE(stream.ReadUntilOutcome(1));
  EXPECT_EQ(stream.Of(1).outcome->reason(), v1::FAILURE_REASON_RESUME_REFUSED);
}

TEST_F(Resume, RefusesATokenThatTheIssuingStreamWentOnFrom) {
  RawStream stream(running_.stub());
  const Challenged login(stream);
  stream.SendOne(BytesInput(1, login.final));
  ASSERT_TRUE(stream.ReadUntilOutcome(1));
  RawStream other(running_.stub());
  other.SendOne(ResumeInput(2, login.token));
  ExpectRefusedInSilence(other, 2);
}

TEST_F(Resume, RefusesATokenWithoutOpen) {
  RawStream stream(running_.stub());
  const Challenged login(stream);
  v1::ConnectionInput input = BytesInput(1, login.final);
  input.set_resume_token(login.token);
  const size_t sent = stream.Of(1).sent.size();
  stream.SendOne(input);
  ASSERT_TRUE(stream.ReadUntilOutcome(1));
  EXPECT_EQ(stream.Of(1).outcome->code(), v1::SASL_CODE_SYS);
  EXPECT_EQ(stream.Of(1).outcome->reason(), v1::FAILURE_REASON_BROKER_FAULT);
  EXPECT_EQ(stream.Of(1).sent.size(), sent);
}

TEST_F(Resume, RefusesATokenOfAnotherFleet) {
  RawStream stream(running_.stub());
  const Challenged login(stream);
  RunningService stranger;
  RawStream other(stranger.stub());
  other.SendOne(ResumeInput(2, login.token));
  ExpectRefusedInSilence(other, 2);
}

TEST(ResumeTime, RefusesATokenThatHasExpired) {
  ServerConfig config = ScratchConfig();
  config.quotas.handshake_timeout = std::chrono::milliseconds(200);
  RunningService running(config);
  RawStream stream(running.stub());
  const Challenged login(stream);
  // Its own time is up as well.
  ASSERT_TRUE(stream.ReadUntilOutcome(1));
  EXPECT_EQ(stream.Of(1).outcome->reason(), v1::FAILURE_REASON_TIMED_OUT);
  stream.SendOne(ResumeInput(2, login.token));
  ExpectRefusedInSilence(stream, 2);
}

TEST(ResumeTime, GivesAResumedHandshakeNoMoreTime) {
  ServerConfig config = ScratchConfig();
  config.quotas.handshake_timeout = std::chrono::milliseconds(1000);
  RunningService running(config);
  RawStream stream(running.stub());
  const absl::Time begun = absl::Now();
  const Challenged login(stream);
  // The first stream's connection times out at its time; a resumed one that was
  // opened in between does so no later.
  RawStream other(running.stub());
  other.SendOne(ResumeInput(2, login.token));
  stream.SendOne(ResumeInput(3, login.token));
  ASSERT_TRUE(stream.ReadUntilOutcome(1));
  ASSERT_TRUE(stream.ReadUntilOutcome(3));
  ASSERT_TRUE(other.ReadUntilOutcome(2));
  EXPECT_EQ(stream.Of(3).outcome->reason(), v1::FAILURE_REASON_TIMED_OUT);
  EXPECT_EQ(other.Of(2).outcome->reason(), v1::FAILURE_REASON_TIMED_OUT);
  EXPECT_GE(absl::Now() - begun, absl::Milliseconds(1000));
}

TEST(ResumeKeys, AreSharedByAFleetAndRotatedWhileItRuns) {
  constexpr char kOld[] = "c2FsbHlwb3J0IHNhbGx5cG9ydCBzYWxseXBvcnQgISE=\n";
  constexpr char kNew[] = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n";
  ServerConfig config = ScratchConfig();
  config.resume_key_file = StorePath(config) + ".keys";
  std::ofstream(config.resume_key_file) << kOld;
  RunningService first(config);
  ServerConfig second_config = config;
  second_config.admin_socket += "2";
  RunningService second(second_config);
  RawStream stream(first.stub());
  const Challenged login(stream);
  RawStream other(second.stub());
  other.SendOne(ResumeInput(2, login.token));

  // Once only the new key is there, what the old one sealed is refused.
  std::ofstream(config.resume_key_file) << kNew;
  uint64_t id = 10;
  do {
    other.SendOne(ResumeInput(++id, login.token));
    other.SendOne(BytesInput(id, "not a frame at all"));
    ASSERT_TRUE(other.ReadUntilOutcome(id));
  } while (other.Of(id).outcome->reason() != v1::FAILURE_REASON_RESUME_REFUSED);
  // What was resumed before goes on.
  other.SendOne(BytesInput(2, login.final));
  ASSERT_TRUE(other.ReadUntilOutcome(2));
  EXPECT_EQ(other.Of(2).outcome->code(), v1::SASL_CODE_OK);
}

}  // namespace
}  // namespace sallyport::server
