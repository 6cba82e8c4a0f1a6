// The calls of a SaslServerIo, its callbacks and its states, for every backend.

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "core/amqp/protocol_header.h"
#include "tests/core/handshake/frame_bytes.h"
#include "tests/core/io/sasl_server_io_suite.h"
#include "tests/requirements.h"

namespace sallyport {
namespace {

using absl::StatusCode;

TEST_P(SaslServerIoCalls, AreThoseOfTheInterfaceOfEveryIo) {
  Covers({"SRS_SASL_SERVER_IO_01_001", "SRS_SASL_SERVER_IO_01_002", "SRS_SASL_SERVER_IO_01_024"});
  auto created = backend->Create(&transport, IoListener::kStrongFirst);
  ASSERT_TRUE(created.ok()) << created.status();
  const std::unique_ptr<Io> any = std::make_unique<SaslServerIo>(*std::move(created));
  EXPECT_TRUE(any->SetOption("nodelay", true).ok());
  EXPECT_TRUE(any->RetrieveOptions().ok());
  EXPECT_TRUE(any->Open(recorder.Callbacks()).ok());
  transport.Deliver(SaslHeader() + InitFrame("PLAIN", PlainMessage()));
  while (recorder.results.empty()) {
    any->DoWork();
    if (recorder.results.empty()) {
      ASSERT_TRUE(backend->WaitForWork());
    }
  }
  EXPECT_TRUE(any->Send(Bytes("hello"), {}).ok());
  EXPECT_TRUE(any->Close(recorder.OnClosed()).ok());
  EXPECT_EQ(log.back(), "closed");
}

TEST_P(SaslServerIoCalls, NothingIsMadeFromNothing) {
  Covers({"SRS_SASL_SERVER_IO_01_003"});
  EXPECT_EQ(backend->CreateFromNothing().status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(backend->Create(nullptr, IoListener::kStrongFirst).status().code(),
            StatusCode::kInvalidArgument);
}

TEST_P(SaslServerIoCalls, ThePartsOfTheConfigAreUsed) {
  Covers({"SRS_SASL_SERVER_IO_01_004"});
  Open(IoListener::kAnonymous);
  EXPECT_EQ(NextFrame(), "header");
  EXPECT_EQ(NextFrame(), "mechanisms ANONYMOUS");
  EXPECT_TRUE(transport.receiver);
}

TEST_P(SaslServerIoCalls, DestroyingAnIoReportsNothingAndLeavesItsTransport) {
  Covers({"SRS_SASL_SERVER_IO_01_012"});
  Open();
  { const SaslServerIo gone = std::move(io); }
  EXPECT_EQ(recorder.results.size(), 0u);
  // The service may have greeted meanwhile, or not.
  for (const std::string& line : Log()) EXPECT_TRUE(line.starts_with("send ")) << line;
}

TEST_P(SaslServerIoCalls, AnEmptyHandleRefusesEveryCall) {
  Covers({"SRS_SASL_SERVER_IO_01_015", "SRS_SASL_SERVER_IO_01_025", "SRS_SASL_SERVER_IO_01_033",
          "SRS_SASL_SERVER_IO_01_038", "SRS_SASL_SERVER_IO_01_043", "SRS_SASL_SERVER_IO_01_046",
          "SRS_SASL_SERVER_IO_01_051"});
  Create();
  const SaslServerIo full = std::move(io);
  SaslServerIo fresh;
  for (SaslServerIo* empty : {&io, &fresh}) {
    const auto refused = StatusCode::kFailedPrecondition;
    EXPECT_EQ(empty->Open(recorder.Callbacks()).code(), refused);
    EXPECT_EQ(empty->Close(recorder.OnClosed()).code(), refused);
    EXPECT_EQ(empty->Send(Bytes("x"), {}).code(), refused);
    EXPECT_EQ(empty->SetOption("nodelay", true).code(), refused);
    EXPECT_EQ(empty->RetrieveOptions().status().code(), refused);
    empty->DoWork();
  }
  EXPECT_EQ(log, IoLog());
}

TEST_P(SaslServerIoCalls, OpenRefusesMissingCallbacks) {
  Covers({"SRS_SASL_SERVER_IO_01_025"});
  Create();
  for (int missing = 0; missing < 3; ++missing) {
    IoCallbacks callbacks = recorder.Callbacks();
    if (missing == 0) callbacks.on_open_complete = nullptr;
    if (missing == 1) callbacks.on_bytes_received = nullptr;
    if (missing == 2) callbacks.on_error = nullptr;
    EXPECT_EQ(io.Open(std::move(callbacks)).code(), StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(log, IoLog());
  EXPECT_TRUE(io.Open(recorder.Callbacks()).ok()) << "the io was not left as it was";
}

TEST_P(SaslServerIoCalls, OpenTakesCallbacksWithoutAContext) {
  Covers({"SRS_SASL_SERVER_IO_01_026"});
  Create();
  // Plain functions: nowhere to keep one.
  EXPECT_TRUE(io.Open({.on_open_complete = +[](const OpenResult&) {},
                       .on_bytes_received = +[](std::span<const uint8_t>) {},
                       .on_error = +[] {}})
                  .ok());
}

TEST_P(SaslServerIoCalls, OpenHandsItsReceiverToTheTransport) {
  Covers({"SRS_SASL_SERVER_IO_01_016", "SRS_SASL_SERVER_IO_01_017"});
  Create();
  EXPECT_FALSE(transport.receiver);
  ASSERT_TRUE(io.Open(recorder.Callbacks()).ok());
  ASSERT_TRUE(transport.receiver);
  transport.receiver(nullptr, 0);
  EXPECT_EQ(log.back(), "error") << "the receiver is not that of this io";
}

TEST_P(SaslServerIoCalls, AnIoIsOpenedOnce) {
  Covers({"SRS_SASL_SERVER_IO_01_028"});
  LogIn();
  EXPECT_EQ(io.Open(recorder.Callbacks()).code(), StatusCode::kFailedPrecondition);
  ASSERT_TRUE(io.Close({}).ok());
  ASSERT_TRUE(io.Open(recorder.Callbacks()).ok());
  EXPECT_EQ(io.Open(recorder.Callbacks()).code(), StatusCode::kFailedPrecondition) << "opening";
}

TEST_P(SaslServerIoCalls, CloseClosesTheTransportAndReportsWhenItIs) {
  Covers({"SRS_SASL_SERVER_IO_01_029", "SRS_SASL_SERVER_IO_01_030", "SRS_SASL_SERVER_IO_01_035"});
  LogIn();
  log.clear();
  transport.closes_at_once = false;
  EXPECT_TRUE(io.Close(recorder.OnClosed()).ok());
  EXPECT_EQ(Log(), IoLog{"close transport"});
  EXPECT_EQ(io.Close(recorder.OnClosed()).code(), StatusCode::kFailedPrecondition);
  transport.Deliver("too late");
  transport.FinishClose();
  EXPECT_EQ(Log(), (IoLog{"close transport", "closed"}));
}

TEST_P(SaslServerIoCalls, CloseIsRefusedWhereNothingIsOpen) {
  Covers({"SRS_SASL_SERVER_IO_01_031"});
  Create();
  EXPECT_EQ(io.Close(recorder.OnClosed()).code(), StatusCode::kFailedPrecondition);
  LogIn();
  ASSERT_TRUE(io.Close({}).ok());
  log.clear();
  EXPECT_EQ(io.Close(recorder.OnClosed()).code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(log, IoLog());
}

TEST_P(SaslServerIoCalls, CloseWhileOpeningCancelsTheOpenOnce) {
  Covers({"SRS_SASL_SERVER_IO_01_032"});
  for (const bool at_once : {true, false}) {
    log.clear();
    recorder.results.clear();
    transport.closes_at_once = at_once;
    Open();
    transport.Deliver(SaslHeader());
    EXPECT_TRUE(io.Close(recorder.OnClosed()).ok());
    if (!at_once) transport.FinishClose();
    io.DoWork();
    EXPECT_EQ(recorder.results.size(), 1u);
    IoLog told = Log();
    // The service may have greeted meanwhile, or not.
    while (told.front().starts_with("send ")) told.erase(told.begin());
    EXPECT_EQ(told, (IoLog{"close transport", "open cancelled", "closed"}));
  }
}

TEST_P(SaslServerIoCalls, ACloseThatFailsLeavesTheIoAsItWas) {
  Covers({"SRS_SASL_SERVER_IO_01_034"});
  LogIn();
  log.clear();
  transport.close_status = absl::UnavailableError("not now");
  EXPECT_EQ(io.Close(recorder.OnClosed()), transport.close_status);
  transport.Deliver("still open");
  EXPECT_EQ(Log(), IoLog{"received still open"});
  transport.close_status = absl::OkStatus();
  EXPECT_TRUE(io.Close(recorder.OnClosed()).ok());
  EXPECT_EQ(log.back(), "closed");

  recorder.results.clear();
  Open();
  transport.close_status = absl::UnavailableError("not now");
  EXPECT_EQ(io.Close(recorder.OnClosed()), transport.close_status);
  EXPECT_EQ(recorder.results.size(), 0u) << "an open that goes on was cancelled";
  transport.Deliver(SaslHeader() + InitFrame("PLAIN", PlainMessage()));
  EXPECT_EQ(WaitForOpen().code, OpenCode::kOk);
}

TEST_P(SaslServerIoCalls, SendHandsTheBufferToTheTransport) {
  Covers({"SRS_SASL_SERVER_IO_01_036", "SRS_SASL_SERVER_IO_01_037"});
  LogIn();
  log.clear();
  const std::string buffer = "one buffer";
  int sends = 0;
  EXPECT_TRUE(io.Send(Bytes(buffer), [&](SendResult result) {
                  sends += result == SendResult::kCancelled ? 1 : 100;
                }).ok());
  EXPECT_EQ(Log(), IoLog{"send one buffer"});
  EXPECT_EQ(static_cast<const void*>(transport.last_buffer), buffer.data());
  ASSERT_TRUE(transport.on_send_complete);
  transport.on_send_complete(SendResult::kCancelled);
  EXPECT_EQ(sends, 1);
}

TEST_P(SaslServerIoCalls, SendRefusesWhatIsNotThere) {
  Covers({"SRS_SASL_SERVER_IO_01_038", "SRS_SASL_SERVER_IO_01_040"});
  LogIn();
  log.clear();
  const uint8_t byte = 'x';
  EXPECT_EQ(io.Send({}, {}).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(io.Send({static_cast<const uint8_t*>(nullptr), 5}, {}).code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(io.Send({&byte, size_t{0}}, {}).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Log(), IoLog());
}

TEST_P(SaslServerIoCalls, SendIsRefusedUnlessOpen) {
  Covers({"SRS_SASL_SERVER_IO_01_039"});
  Create();
  EXPECT_EQ(io.Send(Bytes("x"), {}).code(), StatusCode::kFailedPrecondition);
  Open();
  EXPECT_EQ(io.Send(Bytes("x"), {}).code(), StatusCode::kFailedPrecondition) << "opening";
  ASSERT_TRUE(io.Close({}).ok());
  LogIn();
  transport.closes_at_once = false;
  ASSERT_TRUE(io.Close({}).ok());
  EXPECT_EQ(io.Send(Bytes("x"), {}).code(), StatusCode::kFailedPrecondition) << "closing";
  transport.FinishClose();
  EXPECT_EQ(io.Send(Bytes("x"), {}).code(), StatusCode::kFailedPrecondition) << "closed";
  for (const std::string& line : log) EXPECT_EQ(line.find("send x"), std::string::npos);
}

TEST_P(SaslServerIoCalls, SendFailsAsTheTransportDoes) {
  Covers({"SRS_SASL_SERVER_IO_01_041"});
  LogIn();
  log.clear();
  transport.send_status = absl::UnavailableError("a full buffer");
  EXPECT_EQ(io.Send(Bytes("x"), {}), transport.send_status);
  EXPECT_EQ(Log(), IoLog());
}

TEST_P(SaslServerIoCalls, DoWorkHasTheTransportWork) {
  Covers({"SRS_SASL_SERVER_IO_01_042"});
  Create();
  io.DoWork();
  EXPECT_EQ(log, IoLog{"transport worked"});
  LogIn();
  log.clear();
  io.DoWork();
  EXPECT_EQ(log, IoLog{"transport worked"});
}

TEST_P(SaslServerIoCalls, OptionsGoToTheTransport) {
  Covers({"SRS_SASL_SERVER_IO_01_044", "SRS_SASL_SERVER_IO_01_045", "SRS_SASL_SERVER_IO_01_047"});
  Create();
  EXPECT_TRUE(io.SetOption("nodelay", true).ok());
  EXPECT_TRUE(io.SetOption("keepalive", int64_t{30}).ok());
  EXPECT_EQ(transport.options.size(), 2u);
  EXPECT_EQ(transport.options["nodelay"], IoOptionValue(true));
  EXPECT_EQ(transport.options["keepalive"], IoOptionValue(int64_t{30}));
  transport.option_status = absl::NotFoundError("no such option");
  EXPECT_EQ(io.SetOption("colour", std::string("red")), transport.option_status);
}

TEST_P(SaslServerIoCalls, AnOptionHasAName) {
  Covers({"SRS_SASL_SERVER_IO_01_046"});
  Create();
  EXPECT_EQ(io.SetOption({}, true).code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE(transport.options.empty());
}

TEST_P(SaslServerIoCalls, RetrievedOptionsAreNewAndEmpty) {
  Covers({"SRS_SASL_SERVER_IO_01_048", "SRS_SASL_SERVER_IO_01_049"});
  Create();
  ASSERT_TRUE(io.SetOption("nodelay", true).ok());
  const auto first = io.RetrieveOptions();
  const auto second = io.RetrieveOptions();
  ASSERT_TRUE(first.ok() && second.ok());
  ASSERT_NE(*first, nullptr);
  EXPECT_NE(*first, *second);
  EXPECT_TRUE((*first)->empty());
}

TEST_P(SaslServerIoCalls, BytesForAnIoThatIsGoneDoNothing) {
  Covers({"SRS_SASL_SERVER_IO_01_052"});
  LogIn();
  io = SaslServerIo();
  log.clear();
  transport.Deliver("for nobody");
  transport.receiver(nullptr, 0);
  EXPECT_EQ(log, IoLog());
}

TEST_P(SaslServerIoCalls, BytesOfAnOpenIoAreIndicatedInOrder) {
  Covers({"SRS_SASL_SERVER_IO_01_053"});
  LogIn();
  log.clear();
  transport.Deliver("first");
  transport.Deliver("second");
  EXPECT_EQ(Log(), (IoLog{"received first", "received second"}));
}

TEST_P(SaslServerIoCalls, NoBytesAreAnErrorAndTheLastThingThatHappens) {
  Covers({"SRS_SASL_SERVER_IO_01_054", "SRS_SASL_SERVER_IO_01_056"});
  const uint8_t byte = 'x';
  const std::pair<const uint8_t*, size_t> kNothing[] = {{nullptr, 1}, {&byte, 0}, {nullptr, 0}};
  for (const auto& [bytes, size] : kNothing) {
    recorder.results.clear();
    LogIn();
    log.clear();
    transport.receiver(bytes, size);
    EXPECT_EQ(Log(), IoLog{"error"});
    transport.receiver(bytes, size);
    transport.Deliver("more");
    io.DoWork();
    EXPECT_EQ(Log(), IoLog{"error"});
    EXPECT_FALSE(io.Send(Bytes("x"), {}).ok());
    EXPECT_TRUE(io.Close(recorder.OnClosed()).ok());
    EXPECT_EQ(Log(), (IoLog{"error", "close transport", "closed"}));
  }
}

TEST_P(SaslServerIoCalls, NoBytesWhileOpeningAreAnErrorToo) {
  Covers({"SRS_SASL_SERVER_IO_01_054", "SRS_SASL_SERVER_IO_01_056"});
  Open();
  transport.receiver(nullptr, 0);
  EXPECT_EQ(log.back(), "error");
  log.clear();
  transport.Deliver(SaslHeader() + InitFrame("PLAIN", PlainMessage()));
  io.DoWork();
  EXPECT_EQ(Log(), IoLog());
  // Every open completes in the end.
  EXPECT_TRUE(io.Close(recorder.OnClosed()).ok());
  EXPECT_EQ(Log(), (IoLog{"close transport", "open cancelled", "closed"}));
}

TEST_P(SaslServerIoCalls, BytesWhileOpeningBelongToTheHandshakeUpToItsEnd) {
  Covers({"SRS_SASL_SERVER_IO_01_055", "SRS_SASL_SERVER_IO_01_057"});
  const std::string handshake = SaslHeader() + InitFrame("PLAIN", PlainMessage());
  const std::string next = std::string(amqp::kAmqpProtocolHeader) + "open";
  const std::string all = handshake + next;
  for (const size_t cut : {size_t{1}, size_t{8}, size_t{13}, handshake.size() - 1, handshake.size(),
                           handshake.size() + 3, all.size()}) {
    SCOPED_TRACE(cut);
    log.clear();
    recorder.results.clear();
    recorder.received.clear();
    Open();
    transport.Deliver(all.substr(0, cut));
    if (cut < all.size()) transport.Deliver(all.substr(cut));
    EXPECT_EQ(WaitForOpen().code, OpenCode::kOk);
    EXPECT_TRUE(WorkUntil([&] { return recorder.received.size() >= next.size(); }));
    EXPECT_EQ(recorder.received, next);
    transport.Deliver("!");
    EXPECT_EQ(recorder.received, next + "!");
    ASSERT_TRUE(io.Close({}).ok());
  }
}

TEST_P(SaslServerIoCalls, BytesByteByByteAreTheSame) {
  Covers({"SRS_SASL_SERVER_IO_01_055", "SRS_SASL_SERVER_IO_01_057"});
  Open();
  const std::string all = SaslHeader() + InitFrame("PLAIN", PlainMessage()) + "AMQP and on";
  for (const char byte : all) transport.Deliver(std::string_view(&byte, 1));
  EXPECT_EQ(WaitForOpen().code, OpenCode::kOk);
  EXPECT_EQ(recorder.received, "AMQP and on");
}

TEST_P(SaslServerIoCalls, ASuccessOpensTheIo) {
  Covers({"SRS_SASL_SERVER_IO_01_064", "SRS_SASL_SERVER_IO_01_067"});
  Open();
  transport.Deliver(SaslHeader() + InitFrame("PLAIN", PlainMessage()) + "next");
  const OpenResult result = WaitForOpen();
  EXPECT_EQ(recorder.results.size(), 1u);
  EXPECT_EQ(result.code, OpenCode::kOk);
  EXPECT_EQ(result.sasl_code, amqp::SaslCode::kOk);
  EXPECT_FALSE(result.reason.has_value());
  ASSERT_TRUE(result.identity.has_value());
  EXPECT_EQ(result.identity->authentication_id, kIoUser);
  EXPECT_EQ(result.identity->authorization_id, kIoUser);
  EXPECT_EQ(result.identity->mechanism, "PLAIN");
  // The client is told before anybody acts on it.
  EXPECT_EQ(LastLines(3), (IoLog{"send outcome 0", "open ok", "received next"}));
}

TEST_P(SaslServerIoCalls, AFailureIsSentAndReportedAndClosesTheTransport) {
  Covers({"SRS_SASL_SERVER_IO_01_066"});
  Open();
  transport.Deliver(SaslHeader() + InitFrame("PLAIN", PlainMessage("wrong")) + "next");
  const OpenResult result = WaitForOpen();
  EXPECT_EQ(result.code, OpenCode::kError);
  EXPECT_EQ(result.sasl_code, amqp::SaslCode::kAuth);
  EXPECT_EQ(result.reason, FailureReason::kBadCredentials);
  EXPECT_FALSE(result.detail.empty());
  EXPECT_FALSE(result.identity.has_value());
  EXPECT_EQ(Log(), (IoLog{"send header", "send mechanisms SCRAM-SHA-256 PLAIN", "send outcome 1",
                          "open error", "close transport"}));
  EXPECT_EQ(io.Close({}).code(), StatusCode::kFailedPrecondition) << "it is closed already";
}

TEST_P(SaslServerIoCalls, AnOpenThatTheTransportDoesNotCarryFails) {
  Covers({"SRS_SASL_SERVER_IO_01_071"});
  Create();
  transport.send_status = absl::UnavailableError("the peer is gone");
  EXPECT_TRUE(io.Open(recorder.Callbacks()).ok());
  const OpenResult result = WaitForOpen();
  EXPECT_EQ(result.code, OpenCode::kError);
  EXPECT_NE(result.detail.find("the peer is gone"), std::string::npos);
  EXPECT_EQ(Log(), (IoLog{"open error", "close transport"}));
}

TEST_P(SaslServerIoCalls, AFailureOfTheOutcomesSendFailsTheOpenOnce) {
  Covers({"SRS_SASL_SERVER_IO_01_071"});
  Open();
  EXPECT_EQ(NextFrame(), "header");
  transport.send_status = absl::UnavailableError("the peer is gone");
  transport.Deliver(SaslHeader() + InitFrame("PLAIN", PlainMessage()));
  EXPECT_EQ(WaitForOpen().code, OpenCode::kError);
  io.DoWork();
  EXPECT_EQ(LastLines(2), (IoLog{"open error", "close transport"}));
  EXPECT_EQ(recorder.results.size(), 1u);
}

TEST_P(SaslServerIoCalls, ACallbackMayDestroyTheIo) {
  Covers({"SRS_SASL_SERVER_IO_01_012"});
  const auto destroy = [this] { io = SaslServerIo(); };
  for (const bool right : {true, false}) {
    recorder.results.clear();
    recorder.at_open_complete = destroy;
    Open();
    transport.Deliver(SaslHeader() + InitFrame("PLAIN", PlainMessage(right ? kIoPassword : "no")));
    EXPECT_EQ(WaitForOpen().code, right ? OpenCode::kOk : OpenCode::kError);
    EXPECT_TRUE(log.back().starts_with("open "));
  }
  recorder.at_open_complete = nullptr;
  recorder.at_bytes_received = destroy;
  LogIn();
  transport.Deliver("the last");
  transport.Deliver("more");
  EXPECT_EQ(log.back(), "received the last");
  recorder.at_error = destroy;
  LogIn();
  transport.receiver(nullptr, 0);
  EXPECT_EQ(log.back(), "error");
}

TEST_P(SaslServerIoCalls, AnyCompletionMayDestroyTheIo) {
  Covers({"SRS_SASL_SERVER_IO_01_012"});
  const auto destroy = [this] { io = SaslServerIo(); };
  for (const bool at_once : {true, false}) {
    transport.closes_at_once = at_once;
    bool closed = false;
    LogIn();
    EXPECT_TRUE(io.Close([&] {
                    closed = true;
                    destroy();
                  }).ok());
    if (!at_once) transport.FinishClose();
    EXPECT_TRUE(closed);
    EXPECT_EQ(io.Open(recorder.Callbacks()).code(), StatusCode::kFailedPrecondition);

    recorder.at_open_complete = destroy;
    Open();
    EXPECT_TRUE(io.Close(recorder.OnClosed()).ok());
    if (!at_once) transport.FinishClose();
    EXPECT_EQ(log.back(), "open cancelled") << "a destroyed io has reported that it closed";
    recorder.at_open_complete = nullptr;
    recorder.results.clear();
  }
  LogIn();
  EXPECT_TRUE(io.Send(Bytes("x"), [&](SendResult) { destroy(); }).ok());
  const SendComplete sent = transport.on_send_complete;
  sent(SendResult::kOk);
  EXPECT_EQ(io.Send(Bytes("x"), {}).code(), StatusCode::kFailedPrecondition);
}

TEST_P(SaslServerIoCalls, ACallbackMayOpenTheIoAnew) {
  Covers({"SRS_SASL_SERVER_IO_01_024", "SRS_SASL_SERVER_IO_01_057"});
  Open();
  bool reopened = false;
  recorder.at_open_complete = [&] {
    if (std::exchange(reopened, true)) return;
    ASSERT_TRUE(io.Close({}).ok());
    ASSERT_TRUE(io.Open(recorder.Callbacks()).ok());
  };
  const std::string login = SaslHeader() + InitFrame("PLAIN", PlainMessage());
  transport.Deliver(login + "unwanted");
  EXPECT_EQ(WaitForOpen().code, OpenCode::kOk);
  recorder.results.clear();
  transport.Deliver(login + "wanted");
  EXPECT_EQ(WaitForOpen().code, OpenCode::kOk);
  EXPECT_EQ(recorder.received, "wanted");
}

TEST_P(SaslServerIoCalls, ACallbackMayCloseTheIo) {
  Covers({"SRS_SASL_SERVER_IO_01_030"});
  recorder.at_open_complete = [this] { EXPECT_TRUE(io.Close(recorder.OnClosed()).ok()); };
  Open();
  transport.Deliver(SaslHeader() + InitFrame("PLAIN", PlainMessage()) + "unwanted");
  WaitForOpen();
  io.DoWork();
  EXPECT_EQ(LastLines(3), (IoLog{"open ok", "close transport", "closed"}));
}

TEST_P(SaslServerIoCalls, AnIoThatWasClosedOpensAnew) {
  Covers({"SRS_SASL_SERVER_IO_01_024"});
  for (int round = 0; round < 2; ++round) {
    recorder.results.clear();
    if (round == 0) Create();
    ASSERT_TRUE(io.Open(recorder.Callbacks()).ok());
    transport.Deliver(SaslHeader() + InitFrame("PLAIN", PlainMessage()));
    EXPECT_EQ(WaitForOpen().code, OpenCode::kOk);
    ASSERT_TRUE(io.Close({}).ok());
  }
}

}  // namespace
}  // namespace sallyport
