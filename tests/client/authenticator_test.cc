// The Authenticator against a service that behaves.

#include "client/authenticator.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "tests/client/fake_service.h"
#include "tests/client/recording_observer.h"

namespace sallyport::client {
namespace {

std::unique_ptr<Authenticator> Connect(const std::string& target,
                                       AuthenticatorOptions options = {}) {
  options.target = target;
  auto authenticator = Authenticator::Create(std::move(options));
  EXPECT_TRUE(authenticator.ok()) << authenticator.status();
  return *std::move(authenticator);
}

TEST(Authenticator, RefusesOptionsThatCannotWork) {
  const auto refused = [](auto change) {
    AuthenticatorOptions options;
    options.target = "localhost:1";
    change(options);
    return Authenticator::Create(options).status().code() == absl::StatusCode::kInvalidArgument;
  };
  EXPECT_TRUE(refused([](auto& o) { o.target = ""; }));
  EXPECT_TRUE(refused([](auto& o) { o.max_streams = 0; }));
  EXPECT_TRUE(refused([](auto& o) { o.max_stream_age = absl::Milliseconds(99); }));
  EXPECT_TRUE(refused([](auto& o) { o.max_gather_window = absl::Microseconds(-1); }));
  EXPECT_TRUE(refused([](auto& o) { o.max_gather_window = absl::InfiniteDuration(); }));
  EXPECT_TRUE(refused([](auto& o) { o.connect_timeout = absl::ZeroDuration(); }));
  EXPECT_TRUE(refused([](auto& o) { o.handshake_timeout = absl::InfiniteDuration(); }));
  EXPECT_TRUE(refused([](auto& o) { o.min_backoff = absl::ZeroDuration(); }));
  EXPECT_TRUE(refused([](auto& o) { o.max_backoff = absl::Milliseconds(1); }));
  EXPECT_TRUE(refused([](auto& o) { o.max_open_handshakes = 0; }));
  EXPECT_TRUE(refused([](auto& o) { o.max_queued_bytes = 0; }));
}

TEST(Authenticator, RunsAHandshake) {
  FakeService service(HeaderThenOk(5));
  auto authenticator = Connect(service.target());
  auto observer = std::make_shared<RecordingObserver>();
  auto handshake = authenticator->Open({.listener = "amqps"}, observer);
  ASSERT_TRUE(observer->WaitForBytes("header"));
  EXPECT_TRUE(handshake->Receive("he"));
  EXPECT_TRUE(handshake->Receive("llo"));
  const Outcome outcome = observer->WaitForOutcome();
  ASSERT_EQ(outcome.code, amqp::SaslCode::kOk);
  EXPECT_EQ(outcome.identity->authentication_id, "alice");
  EXPECT_EQ(outcome.handshake_id, "handshake-1");
  EXPECT_EQ(observer->sent(), "headeroutcome");
  EXPECT_EQ(observer->rest(), "");
  EXPECT_FALSE(handshake->Receive("next layer"));
  EXPECT_EQ(service.inputs()[0].open().listener(), "amqps");
}

TEST(Authenticator, ReachesAServiceOverTcp) {
  FakeService service(HeaderThenOk(1), "127.0.0.1:0");
  auto authenticator = Connect(service.target());
  auto observer = std::make_shared<RecordingObserver>();
  auto handshake = authenticator->Open({}, observer);
  handshake->Receive("x");
  EXPECT_EQ(observer->WaitForOutcome().code, amqp::SaslCode::kOk);
}

// The bytes of a handshake and of the next layer, cut in two at every place, in
// three at some, and byte by byte: what is past `consumed` is the rest, always.
TEST(Authenticator, HandsOverWhatIsPastConsumedHoweverItWasSplit) {
  const std::string handshake_bytes = "sasl-init";
  const std::string all = handshake_bytes + "AMQP0100open";
  FakeService service(HeaderThenOk(handshake_bytes.size()));
  auto authenticator = Connect(service.target());
  std::vector<std::vector<std::string>> splits;
  for (size_t cut = 0; cut <= all.size(); ++cut) {
    splits.push_back({all.substr(0, cut), all.substr(cut)});
    splits.push_back({all.substr(0, cut / 2), all.substr(cut / 2, cut - cut / 2), all.substr(cut)});
  }
  std::vector<std::string> bytes;
  for (char byte : all) bytes.emplace_back(1, byte);
  splits.push_back(bytes);

  for (const auto& parts : splits) {
    auto observer = std::make_shared<RecordingObserver>();
    auto handshake = authenticator->Open({}, observer);
    std::string refused;
    for (const std::string& part : parts) {
      if (!handshake->Receive(part)) refused += part;
    }
    ASSERT_EQ(observer->WaitForOutcome().code, amqp::SaslCode::kOk);
    EXPECT_EQ(observer->rest() + refused, "AMQP0100open");
  }
}

TEST(Authenticator, NeverUsesAnIdTwiceOnAStream) {
  FakeService service(HeaderThenOk(1));
  auto authenticator = Connect(service.target(), {.max_streams = 1});
  for (int i = 0; i < 50; ++i) {
    auto observer = std::make_shared<RecordingObserver>();
    auto handshake = authenticator->Open({}, observer);
    handshake->Receive("x");
    ASSERT_EQ(observer->WaitForOutcome().code, amqp::SaslCode::kOk);
  }
  std::set<uint64_t> ids;
  for (const auto& input : service.inputs()) {
    EXPECT_TRUE(!input.has_open() || ids.insert(input.connection_id()).second);
  }
  EXPECT_EQ(ids.size(), 50u);
  EXPECT_EQ(service.streams(), 1);
}

// Answers nothing until `count` handshakes are open, and then all in one
// response; and nothing to the bytes until all have sent theirs.
class InStep {
 public:
  explicit InStep(size_t count) : count_(count) {}

