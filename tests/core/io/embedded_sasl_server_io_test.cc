// The suite against handshakes in this process, and what only those have: the
// list of mechanisms, the limits, the credentials.

#include "core/io/embedded_sasl_server_io.h"

#include <deque>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "core/sasl/mechanism_registry.h"
#include "tests/core/handshake/frame_bytes.h"
#include "tests/core/handshake/puppet_mechanism.h"
#include "tests/core/handshake/server_session.h"
#include "tests/core/io/map_credentials.h"
#include "tests/core/io/sasl_server_io_suite.h"
#include "tests/requirements.h"

namespace sallyport {
namespace {

using absl::StatusCode;
using Descriptors = std::vector<const MechanismDescriptor*>;

class EmbeddedBackend final : public IoBackend {
 public:
  absl::StatusOr<SaslServerIo> Create(Transport* transport, IoListener listener) override {
    Descriptors mechanisms = {FindMechanism("SCRAM-SHA-256"), FindMechanism("PLAIN")};
    if (listener == IoListener::kPlainFirst) std::swap(mechanisms[0], mechanisms[1]);
    if (listener == IoListener::kAnonymous) mechanisms = {FindMechanism("ANONYMOUS")};
    credentials_.outage.reset();
    if (listener == IoListener::kMisconfigured) credentials_.outage = FailureReason::kNoPolicy;
    if (listener == IoListener::kOutage) credentials_.outage = FailureReason::kStoreUnavailable;
    credentials_.accounts[kIoUser] = AccountOf(kIoUser, kIoPassword, {"SCRAM-SHA-256"});
    const EmbeddedSaslServerIoConfig config = {.transport = transport,
                                               .mechanisms = mechanisms,
                                               .credentials = &credentials_,
                                               .settings = &settings_};
    return CreateEmbeddedSaslServerIo(&config);
  }
  absl::StatusOr<SaslServerIo> CreateFromNothing() override {
    return CreateEmbeddedSaslServerIo(nullptr);
  }
  // All that can happen has happened.
  bool WaitForWork() override { return false; }

 private:
  const ServerMechanismSettings settings_ = ServerSetup::CheapSettings();
  MapCredentials credentials_;
};

std::unique_ptr<IoBackend> NewEmbeddedBackend() { return std::make_unique<EmbeddedBackend>(); }

INSTANTIATE_TEST_SUITE_P(Embedded, SaslServerIoCalls, testing::Values(&NewEmbeddedBackend));
INSTANTIATE_TEST_SUITE_P(Embedded, SaslServerIoExchange, testing::Values(&NewEmbeddedBackend));

// An io whose client the puppet mechanism obeys.
class EmbeddedSaslServerIo : public testing::Test {
 protected:
  // Makes `io`; false: that fails.
  bool Create(const Descriptors& mechanisms = {&kPuppet}) {
    config.mechanisms = mechanisms;
    auto created = CreateEmbeddedSaslServerIo(&config);
    config.mechanisms = {};
    if (created.ok()) io = *std::move(created);
    transport.sent.clear();
    return created.ok();
  }
  absl::Status Open(const Descriptors& mechanisms = {&kPuppet}) {
    EXPECT_TRUE(Create(mechanisms));
    return io.Open(recorder.Callbacks());
  }
  StatusCode CreateCode() const { return CreateEmbeddedSaslServerIo(&config).status().code(); }
  void Puppet(std::string_view words) {
    transport.Deliver(SaslHeader() + InitFrame("PUPPET", words));
  }
  std::string LastFrame() const { return ReadFrames(transport.sent).back(); }

