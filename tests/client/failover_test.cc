// Handshakes whose replica is killed go on at another, and their clients do not
// notice.

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "client/authenticator.h"
#include "core/credentials/key_derivation.h"
#include "core/crypto/random_source.h"
#include "core/handshake/client_handshake.h"
#include "gtest/gtest.h"
#include "tests/client/replica.h"

namespace sallyport::client {
namespace {

constexpr int kLogins = 1000;
constexpr int kKills = 20;
constexpr int kAtOnce = 32;

std::unique_ptr<Authenticator> AuthenticatorFor(const Fleet& fleet) {
  auto created = Authenticator::Create({.target = fleet.target()});
  EXPECT_TRUE(created.ok()) << created.status();
  return *std::move(created);
}

// What the service has sent, and how it ended.
class Inbox final : public HandshakeObserver {
 public:
  void OnSend(std::string_view bytes) override {
    absl::MutexLock lock(&mutex_);
    unread_ += bytes;
  }
  void OnOutcome(Outcome outcome, std::string) override {
    absl::MutexLock lock(&mutex_);
    outcome_ = std::move(outcome);
  }

  // Next waits for bytes or the outcome, and gives the bytes; empty: none came.
  std::string Next() {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(
        +[](Inbox* inbox) ABSL_NO_THREAD_SAFETY_ANALYSIS {
          return !inbox->unread_.empty() || inbox->outcome_.has_value();
        },
        this));
    return std::exchange(unread_, {});
  }

  Outcome WaitForOutcome() {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(
        +[](Inbox* inbox) ABSL_NO_THREAD_SAFETY_ANALYSIS { return inbox->outcome_.has_value(); },
        this));
    return *outcome_;
  }

 private:
  absl::Mutex mutex_;
  std::string unread_ ABSL_GUARDED_BY(mutex_);
  std::optional<Outcome> outcome_ ABSL_GUARDED_BY(mutex_);
};

// A client that logs in as alice by SCRAM-SHA-256, and checks the server's proof.
class Login {
 public:
  explicit Login(Authenticator& authenticator)
      : client_({.mechanisms = {"SCRAM-SHA-256"},
                 .credentials = {.authentication_id = "alice", .password = Secret("wonderland")}},
                SystemRandom()),
        handshake_(
            authenticator.Open({.listener = "amqp", .remote_address = "192.0.2.1:4242"}, inbox_)) {}

  // Hear waits for the service's next bytes, and makes the client's answer to
  // them; false: the client is done.
  bool Hear() {
    const std::string bytes = inbox_->Next();
    heard_ += bytes;
    std::string_view rest = bytes;
    auto progress = client_.Receive(&rest, &answer_);
    while (progress.ok() && std::holds_alternative<NeedDerivation>(*progress)) {
      auto& need = std::get<NeedDerivation>(*progress);
      progress = client_.Resume(need.ticket, Derive(need.work), &rest, &answer_);
    }
    if (!progress.ok()) return false;
    const auto* done = std::get_if<ClientHandshake::Done>(&*progress);
    convinced_ = done != nullptr && done->code == amqp::SaslCode::kOk;
    return std::holds_alternative<ClientHandshake::WaitForServer>(*progress);
  }

  // Begin sends the client's header; Answer what Hear made.
  void Begin() { client_.Start(&answer_); }
  void Answer() { handshake_->Receive(std::exchange(answer_, {})); }

  // Run logs in from the start.
  void Run() {
    Begin();
    while (Hear()) Answer();
  }

  // Succeeded says whether each side has proved itself to the other.
  bool Succeeded() {
    const Outcome outcome = inbox_->WaitForOutcome();
    EXPECT_TRUE(outcome.identity.has_value()) << outcome.detail;
    return convinced_ && outcome.identity && outcome.identity->authentication_id == "alice";
  }

  const std::string& heard() const { return heard_; }

 private:
  const std::shared_ptr<Inbox> inbox_ = std::make_shared<Inbox>();
  ClientHandshake client_;
  std::unique_ptr<Handshake> handshake_;
  std::string answer_;
  std::string heard_;
  bool convinced_ = false;
};

TEST(Failover, GoesOnWithAHandshakeThatHasBeenGreeted) {
  Fleet fleet;
  const auto authenticator = AuthenticatorFor(fleet);
  Login login(*authenticator);
  login.Begin();
  ASSERT_TRUE(login.Hear());
  const size_t greeting = login.heard().size();
  fleet.first().Kill();
  login.Answer();
  ASSERT_TRUE(login.Hear());
  // The mechanisms are not sent again: a challenge comes next.
  EXPECT_EQ(login.heard().substr(greeting + 8, 3), std::string("\0\x53\x42", 3));
  login.Answer();
  while (login.Hear()) {
  }
  EXPECT_TRUE(login.Succeeded());
  EXPECT_EQ(authenticator->stats().resumes, 1u);
}

TEST(Failover, GoesOnWithAHandshakeThatHasBeenChallenged) {
  Fleet fleet;
  const auto authenticator = AuthenticatorFor(fleet);
  Login login(*authenticator);
  login.Begin();
  ASSERT_TRUE(login.Hear());
  login.Answer();
  ASSERT_TRUE(login.Hear());
  fleet.first().Kill();
  login.Answer();
  EXPECT_FALSE(login.Hear());
  EXPECT_TRUE(login.Succeeded());
  EXPECT_EQ(authenticator->stats().resumes, 1u);
}

TEST(Failover, GoesOnThroughOneReplicaAfterAnother) {
  Fleet fleet;
  const auto authenticator = AuthenticatorFor(fleet);
  Login login(*authenticator);
  login.Begin();
  ASSERT_TRUE(login.Hear());
  fleet.first().Kill();
  login.Answer();
  ASSERT_TRUE(login.Hear());
  fleet.first().Start();
  fleet.second().Kill();
  login.Answer();
  EXPECT_FALSE(login.Hear());
  EXPECT_TRUE(login.Succeeded());
  EXPECT_EQ(authenticator->stats().resumes, 2u);
}

TEST(Failover, LosesNoLoginAcrossManyKills) {
  Fleet fleet;
  const auto authenticator = AuthenticatorFor(fleet);
  std::atomic<int> begun = 0;
  std::atomic<int> succeeded = 0;
  absl::Mutex mutex;
  int ended = 0;
  std::vector<std::thread> clients;
  for (int i = 0; i < kAtOnce; ++i) {
    clients.emplace_back([&] {
      while (begun.fetch_add(1) < kLogins) {
        Login login(*authenticator);
        login.Run();
        if (login.Succeeded()) ++succeeded;
        absl::MutexLock lock(&mutex);
        ++ended;
      }
    });
  }
  for (int kill = 0; kill < kKills; ++kill) {
    const int after = kill * kLogins / kKills;
    const auto is_time = [&] { return ended >= after; };
    { absl::MutexLock lock(&mutex, absl::Condition(&is_time)); }
    Replica& replica = kill % 2 == 0 ? fleet.first() : fleet.second();
    replica.Kill();
    replica.Start();
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(succeeded, kLogins);
  // Some were under way when their replica was killed.
  EXPECT_GT(authenticator->stats().resumes, 0u);
}

}  // namespace
}  // namespace sallyport::client
