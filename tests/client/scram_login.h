#ifndef SALLYPORT_TESTS_CLIENT_SCRAM_LOGIN_H_
#define SALLYPORT_TESTS_CLIENT_SCRAM_LOGIN_H_

// A whole login over the SDK, a step at a time.

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "absl/synchronization/mutex.h"
#include "client/authenticator.h"
#include "core/credentials/key_derivation.h"
#include "core/crypto/random_source.h"
#include "core/handshake/client_handshake.h"

namespace sallyport::client {

// ScramLogin is a client that logs in as alice by SCRAM-SHA-256, and checks the server's
// proof. It is used by one thread.
class ScramLogin {
 public:
  ScramLogin(Authenticator& authenticator, std::string_view password)
      : client_({.mechanisms = {"SCRAM-SHA-256"},
                 .credentials = {.authentication_id = "alice", .password = Secret(password)}},
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

  const std::shared_ptr<Inbox> inbox_ = std::make_shared<Inbox>();
  ClientHandshake client_;
  std::unique_ptr<Handshake> handshake_;
  std::string answer_;
  std::string heard_;
  bool convinced_ = false;
};

}  // namespace sallyport::client

#endif  // SALLYPORT_TESTS_CLIENT_SCRAM_LOGIN_H_
