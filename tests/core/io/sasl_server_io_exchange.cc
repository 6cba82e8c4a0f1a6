// The SASL exchange of AMQP 1.0 section 5.3 over the bytes that go through a
// SaslServerIo, for every backend. The client's side of the mechanisms is
// libgsasl's.

#include <string>
#include <utility>
#include <vector>

#include "core/amqp/frame_reader.h"
#include "core/amqp/protocol_header.h"
#include "core/amqp/sasl_frames.h"
#include "tests/core/handshake/frame_bytes.h"
#include "tests/core/handshake/gsasl_peer.h"
#include "tests/core/io/sasl_server_io_suite.h"
#include "tests/requirements.h"

namespace sallyport {
namespace {

GsaslLogin ScramLogin(std::string_view password = kIoPassword) {
  return {"SCRAM-SHA-256", kIoUser, std::string(password), ""};
}

// A sasl-init whose list ends with the mechanism, or with a null hostname.
std::string InitWith(std::string_view fields, char count) {
  std::string body("\x00\x53\x41\xc0", 4);
  body.push_back(static_cast<char>(fields.size() + 1));
  body.push_back(count);
  return RawFrame(body.append(fields));
}

TEST_P(SaslServerIoExchange, BeginsWithTheMechanismsInTheirOrder) {
  Covers({"SRS_SASL_SERVER_IO_01_018", "SRS_SASL_SERVER_IO_01_019", "SRS_SASL_SERVER_IO_01_020",
          "SRS_SASL_SERVER_IO_01_023", "SRS_SASL_SERVER_IO_01_081", "SRS_SASL_SERVER_IO_01_083",
          "SRS_SASL_SERVER_IO_01_090", "SRS_SASL_SERVER_IO_01_091", "SRS_SASL_SERVER_IO_01_092",
          "SRS_SASL_SERVER_IO_01_095"});
  Open(IoListener::kStrongFirst);
  // Without a byte from the client.
  EXPECT_EQ(NextFrame(), "header");
  EXPECT_EQ(NextFrame(), "mechanisms SCRAM-SHA-256 PLAIN");
  Open(IoListener::kPlainFirst);
  EXPECT_EQ(NextFrame(), "header");
  EXPECT_EQ(NextFrame(), "mechanisms PLAIN SCRAM-SHA-256");
}

TEST_P(SaslServerIoExchange, TheMechanismsFrameIsThatOfTheStandard) {
  Covers({"SRS_SASL_SERVER_IO_01_023", "SRS_SASL_SERVER_IO_01_090", "SRS_SASL_SERVER_IO_01_091",
          "SRS_SASL_SERVER_IO_01_094"});
  Open(IoListener::kAnonymous);
  EXPECT_EQ(NextFrame(), "header");
  EXPECT_EQ(NextFrame(), "mechanisms ANONYMOUS");
  // size, offset, type, channel; descriptor 0x40; a list of one field: symbols.
  EXPECT_EQ(transport.sent,
            SaslHeader() + std::string("\x00\x00\x00\x1c\x02\x01\x00\x00\x00\x53\x40\xc0\x0f\x01"
                                       "\xe0\x0c\x01\xa3\x09"
                                       "ANONYMOUS",
                                       28));
  transport.Deliver(SaslHeader() + InitFrame("ANONYMOUS", "somebody"));
  const OpenResult result = WaitForOpen();
  EXPECT_EQ(result.code, OpenCode::kOk);
  ASSERT_TRUE(result.identity.has_value());
  EXPECT_EQ(result.identity->authentication_id, "anonymous");
}

TEST_P(SaslServerIoExchange, RunsAChallengeAndAResponseAgainstAnIndependentClient) {
  Covers({"SRS_SASL_SERVER_IO_01_060", "SRS_SASL_SERVER_IO_01_061", "SRS_SASL_SERVER_IO_01_062",
          "SRS_SASL_SERVER_IO_01_082", "SRS_SASL_SERVER_IO_01_084", "SRS_SASL_SERVER_IO_01_085",
          "SRS_SASL_SERVER_IO_01_086", "SRS_SASL_SERVER_IO_01_087", "SRS_SASL_SERVER_IO_01_088",
          "SRS_SASL_SERVER_IO_01_098", "SRS_SASL_SERVER_IO_01_101", "SRS_SASL_SERVER_IO_01_103",
          "SRS_SASL_SERVER_IO_01_104", "SRS_SASL_SERVER_IO_01_105", "SRS_SASL_SERVER_IO_01_106",
          "SRS_SASL_SERVER_IO_01_107", "SRS_SASL_SERVER_IO_01_108", "SRS_SASL_SERVER_IO_01_109",
          "SRS_SASL_SERVER_IO_01_110", "SRS_SASL_SERVER_IO_01_111", "SRS_SASL_SERVER_IO_01_114"});
  GsaslPeer gsasl(ScramLogin(), GsaslPeer::Side::kClient);
  Open();
  EXPECT_EQ(NextFrame(), "header");
  EXPECT_EQ(NextFrame(), "mechanisms SCRAM-SHA-256 PLAIN");
  transport.Deliver(SaslHeader());
  transport.Deliver(InitFrame("SCRAM-SHA-256", *gsasl.Step("")));
  const std::string challenge = NextFrame();
  ASSERT_TRUE(challenge.starts_with("challenge r="));
  EXPECT_EQ(recorder.results.size(), 0u) << "let in without a proof";
  const auto response = gsasl.Step(challenge.substr(sizeof("challenge")));
  ASSERT_TRUE(response.has_value()) << gsasl.error();
  transport.Deliver(ResponseFrame(*response));
  const std::string outcome = NextFrame();
  ASSERT_TRUE(outcome.starts_with("outcome 0 v="));
  // It has verified the server's signature, which is the additional data.
  gsasl.Step(outcome.substr(sizeof("outcome 0")));
  EXPECT_TRUE(gsasl.finished()) << gsasl.error();
  const OpenResult result = WaitForOpen();
  EXPECT_EQ(result.code, OpenCode::kOk);
  ASSERT_TRUE(result.identity.has_value());
  EXPECT_EQ(result.identity->mechanism, "SCRAM-SHA-256");
  // The next layer may begin, in both directions.
  transport.Deliver(amqp::kAmqpProtocolHeader);
  EXPECT_EQ(recorder.received, amqp::kAmqpProtocolHeader);
  EXPECT_TRUE(io.Send(Bytes(amqp::kAmqpProtocolHeader), {}).ok());
  EXPECT_TRUE(transport.sent.ends_with(amqp::kAmqpProtocolHeader));
}

TEST_P(SaslServerIoExchange, AWrongProofIsRefusedWithoutAdditionalData) {
  Covers({"SRS_SASL_SERVER_IO_01_066", "SRS_SASL_SERVER_IO_01_112", "SRS_SASL_SERVER_IO_01_115"});
  GsaslPeer gsasl(ScramLogin("wrong"), GsaslPeer::Side::kClient);
  Open();
  NextFrame();
  NextFrame();
  transport.Deliver(SaslHeader() + InitFrame("SCRAM-SHA-256", *gsasl.Step("")));
  transport.Deliver(ResponseFrame(*gsasl.Step(NextFrame().substr(sizeof("challenge")))));
  EXPECT_EQ(NextFrame(), "outcome 1");
  const OpenResult result = WaitForOpen();
  EXPECT_EQ(result.code, OpenCode::kError);
  EXPECT_EQ(result.sasl_code, amqp::SaslCode::kAuth);
  EXPECT_EQ(result.reason, FailureReason::kBadCredentials);
  EXPECT_EQ(LastLines(3), (IoLog{"send outcome 1", "open error", "close transport"}));
}

TEST_P(SaslServerIoExchange, AMechanismMayTakeNoChallengeAtAll) {
  Covers({"SRS_SASL_SERVER_IO_01_088", "SRS_SASL_SERVER_IO_01_099", "SRS_SASL_SERVER_IO_01_110",
          "SRS_SASL_SERVER_IO_01_114"});
  Open();
  NextFrame();
  NextFrame();
  transport.Deliver(SaslHeader() + InitFrame("PLAIN", PlainMessage()));
  EXPECT_EQ(NextFrame(), "outcome 0");
  const OpenResult result = WaitForOpen();
  EXPECT_EQ(result.code, OpenCode::kOk);
  EXPECT_EQ(result.identity->mechanism, "PLAIN");
}

TEST_P(SaslServerIoExchange, AMissingInitialResponseIsAskedFor) {
  Covers({"SRS_SASL_SERVER_IO_01_085", "SRS_SASL_SERVER_IO_01_098", "SRS_SASL_SERVER_IO_01_101"});
  Open();
  NextFrame();
  NextFrame();
  transport.Deliver(SaslHeader() + InitFrame("PLAIN", std::nullopt));
  EXPECT_EQ(NextFrame(), "challenge ");
  transport.Deliver(ResponseFrame(PlainMessage()));
  EXPECT_EQ(NextFrame(), "outcome 0");
  EXPECT_EQ(WaitForOpen().code, OpenCode::kOk);
}

TEST_P(SaslServerIoExchange, AMechanismThatIsNotOfferedIsRefusedAndTheConnectionClosed) {
  Covers({"SRS_SASL_SERVER_IO_01_082", "SRS_SASL_SERVER_IO_01_099", "SRS_SASL_SERVER_IO_01_100"});
  for (const char* mechanism : {"ANONYMOUS", "EXTERNAL", "plain", "X-NONE", ""}) {
    SCOPED_TRACE(mechanism);
    Open();
    transport.Deliver(SaslHeader() + InitFrame(mechanism, PlainMessage()));
    const OpenResult result = WaitForOpen();
    EXPECT_EQ(result.code, OpenCode::kError);
    EXPECT_EQ(result.reason, FailureReason::kMechanismNotOffered);
    EXPECT_EQ(LastLines(3), (IoLog{"send outcome 1", "open error", "close transport"}));
  }
}

TEST_P(SaslServerIoExchange, AHostnameIsReportedAndNotNeeded) {
  Covers({"SRS_SASL_SERVER_IO_01_102"});
  Open();
  transport.Deliver(SaslHeader() + InitFrame("PLAIN", PlainMessage(), "broker.example"));
  OpenResult result = WaitForOpen();
  EXPECT_EQ(result.code, OpenCode::kOk);
  EXPECT_EQ(result.hostname, "broker.example");

  const std::string message = PlainMessage();
  std::string fields = std::string("\xa3\x05PLAIN\xa0", 8);
  fields.push_back(static_cast<char>(message.size()));
  fields += message;
  for (const std::string& init : {InitWith(fields, 2), InitWith(fields + '\x40', 3)}) {
    Open();
    transport.Deliver(SaslHeader() + init);
    result = WaitForOpen();
    EXPECT_EQ(result.code, OpenCode::kOk);
    EXPECT_EQ(result.hostname, "");
  }
}

TEST_P(SaslServerIoExchange, TheIoIsAlwaysTheServer) {
  Covers({"SRS_SASL_SERVER_IO_01_089"});
  std::string mechanisms;
  const std::string_view names[] = {"PLAIN"};
  amqp::AppendSaslMechanisms(names, &mechanisms);
  std::string challenge;
  amqp::AppendSaslChallenge("", &challenge);
  std::string outcome;
  amqp::AppendSaslOutcome({.code = amqp::SaslCode::kOk}, &outcome);
  for (const std::string& frame : {mechanisms, challenge, outcome}) {
    Open();
    transport.Deliver(SaslHeader() + frame);
    const OpenResult result = WaitForOpen();
    EXPECT_EQ(result.code, OpenCode::kError);
    EXPECT_EQ(result.reason, FailureReason::kOutOfTurn);
    EXPECT_EQ(ReadFrames(transport.sent),
              (std::vector<std::string>{"header", "mechanisms SCRAM-SHA-256 PLAIN", "outcome 1"}));
  }
}

TEST_P(SaslServerIoExchange, AFrameOutOfTurnIsRefused) {
  Covers({"SRS_SASL_SERVER_IO_01_060", "SRS_SASL_SERVER_IO_01_084", "SRS_SASL_SERVER_IO_01_086"});
  Open();
  transport.Deliver(SaslHeader() + ResponseFrame(PlainMessage()));
  EXPECT_EQ(WaitForOpen().reason, FailureReason::kOutOfTurn);

  Open();
  transport.Deliver(SaslHeader() + InitFrame("PLAIN", std::nullopt) +
                    InitFrame("PLAIN", PlainMessage()));
  EXPECT_EQ(WaitForOpen().reason, FailureReason::kOutOfTurn);
  EXPECT_EQ(LastLines(1), IoLog{"close transport"});
}

TEST_P(SaslServerIoExchange, AFrameThatCannotBeReadFailsTheOpenAndClosesTheTransport) {
  Covers({"SRS_SASL_SERVER_IO_01_065", "SRS_SASL_SERVER_IO_01_073", "SRS_SASL_SERVER_IO_01_077"});
  constexpr auto kMalformed = FailureReason::kMalformedFrame;
  const std::pair<std::string, FailureReason> kUnreadable[] = {
      // The frame's own header: shorter than itself, longer than any, not SASL's,
      // overlong.
      {RawFrame("", 1, 7), kMalformed},
      {RawFrame("", 1, 0x7fffffff), FailureReason::kTooLarge},
      {RawFrame("", 0), kMalformed},
      {InitFrame("PLAIN", "x").replace(5, 1, 1, '\x02'), kMalformed},
      // What is in it: nothing, no performative, an init without a mechanism, or one
      // whose name is no symbol.
      {RawFrame(""), kMalformed},
      {RawFrame("nonsense"), kMalformed},
      {RawFrame(std::string("\x00\x53\x41\x45", 4)), kMalformed},
      {InitWith("\xa1\x05PLAIN", 1), kMalformed},
  };
  for (const auto& [frame, reason] : kUnreadable) {
    SCOPED_TRACE(testing::PrintToString(frame));
    Open();
    transport.Deliver(SaslHeader() + frame);
    const OpenResult result = WaitForOpen();
    EXPECT_EQ(result.code, OpenCode::kError);
    EXPECT_EQ(result.reason, reason);
    EXPECT_EQ(result.sasl_code, amqp::SaslCode::kAuth);
    EXPECT_EQ(LastLines(3), (IoLog{"send outcome 1", "open error", "close transport"}));
    EXPECT_EQ(recorder.results.size(), 1u);
  }
}

TEST_P(SaslServerIoExchange, AnotherProtocolIsRefusedWithoutAFrame) {
  Covers({"SRS_SASL_SERVER_IO_01_065"});
  Open();
  NextFrame();
  NextFrame();
  transport.Deliver(amqp::kAmqpProtocolHeader);
  const OpenResult result = WaitForOpen();
  EXPECT_EQ(result.code, OpenCode::kError);
  EXPECT_EQ(result.reason, FailureReason::kProtocolHeader);
  EXPECT_EQ(ReadFrames(transport.sent).size(), 2u);
  EXPECT_EQ(LastLines(2), (IoLog{"open error", "close transport"}));
}

TEST_P(SaslServerIoExchange, AMisconfigurationIsSysPerm) {
  Covers({"SRS_SASL_SERVER_IO_01_112", "SRS_SASL_SERVER_IO_01_113", "SRS_SASL_SERVER_IO_01_117"});
  Open(IoListener::kMisconfigured);
  transport.Deliver(SaslHeader() + InitFrame("PLAIN", PlainMessage()));
  const OpenResult result = WaitForOpen();
  EXPECT_EQ(result.sasl_code, amqp::SaslCode::kSysPerm);
  EXPECT_EQ(result.reason, FailureReason::kNoPolicy);
  EXPECT_EQ(ReadFrames(transport.sent).back(), "outcome 3");
  EXPECT_EQ(LastLines(2), (IoLog{"open error", "close transport"}));
}

TEST_P(SaslServerIoExchange, AnOutageIsSysTemp) {
  Covers({"SRS_SASL_SERVER_IO_01_112", "SRS_SASL_SERVER_IO_01_113", "SRS_SASL_SERVER_IO_01_118"});
  Open(IoListener::kOutage);
  transport.Deliver(SaslHeader() + InitFrame("PLAIN", PlainMessage()));
  const OpenResult result = WaitForOpen();
  EXPECT_EQ(result.sasl_code, amqp::SaslCode::kSysTemp);
  EXPECT_EQ(ReadFrames(transport.sent).back(), "outcome 4");
  EXPECT_EQ(LastLines(2), (IoLog{"open error", "close transport"}));
}

}  // namespace
}  // namespace sallyport
