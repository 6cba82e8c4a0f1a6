// Handles, observers and the Authenticator, destroyed at every moment that the
// interface allows.

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "client/authenticator.h"
#include "tests/client/fake_service.h"
#include "tests/client/recording_observer.h"

namespace sallyport::client {
namespace {

std::unique_ptr<Authenticator> Connect(const std::string& target) {
  AuthenticatorOptions options;
  options.target = target;
  auto authenticator = Authenticator::Create(std::move(options));
  EXPECT_TRUE(authenticator.ok()) << authenticator.status();
  return *std::move(authenticator);
}

// A handle that callbacks use, which may run before Open has returned it.
struct SharedHandle {
  absl::Notification opened;
  std::unique_ptr<Handshake> handshake;
};

TEST(AuthenticatorLifetime, ACallbackMayDestroyItsHandle) {
  FakeService service(HeaderThenOk(1));
  auto authenticator = Connect(service.target());
  for (const bool at_outcome : {false, true}) {
    SharedHandle shared;
    absl::Notification destroyed;
    auto observer = std::make_shared<RecordingObserver>();
    const auto destroy = [&] {
      shared.opened.WaitForNotification();
      shared.handshake.reset();
      destroyed.Notify();
    };
    if (at_outcome) {
      observer->on_outcome = destroy;
    } else {
      observer->on_send = [&](std::string_view) { destroy(); };
    }
    shared.handshake = authenticator->Open({}, observer);
    if (at_outcome) shared.handshake->Receive("x");
    shared.opened.Notify();
    ASSERT_TRUE(destroyed.WaitForNotificationWithTimeout(absl::Seconds(30)));
    EXPECT_TRUE(at_outcome || service.WaitForClosed());
    authenticator.reset();
    EXPECT_EQ(observer->outcomes(), at_outcome ? 1 : 0);
    authenticator = Connect(service.target());
  }
}

TEST(AuthenticatorLifetime, ACallbackMayReceiveAndOpen) {
  FakeService service(HeaderThenOk(1));
  auto authenticator = Connect(service.target());
  SharedHandle shared;
  auto inner = std::make_shared<RecordingObserver>();
  std::unique_ptr<Handshake> inner_handshake;
  auto observer = std::make_shared<RecordingObserver>();
  observer->on_send = [&](std::string_view) {
    shared.opened.WaitForNotification();
    shared.handshake->Receive("x");
  };
  observer->on_outcome = [&] {
    EXPECT_FALSE(shared.handshake->Receive("y"));
    inner_handshake = authenticator->Open({}, inner);
    inner_handshake->Receive("x");
  };
  shared.handshake = authenticator->Open({}, observer);
  shared.opened.Notify();
  EXPECT_EQ(observer->WaitForOutcome().code, amqp::SaslCode::kOk);
  EXPECT_EQ(inner->WaitForOutcome().code, amqp::SaslCode::kOk);
}

// The observer owns the handle, and the SDK holds the observer's last reference.
TEST(AuthenticatorLifetime, TheLastReferenceMayGoInACallback) {
  struct Owning final : HandshakeObserver {
    explicit Owning(absl::Notification& gone) : gone(gone) {}
    ~Owning() override { gone.Notify(); }
    void OnSend(std::string_view) override {}
    void OnOutcome(Outcome, std::string) override { opened.WaitForNotification(); }
    absl::Notification& gone;
    absl::Notification opened;
    std::unique_ptr<Handshake> handshake;
  };
  FakeService service(HeaderThenOk(1));
  auto authenticator = Connect(service.target());
  absl::Notification gone;
  auto observer = std::make_shared<Owning>(gone);
  observer->handshake = authenticator->Open({}, observer);
  observer->handshake->Receive("x");
  Owning* const raw = observer.get();
  observer.reset();
  raw->opened.Notify();
  EXPECT_TRUE(gone.WaitForNotificationWithTimeout(absl::Seconds(30)));
}

TEST(AuthenticatorLifetime, DestroyingAHandleWaitsForTheCallbackThatRuns) {
  FakeService service(HeaderThenOk(1));
  auto authenticator = Connect(service.target());
  absl::Notification in_callback;
  std::atomic<bool> destroying{false};
  std::atomic<bool> returned{false};
  auto observer = std::make_shared<RecordingObserver>();
  observer->on_send = [&](std::string_view) {
    in_callback.Notify();
    while (!destroying) std::this_thread::yield();
    returned = true;
  };
  auto handshake = authenticator->Open({}, observer);
  in_callback.WaitForNotification();
  destroying = true;
  handshake.reset();
  EXPECT_TRUE(returned);
}

TEST(AuthenticatorLifetime, NoCallbackBeginsAfterTheHandleIsDestroyed) {
  FakeService service(HeaderThenOk(1));
  auto authenticator = Connect(service.target());
  for (int i = 0; i < 500; ++i) {
    std::atomic<bool> destroyed{false};
    std::atomic<bool> late{false};
    auto observer = std::make_shared<RecordingObserver>();
    observer->on_send = [&](std::string_view) { late = late || destroyed; };
    observer->on_outcome = [&] { late = late || destroyed; };
    auto handshake = authenticator->Open({}, observer);
    handshake->Receive("x");
    for (int spin = 0; spin < i; ++spin) std::this_thread::yield();
    handshake.reset();
    destroyed = true;
    ASSERT_EQ(observer.use_count(), 1);
    ASSERT_FALSE(late);
  }
}

TEST(AuthenticatorLifetime, DestroyingTheAuthenticatorEndsWhatIsOpen) {
  FakeService service(HeaderThenOk(1));
  auto authenticator = Connect(service.target());
  auto unreachable = Connect(UniqueAddress());
  std::vector<std::shared_ptr<RecordingObserver>> observers;
  std::vector<std::unique_ptr<Handshake>> handshakes;
  for (int i = 0; i < 20; ++i) {
    observers.push_back(std::make_shared<RecordingObserver>());
    Authenticator& used = i % 2 == 0 ? *authenticator : *unreachable;
    handshakes.push_back(used.Open({}, observers.back()));
    ASSERT_TRUE(i % 4 != 0 || observers.back()->WaitForBytes("header"));
  }
  authenticator.reset();
  unreachable.reset();
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(observers[i]->outcomes(), 1);
    EXPECT_EQ(observers[i]->WaitForOutcome().code, amqp::SaslCode::kSysTemp);
    EXPECT_FALSE(handshakes[i]->Receive("x"));
    EXPECT_EQ(observers[i].use_count(), 1);
  }
}

TEST(AuthenticatorLifetime, ManyThreadsOpenAndDestroyWhileTheServiceComesAndGoes) {
  const std::string address = UniqueAddress();
  AuthenticatorOptions options;
  options.target = address;
  options.min_backoff = absl::Milliseconds(1);
  options.max_backoff = absl::Milliseconds(5);
  options.connect_timeout = absl::Seconds(30);
  auto authenticator = Authenticator::Create(options);
  ASSERT_TRUE(authenticator.ok());
  std::atomic<int> running{3};
  std::atomic<int> succeeded{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 300; ++i) {
        auto observer = std::make_shared<RecordingObserver>();
        auto handshake = (*authenticator)->Open({}, observer);
        handshake->Receive("xy");
        if ((i + t) % 5 == 0) continue;
        const Outcome outcome = observer->WaitForOutcome();
        if (outcome.code == amqp::SaslCode::kOk) {
          ++succeeded;
          EXPECT_EQ(observer->rest(), "y");
        } else {
          EXPECT_EQ(outcome.code, amqp::SaslCode::kSysTemp) << outcome.detail;
        }
        EXPECT_EQ(observer->outcomes(), 1);
      }
      --running;
    });
  }
  while (running > 0) {
    FakeService service(HeaderThenOk(1), address);
    const int before = succeeded;
    while (running > 0 && succeeded < before + 50) std::this_thread::yield();
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(succeeded, 0);
}

}  // namespace
}  // namespace sallyport::client
