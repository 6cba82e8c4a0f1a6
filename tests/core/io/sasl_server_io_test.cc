// A SaslServerIo whose driver and transport break their word, or fail: what no
// handshake that works can be brought to do.

#include "core/io/sasl_server_io.h"

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "tests/core/io/fake_transport.h"
#include "tests/requirements.h"

namespace sallyport {
namespace {

const uint8_t kByte = 'x';

// What became of a driver, which its io owns.
struct DriverLife {
  HandshakeEvents events;
  std::string received;
  bool stopped = false;
  bool destroyed = false;
  int work = 0;
};

class FakeDriver final : public HandshakeDriver {
 public:
  explicit FakeDriver(DriverLife* life) : life_(*life) {}
  ~FakeDriver() override { life_.destroyed = true; }

  absl::Status Start(HandshakeEvents events) override {
    life_.events = std::move(events);
    life_.stopped = false;
    return absl::OkStatus();
  }
  void Receive(std::span<const uint8_t> bytes) override {
    life_.received.append(bytes.begin(), bytes.end());
  }
  void DoWork() override { ++life_.work; }
  void Stop() override { life_.stopped = true; }

 private:
  DriverLife& life_;
};

OpenResult Success() {
  return {.identity = Identity{.authentication_id = "alice", .authorization_id = "alice"},
          .sasl_code = amqp::SaslCode::kOk};
}

OpenResult Refusal() {
  return {.sasl_code = amqp::SaslCode::kAuth, .reason = FailureReason::kBadCredentials};
}

class SaslServerIoFaults : public testing::Test {
 protected:
  // A new io, which is opening.
  void Open() {
    driver = {};
    io = *SaslServerIo::Create(&transport, std::make_shared<FakeDriver>(&driver));
    ASSERT_TRUE(io.Open(recorder.Callbacks()).ok());
    log.clear();
  }
  void OpenFully() {
    Open();
    driver.events.on_outcome(Success(), {});
    ASSERT_EQ(log, IoLog{"open ok"});
    log.clear();
  }
  // Nothing that comes from now on has an effect.
  void ExpectDead() {
    const IoLog before = log;
    transport.Deliver("bytes");
    transport.receiver(nullptr, 0);
    driver.events.on_send(&kByte, 1);
    driver.events.on_send(nullptr, 0);
    driver.events.on_outcome(Success(), {});
    driver.events.on_outcome(Refusal(), {});
    driver.events.on_codec_error(Refusal());
    EXPECT_EQ(log, before);
    EXPECT_EQ(driver.received, "");
  }