  Reply operator()(const v1::HandshakeRequest& request, int) {
    Reply reply;
    for (const auto& input : request.inputs()) {
      if (input.has_open()) ids_.push_back(input.connection_id());
      if (!input.received().empty()) ++spoken_;
    }
    if (!std::exchange(greeted_, ids_.size() == count_) && ids_.size() == count_) {
      for (uint64_t id : ids_) reply.outputs.push_back(Send(id, "header"));
    }
    if (spoken_ == count_) {
      for (uint64_t id : ids_) reply.outputs.push_back(Succeed(id, "outcome", 1));
    }
    return reply;
  }

 private:
  const size_t count_;
  std::vector<uint64_t> ids_;
  size_t spoken_ = 0;
  bool greeted_ = false;
};

TEST(Authenticator, AnswersToABatchLeaveInOneBatch) {
  constexpr int kCount = 200;
  FakeService service([step = std::make_shared<InStep>(kCount)](const auto& request, int stream) {
    return (*step)(request, stream);
  });
  auto authenticator =
      Connect(service.target(), {.max_streams = 1, .max_gather_window = absl::ZeroDuration()});
  std::vector<std::shared_ptr<RecordingObserver>> observers;
  std::vector<std::unique_ptr<Handshake>> handshakes(kCount);
  absl::Mutex mu;
  for (int i = 0; i < kCount; ++i) {
    auto observer = std::make_shared<RecordingObserver>();
    observer->on_send = [&mu, &handshakes, i](std::string_view bytes) {
      if (bytes != "header") return;
      absl::MutexLock lock(&mu);
      handshakes[i]->Receive("x");
    };
    observers.push_back(observer);
    absl::MutexLock lock(&mu);
    handshakes[i] = authenticator->Open({}, observer);
  }
  for (const auto& observer : observers) {
    ASSERT_EQ(observer->WaitForOutcome().code, amqp::SaslCode::kOk);
  }
  const auto inputs = service.inputs();
  EXPECT_EQ(inputs.size(), 2u * kCount);
  // All that the observers sent during one response went out in one request,
  // and the opens before it in at most one each.
  EXPECT_LE(service.requests(), kCount + 1);
}

TEST(Authenticator, GathersWhatComesWhileAWriteIsInFlight) {
  constexpr int kCount = 500;
  const std::string address = UniqueAddress();
  AuthenticatorOptions options;
  options.max_streams = 1;
  options.max_gather_window = absl::ZeroDuration();
  options.connect_timeout = absl::Seconds(30);
  options.max_backoff = absl::Milliseconds(100);
  auto authenticator = Connect(address, options);
  std::vector<std::shared_ptr<RecordingObserver>> observers;
  std::vector<std::unique_ptr<Handshake>> handshakes;
  // They all wait for the stream, and go out as fast as it takes them.
  for (int i = 0; i < kCount; ++i) {
    observers.push_back(std::make_shared<RecordingObserver>());
    handshakes.push_back(authenticator->Open({}, observers.back()));
    handshakes.back()->Receive("x");
  }
  FakeService service(HeaderThenOk(1), address);
  for (const auto& observer : observers) {
    ASSERT_EQ(observer->WaitForOutcome().code, amqp::SaslCode::kOk);
  }
  EXPECT_EQ(service.inputs().size(), static_cast<size_t>(kCount));
  EXPECT_LT(service.requests(), kCount / 4);
}

TEST(Authenticator, TheGatherWindowMakesBatchesUnderLoad) {
  constexpr int kHandshakes = 100;
  constexpr int kRounds = 200;
  FakeService service(HeaderThenOk(kRounds));
  auto authenticator =
      Connect(service.target(), {.max_streams = 1, .max_gather_window = absl::Milliseconds(20)});
  std::vector<std::shared_ptr<RecordingObserver>> observers;
  std::vector<std::unique_ptr<Handshake>> handshakes;
  for (int i = 0; i < kHandshakes; ++i) {
    observers.push_back(std::make_shared<RecordingObserver>());
    handshakes.push_back(authenticator->Open({}, observers.back()));
  }
  for (const auto& observer : observers) ASSERT_TRUE(observer->WaitForBytes("header"));
  for (int round = 0; round < kRounds; ++round) {
    for (const auto& handshake : handshakes) handshake->Receive("x");
  }
  for (const auto& observer : observers) {
    ASSERT_EQ(observer->WaitForOutcome().code, amqp::SaslCode::kOk);
  }
  EXPECT_EQ(service.inputs().size(), static_cast<size_t>(kHandshakes * (kRounds + 1)));
  EXPECT_LT(service.requests(), kHandshakes * kRounds / 20);
}

TEST(Authenticator, ALargeReceiveIsSplitOverRequestsUnderAMegabyte) {
  const std::string bytes(3'000'000, 'x');
  FakeService service(HeaderThenOk(bytes.size()));
  auto authenticator = Connect(service.target());
  auto observer = std::make_shared<RecordingObserver>();
  auto handshake = authenticator->Open({}, observer);
  EXPECT_TRUE(handshake->Receive(bytes));
  EXPECT_EQ(observer->WaitForOutcome().code, amqp::SaslCode::kOk);
  EXPECT_LT(service.largest_request(), 1'000'000u);
}

TEST(Authenticator, OpensAnotherStreamWhenOneIsBusy) {
  // Nobody gets an outcome, so that the handshakes stay open.
  FakeService service(HeaderThenOk(1));
  auto authenticator = Connect(service.target(), {.max_streams = 3});
  std::vector<std::shared_ptr<RecordingObserver>> observers;
  std::vector<std::unique_ptr<Handshake>> handshakes;
  const auto open = [&](int count) {
    for (int i = 0; i < count; ++i) {
      observers.push_back(std::make_shared<RecordingObserver>());
      handshakes.push_back(authenticator->Open({}, observers.back()));
      ASSERT_TRUE(observers.back()->WaitForBytes("header"));
    }
  };
  open(100);
  EXPECT_EQ(service.streams(), 1);
  open(100);
  ASSERT_TRUE(service.WaitForStreams(2));
  open(1000);
  ASSERT_TRUE(service.WaitForStreams(3));
  open(200);
  EXPECT_EQ(service.streams(), 3);
}

TEST(Authenticator, ForgetsAHandshakeWhoseHandleIsDestroyed) {
  FakeService service(HeaderThenOk(1));
  auto authenticator = Connect(service.target());
  auto observer = std::make_shared<RecordingObserver>();
  auto handshake = authenticator->Open({}, observer);
  ASSERT_TRUE(observer->WaitForBytes("header"));
  EXPECT_GT(observer.use_count(), 1);
  handshake.reset();
  EXPECT_EQ(observer.use_count(), 1);
  ASSERT_TRUE(service.WaitForClosed());
  EXPECT_EQ(observer->outcomes(), 0);
}

}  // namespace
}  // namespace sallyport::client