  const ServerMechanismSettings settings = ServerSetup::CheapSettings();
  MapCredentials credentials;
  IoLog log;
  FakeTransport transport{&log};
  IoRecorder recorder{&log};
  EmbeddedSaslServerIoConfig config = {
      .transport = &transport, .credentials = &credentials, .settings = &settings};
  SaslServerIo io;
};

TEST_F(EmbeddedSaslServerIo, RefusesACountWithoutMechanismsAndMechanismsWithoutACount) {
  Covers({"SRS_SASL_SERVER_IO_01_093", "SRS_SASL_SERVER_IO_01_096", "SRS_SASL_SERVER_IO_01_097"});
  const MechanismDescriptor* const mechanisms[] = {&kPuppet};
  const MechanismDescriptor* const* const none = nullptr;
  config.mechanisms = {none, 1};
  EXPECT_EQ(CreateCode(), StatusCode::kInvalidArgument);
  config.mechanisms = {mechanisms, size_t{0}};
  EXPECT_EQ(CreateCode(), StatusCode::kInvalidArgument);
  config.mechanisms = {};
  EXPECT_EQ(CreateCode(), StatusCode::kInvalidArgument);
  config.mechanisms = mechanisms;
  EXPECT_EQ(CreateCode(), StatusCode::kOk);
}

TEST_F(EmbeddedSaslServerIo, RefusesAConfigThatLacksAPart) {
  Covers({"SRS_SASL_SERVER_IO_01_003"});
  const MechanismDescriptor* const mechanisms[] = {&kPuppet};
  config.mechanisms = mechanisms;
  const EmbeddedSaslServerIoConfig whole = config;
  config.credentials = nullptr;
  EXPECT_EQ(CreateCode(), StatusCode::kInvalidArgument);
  config = whole;
  config.settings = nullptr;
  EXPECT_EQ(CreateCode(), StatusCode::kInvalidArgument);
  const ServerMechanismSettings without_key;
  config.settings = &without_key;
  EXPECT_EQ(CreateCode(), StatusCode::kInvalidArgument);
  config = whole;
  config.random = nullptr;
  EXPECT_EQ(CreateCode(), StatusCode::kInvalidArgument);
}

TEST_F(EmbeddedSaslServerIo, KeepsACopyOfTheMechanisms) {
  Covers({"SRS_SASL_SERVER_IO_01_005"});
  auto mechanisms = std::make_unique<Descriptors>(Descriptors{&kPuppet, FindMechanism("PLAIN")});
  config.mechanisms = *mechanisms;
  auto created = CreateEmbeddedSaslServerIo(&config);
  ASSERT_TRUE(created.ok());
  (*mechanisms)[0] = FindMechanism("ANONYMOUS");
  mechanisms.reset();
  ASSERT_TRUE(created->Open(recorder.Callbacks()).ok());
  EXPECT_EQ(log, (IoLog{"send header", "send mechanisms PUPPET PLAIN"}));
}

TEST_F(EmbeddedSaslServerIo, NeedsCodecsThatTakeTheFramesOfAmqp) {
  Covers({"SRS_SASL_SERVER_IO_01_008", "SRS_SASL_SERVER_IO_01_009", "SRS_SASL_SERVER_IO_01_010",
          "SRS_SASL_SERVER_IO_01_011"});
  const MechanismDescriptor* const mechanisms[] = {&kPuppet};
  for (const size_t too_small : {0, 8, 511}) {
    config.limits.max_frame_size = too_small;
    config.mechanisms = mechanisms;
    EXPECT_EQ(CreateCode(), StatusCode::kInvalidArgument);
  }
  config.limits.max_frame_size = 512;
  ASSERT_TRUE(Open().ok());
  const size_t around = InitFrame("PUPPET", std::string(300, ' ')).size() - 300;
  std::string words = std::string("succeed").append(512 - around - 7, ' ');
  const std::string frame = InitFrame("PUPPET", words);
  ASSERT_EQ(frame.size(), 512u);
  transport.Deliver(SaslHeader() + frame);
  EXPECT_EQ(log.back(), "open ok");
  ASSERT_TRUE(Open().ok());
  transport.Deliver(SaslHeader() + InitFrame("PUPPET", words + ' '));
  EXPECT_EQ(recorder.results.back().reason, FailureReason::kTooLarge);
}

TEST_F(EmbeddedSaslServerIo, OpenFailsForAMechanismWithoutAProperName) {
  Covers({"SRS_SASL_SERVER_IO_01_021"});
  for (const char* name : {"", "plain", "SCRAM SHA", "ABCDEFGHIJKLMNOPQRSTU", "A\xc3\x84"}) {
    const MechanismDescriptor bad = {.name = name, .create_server = kPuppet.create_server};
    EXPECT_EQ(Open({&kPuppet, &bad}).code(), StatusCode::kInvalidArgument) << name;
  }
  EXPECT_EQ(Open({&kPuppet, nullptr}).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Open({&kPuppet, &kPuppet}).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(log, IoLog());
  EXPECT_FALSE(transport.receiver);
  const absl::Status closing = io.Close({});
  EXPECT_EQ(closing.code(), StatusCode::kFailedPrecondition) << "it is open";
  EXPECT_EQ(closing.message(), "the io is not open");
}

TEST_F(EmbeddedSaslServerIo, OpenFailsForAListThatDoesNotFitAFrame) {
  Covers({"SRS_SASL_SERVER_IO_01_022", "SRS_SASL_SERVER_IO_01_027"});
  std::deque<std::string> names;
  std::deque<MechanismDescriptor> made;
  Descriptors mechanisms;
  while (mechanisms.size() < 23) {
    names.push_back("A-NAME-OF-20-BYTES" + std::to_string(10 + mechanisms.size()));
    made.push_back({.name = names.back(), .create_server = kPuppet.create_server});
    mechanisms.push_back(&made.back());
  }
  EXPECT_EQ(Open(mechanisms).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(log, IoLog());
  mechanisms.pop_back();
  EXPECT_TRUE(Open(mechanisms).ok());
}

TEST_F(EmbeddedSaslServerIo, OffersOnlyWhatItWasGivenAlsoWhereThatIsAnonymous) {
  Covers({"SRS_SASL_SERVER_IO_01_094"});
  ASSERT_TRUE(Open({FindMechanism("ANONYMOUS")}).ok());
  EXPECT_EQ(log, (IoLog{"send header", "send mechanisms ANONYMOUS"}));
  log.clear();
  ASSERT_TRUE(Open({FindMechanism("PLAIN")}).ok());
  transport.Deliver(SaslHeader() + InitFrame("ANONYMOUS", ""));
  EXPECT_EQ(recorder.results.back().reason, FailureReason::kMechanismNotOffered);
}

TEST_F(EmbeddedSaslServerIo, HandsTheMechanismTheInitialResponseAndEachResponse) {
  Covers({"SRS_SASL_SERVER_IO_01_061", "SRS_SASL_SERVER_IO_01_085", "SRS_SASL_SERVER_IO_01_086",
          "SRS_SASL_SERVER_IO_01_088", "SRS_SASL_SERVER_IO_01_101", "SRS_SASL_SERVER_IO_01_103",
          "SRS_SASL_SERVER_IO_01_104", "SRS_SASL_SERVER_IO_01_105", "SRS_SASL_SERVER_IO_01_106"});
  ASSERT_TRUE(Open().ok());
  Puppet("challenge=1");
  EXPECT_EQ(LastFrame(), "challenge x");
  transport.Deliver(ResponseFrame("challenge=2"));
  EXPECT_EQ(LastFrame(), "challenge xx");
  transport.Deliver(ResponseFrame("challenge"));
  EXPECT_EQ(LastFrame(), "challenge ");
  transport.Deliver(ResponseFrame("succeed=3"));
  EXPECT_EQ(LastFrame(), "outcome 0 xxx");
  EXPECT_EQ(log.back(), "open ok");
}

TEST_F(EmbeddedSaslServerIo, WhatCannotBeEncodedFailsTheOpen) {
  Covers({"SRS_SASL_SERVER_IO_01_062", "SRS_SASL_SERVER_IO_01_063"});
  for (const char* too_large : {"challenge=500", "succeed=500"}) {
    log.clear();
    ASSERT_TRUE(Open().ok());
    Puppet(too_large);
    EXPECT_EQ(recorder.results.back().reason, FailureReason::kInternal);
    EXPECT_EQ(log, (IoLog{"send header", "send mechanisms PUPPET", "send outcome 2", "open error",
                          "close transport"}));
  }
}

TEST_F(EmbeddedSaslServerIo, SendsTheCodeOfEachKindOfEnd) {
  Covers({"SRS_SASL_SERVER_IO_01_110", "SRS_SASL_SERVER_IO_01_112", "SRS_SASL_SERVER_IO_01_113",
          "SRS_SASL_SERVER_IO_01_114", "SRS_SASL_SERVER_IO_01_115", "SRS_SASL_SERVER_IO_01_116",
          "SRS_SASL_SERVER_IO_01_117", "SRS_SASL_SERVER_IO_01_118"});
  const auto end = [this](const char* words, std::optional<FailureReason> outage = std::nullopt) {
    credentials.outage = outage;
    EXPECT_TRUE(Open().ok());
    Puppet(words);
    return LastFrame();
  };
  EXPECT_EQ(end("succeed"), "outcome 0");
  EXPECT_EQ(end("fail"), "outcome 1");
  EXPECT_EQ(end("error"), "outcome 2");
  EXPECT_EQ(end("credentials", FailureReason::kMisconfigured), "outcome 3");
  EXPECT_EQ(end("credentials", FailureReason::kStoreUnavailable), "outcome 4");
}

TEST_F(EmbeddedSaslServerIo, BytesWaitForAnAnswerThatComesLater) {
  credentials.later = true;
  ASSERT_TRUE(Open().ok());
  Puppet("credentials challenge=1");
  transport.Deliver(ResponseFrame("credentials succeed") + "next");
  transport.Deliver(" layer");
  ASSERT_EQ(credentials.waiting.size(), 1u);
  const auto [answer, found] = std::exchange(credentials.waiting, {}).front();
  answer(found);
  EXPECT_EQ(LastFrame(), "challenge x");
  ASSERT_EQ(credentials.waiting.size(), 1u);
  EXPECT_TRUE(recorder.results.empty());
  answer(found);  // a second time: stale
  EXPECT_TRUE(recorder.results.empty());
  credentials.waiting.front().first(CredentialsFound{});
  EXPECT_EQ(log.back(), "received next layer");
  EXPECT_EQ(recorder.results.size(), 1u);
}

TEST_F(EmbeddedSaslServerIo, AnAnswerForAnIoThatIsGoneDoesNothing) {
  credentials.later = true;
  for (const bool close : {true, false}) {
    credentials.waiting.clear();
    ASSERT_TRUE(Open().ok());
    Puppet("credentials succeed");
    ASSERT_EQ(credentials.waiting.size(), 1u);
    if (close) {
      ASSERT_TRUE(io.Close({}).ok());
    } else {
      io = SaslServerIo();
    }
    log.clear();
    credentials.waiting.front().first(CredentialsFound{});
    EXPECT_EQ(log, IoLog());
  }
}

TEST_F(EmbeddedSaslServerIo, AClientThatSendsOnWithoutEndIsCutOff) {
  credentials.later = true;
  config.limits.max_bytes = 1024;
  ASSERT_TRUE(Open().ok());
  Puppet("credentials succeed");
  transport.Deliver(std::string(1024, 'x'));
  EXPECT_TRUE(recorder.results.empty());
  transport.Deliver("x");
  ASSERT_EQ(recorder.results.size(), 1u);
  EXPECT_EQ(recorder.results[0].reason, FailureReason::kOverloaded);
  EXPECT_EQ(log.back(), "close transport");
}

// What a callback throws is not taken for an Open without memory.
TEST_F(EmbeddedSaslServerIo, OpenDoesNotTakeBackWhatHasBeenReported) {
  ASSERT_TRUE(Create());
  recorder.at_open_complete = [] { throw std::bad_alloc(); };
  transport.send_status = absl::UnavailableError("gone");
  EXPECT_THROW(io.Open(recorder.Callbacks()).IgnoreError(), std::bad_alloc);
  EXPECT_EQ(log, IoLog{"open error"});
  EXPECT_TRUE(io.Close(recorder.OnClosed()).ok());
  EXPECT_EQ(log.back(), "closed");

  transport.send_status = absl::OkStatus();
  ASSERT_TRUE(Create());
  transport.after_send = [this] {
    if (LastFrame() == "mechanisms PUPPET") Puppet("succeed");
  };
  EXPECT_THROW(io.Open(recorder.Callbacks()).IgnoreError(), std::bad_alloc);
  transport.Deliver("next");
  EXPECT_EQ(log.back(), "received next");
}

TEST_F(EmbeddedSaslServerIo, SlowWorkIsDoneByTheProvider) {
  ASSERT_TRUE(Open().ok());
  Puppet("derivation succeed");
  EXPECT_EQ(log.back(), "open ok");
}

// A transport whose peer answers inside Send: nothing overtakes anything.
TEST_F(EmbeddedSaslServerIo, KeepsTheOrderWhereThePeerAnswersAtOnce) {
  transport.after_send = [this] {
    const std::string frame = LastFrame();
    if (frame == "mechanisms PUPPET") Puppet("challenge=1");
    if (frame == "challenge x") transport.Deliver(ResponseFrame("succeed") + "a");
    if (frame == "outcome 0") transport.Deliver("b");
    if (frame == "garbage") transport.Deliver("c");
  };
  recorder.at_open_complete = [this] { EXPECT_TRUE(io.Send(Bytes("hi"), {}).ok()); };
  ASSERT_TRUE(Open().ok());
  EXPECT_EQ(recorder.received, "abc");
  EXPECT_EQ(log, (IoLog{"send header", "send mechanisms PUPPET", "send challenge x",
                        "send outcome 0", "open ok", "send hi", "received ab", "received c"}));
}

}  // namespace
}  // namespace sallyport