  IoLog log;
  FakeTransport transport{&log};
  IoRecorder recorder{&log};
  DriverLife driver;
  SaslServerIo io;
};

TEST_F(SaslServerIoFaults, NoneIsMadeWithoutATransportOrADriver) {
  Covers({"SRS_SASL_SERVER_IO_01_003"});
  const auto refused = absl::StatusCode::kInvalidArgument;
  EXPECT_EQ(SaslServerIo::Create(nullptr, std::make_shared<FakeDriver>(&driver)).status().code(),
            refused);
  EXPECT_EQ(SaslServerIo::Create(&transport, nullptr).status().code(), refused);
}

TEST_F(SaslServerIoFaults, DestroyingTheIoDestroysWhatHoldsTheCodecs) {
  Covers({"SRS_SASL_SERVER_IO_01_012", "SRS_SASL_SERVER_IO_01_013", "SRS_SASL_SERVER_IO_01_014"});
  Open();
  EXPECT_FALSE(driver.destroyed);
  io = SaslServerIo();
  EXPECT_TRUE(driver.stopped);
  EXPECT_TRUE(driver.destroyed);
}

TEST_F(SaslServerIoFaults, CallbacksOfAnIoThatIsGoneDoNothing) {
  Covers({"SRS_SASL_SERVER_IO_01_052", "SRS_SASL_SERVER_IO_01_058", "SRS_SASL_SERVER_IO_01_068",
          "SRS_SASL_SERVER_IO_01_075", "SRS_SASL_SERVER_IO_01_079"});
  Open();
  io = SaslServerIo();
  ExpectDead();
  OpenFully();
  io = SaslServerIo();
  ExpectDead();
}

TEST_F(SaslServerIoFaults, AFrameAfterTheEndFailsTheOpenAndClosesTheIo) {
  Covers({"SRS_SASL_SERVER_IO_01_059"});
  for (const OpenResult& result : {Success(), Refusal()}) {
    OpenFully();
    driver.events.on_outcome(result, {});
    EXPECT_EQ(log, (IoLog{"open error", "close transport"}));
    EXPECT_FALSE(recorder.results.back().identity.has_value());
    ExpectDead();
  }
}

TEST_F(SaslServerIoFaults, ASuccessWithoutAnIdentityIsNone) {
  Covers({"SRS_SASL_SERVER_IO_01_066"});
  Open();
  driver.events.on_outcome({.sasl_code = amqp::SaslCode::kOk}, {});
  EXPECT_EQ(log, (IoLog{"open error", "close transport"}));
}

TEST_F(SaslServerIoFaults, EncodedBytesAreSentWhileOpening) {
  Covers({"SRS_SASL_SERVER_IO_01_067"});
  Open();
  driver.events.on_send(&kByte, 1);
  EXPECT_EQ(log, IoLog{"send x"});
  EXPECT_EQ(transport.last_buffer, &kByte);
}

TEST_F(SaslServerIoFaults, NoEncodedBytesFailTheOpen) {
  Covers({"SRS_SASL_SERVER_IO_01_069", "SRS_SASL_SERVER_IO_01_070"});
  Open();
  driver.events.on_send(nullptr, 1);
  EXPECT_EQ(log, (IoLog{"open error", "close transport"}));
  ExpectDead();
  Open();
  driver.events.on_send(&kByte, 0);
  EXPECT_EQ(log, (IoLog{"open error", "close transport"}));
  ExpectDead();
}

TEST_F(SaslServerIoFaults, ASendThatFailsFailsTheOpen) {
  Covers({"SRS_SASL_SERVER_IO_01_071"});
  Open();
  transport.send_status = absl::UnavailableError("gone");
  driver.events.on_send(&kByte, 1);
  EXPECT_EQ(log, (IoLog{"open error", "close transport"}));
  EXPECT_TRUE(driver.stopped);
  ExpectDead();
}

TEST_F(SaslServerIoFaults, ASendThatFailsLaterFailsTheOpenOrTheIo) {
  Covers({"SRS_SASL_SERVER_IO_01_071"});
  for (const SendResult failure : {SendResult::kError, SendResult::kCancelled}) {
    Open();
    driver.events.on_send(&kByte, 1);
    const SendComplete sent = transport.on_send_complete;
    sent(failure);
    EXPECT_EQ(log, (IoLog{"send x", "open error", "close transport"}));
    sent(failure);
    ExpectDead();
  }
  Open();
  driver.events.on_send(&kByte, 1);
  const SendComplete sent = transport.on_send_complete;
  sent(SendResult::kOk);
  EXPECT_EQ(log, IoLog{"send x"});
  driver.events.on_outcome(Success(), {});
  sent(SendResult::kError);
  EXPECT_EQ(log, (IoLog{"send x", "open ok", "error"}));
}

TEST_F(SaslServerIoFaults, EncodedBytesAfterTheEndAreAnError) {
  Covers({"SRS_SASL_SERVER_IO_01_072", "SRS_SASL_SERVER_IO_01_056"});
  OpenFully();
  driver.events.on_send(&kByte, 1);
  EXPECT_EQ(log, IoLog{"error"});
  ExpectDead();
}

TEST_F(SaslServerIoFaults, ACodecErrorFailsTheOpen) {
  Covers({"SRS_SASL_SERVER_IO_01_065", "SRS_SASL_SERVER_IO_01_073", "SRS_SASL_SERVER_IO_01_077"});
  Open();
  driver.events.on_codec_error(
      {.sasl_code = amqp::SaslCode::kAuth, .reason = FailureReason::kMalformedFrame});
  EXPECT_EQ(log, (IoLog{"open error", "close transport"}));
  EXPECT_EQ(recorder.results.back().reason, FailureReason::kMalformedFrame);
}

TEST_F(SaslServerIoFaults, ACodecErrorAfterTheEndIsAnErrorOfTheIo) {
  Covers({"SRS_SASL_SERVER_IO_01_074", "SRS_SASL_SERVER_IO_01_078"});
  OpenFully();
  driver.events.on_codec_error(Refusal());
  EXPECT_EQ(log, IoLog{"error"});
  ExpectDead();
}

TEST_F(SaslServerIoFaults, ACodecErrorAfterAnErrorIsIgnored) {
  Covers({"SRS_SASL_SERVER_IO_01_056", "SRS_SASL_SERVER_IO_01_076", "SRS_SASL_SERVER_IO_01_080"});
  OpenFully();
  transport.receiver(nullptr, 0);
  ASSERT_EQ(log, IoLog{"error"});
  driver.events.on_codec_error(Refusal());
  driver.events.on_codec_error(Refusal());
  EXPECT_EQ(log, IoLog{"error"});
  ExpectDead();
  Open();
  driver.events.on_codec_error(Refusal());
  driver.events.on_codec_error(Refusal());
  EXPECT_EQ(log, (IoLog{"open error", "close transport"}));
  ExpectDead();
}

TEST_F(SaslServerIoFaults, EachByteWhileOpeningGoesToTheHandshakeAndNoOther) {
  Covers({"SRS_SASL_SERVER_IO_01_055"});
  Open();
  transport.Deliver("on");
  transport.Deliver("ce");
  EXPECT_EQ(driver.received, "once");
  driver.events.on_outcome(Success(), {});
  transport.Deliver("next");
  EXPECT_EQ(driver.received, "once");
  EXPECT_EQ(log, (IoLog{"open ok", "received next"}));
}

TEST_F(SaslServerIoFaults, ATransportThatCannotBeClosedIsLeftToTheOwner) {
  Covers({"SRS_SASL_SERVER_IO_01_034"});
  Open();
  transport.close_status = absl::UnavailableError("not now");
  driver.events.on_outcome(Refusal(), {});
  EXPECT_EQ(log, IoLog{"open error"});
  EXPECT_EQ(io.Close(recorder.OnClosed()), transport.close_status);
  transport.close_status = absl::OkStatus();
  EXPECT_TRUE(io.Close(recorder.OnClosed()).ok());
  EXPECT_EQ(log, (IoLog{"open error", "close transport", "closed"}));
}

TEST_F(SaslServerIoFaults, AStartThatFailsIsTheAnswerOfOpen) {
  Covers({"SRS_SASL_SERVER_IO_01_027"});
  class Refusing final : public HandshakeDriver {
   public:
    absl::Status Start(HandshakeEvents) override { return absl::InvalidArgumentError("no"); }
    void Receive(std::span<const uint8_t>) override {}
    void DoWork() override {}
    void Stop() override {}
  };
  io = *SaslServerIo::Create(&transport, std::make_shared<Refusing>());
  EXPECT_EQ(io.Open(recorder.Callbacks()).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(io.Open(recorder.Callbacks()).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(log, IoLog());
  EXPECT_FALSE(transport.receiver);
}

TEST_F(SaslServerIoFaults, WhatAnEarlierHandshakeSentIsNoMatterOfALaterOnes) {
  Open();
  driver.events.on_send(&kByte, 1);
  const SendComplete sent = transport.on_send_complete;
  ASSERT_TRUE(io.Close({}).ok());
  ASSERT_TRUE(io.Open(recorder.Callbacks()).ok());
  log.clear();
  sent(SendResult::kCancelled);
  EXPECT_EQ(log, IoLog());
  driver.events.on_outcome(Success(), {});
  sent(SendResult::kError);
  EXPECT_EQ(log, IoLog{"open ok"});
}

// The callback of one session closes the io and opens it for another.
TEST_F(SaslServerIoFaults, BytesOfOneSessionDoNotReachTheNext) {
  const uint8_t rest[] = {'r'};
  const auto succeed = [&] {
    const HandshakeEvents events = driver.events;
    events.on_outcome(Success(), rest);
  };
  for (const bool inside : {true, false}) {
    Open();
    recorder.received.clear();
    IoRecorder next(&log);
    recorder.at_open_complete = [&] {
      transport.Deliver("held back");
      ASSERT_TRUE(io.Close({}).ok());
      ASSERT_TRUE(io.Open(next.Callbacks()).ok());
      if (!inside) return;
      succeed();
      transport.Deliver("next");
    };
    succeed();
    recorder.at_open_complete = nullptr;
    if (!inside) {
      EXPECT_EQ(next.received, "");
      succeed();
      transport.Deliver("next");
    }
    EXPECT_EQ(recorder.received, "");
    EXPECT_EQ(next.received, "rnext");
    io = SaslServerIo();
  }
}

TEST_F(SaslServerIoFaults, AnIoGoesOnWhereACallbackThrew) {
  const auto fail = [] { throw std::runtime_error("the program's"); };
  Open();
  recorder.at_open_complete = fail;
  EXPECT_THROW(driver.events.on_outcome(Success(), {}), std::runtime_error);
  transport.Deliver("next");
  EXPECT_EQ(log, (IoLog{"open ok", "received next"}));
  Open();
  EXPECT_THROW(driver.events.on_outcome(Refusal(), {}), std::runtime_error);
  EXPECT_TRUE(io.Close(recorder.OnClosed()).ok());
  EXPECT_EQ(log, (IoLog{"open error", "close transport", "closed"}));
}

// What they hold may be what owns the io.
TEST_F(SaslServerIoFaults, TheCallbacksAreLetGoAtTheEnd) {
  const auto open = [this] {
    Open();
    EXPECT_TRUE(io.Close({}).ok());
    auto held = std::make_shared<int>();
    IoCallbacks callbacks = recorder.Callbacks();
    callbacks.on_error = [held] {};
    EXPECT_TRUE(io.Open(std::move(callbacks)).ok());
    return std::weak_ptr<int>(held);
  };
  std::weak_ptr<int> held = open();
  EXPECT_FALSE(held.expired());
  ASSERT_TRUE(io.Close({}).ok());
  EXPECT_TRUE(held.expired()) << "closed";
  held = open();
  driver.events.on_outcome(Refusal(), {});
  EXPECT_TRUE(held.expired()) << "failed to open";
  held = open();
  io = SaslServerIo();
  EXPECT_TRUE(held.expired()) << "destroyed";
}

TEST_F(SaslServerIoFaults, DoWorkHasTheDriverWorkToo) {
  Covers({"SRS_SASL_SERVER_IO_01_042"});
  Open();
  io.DoWork();
  EXPECT_EQ(driver.work, 1);
  EXPECT_EQ(log, IoLog{"transport worked"});
}

}  // namespace
}  // namespace sallyport
