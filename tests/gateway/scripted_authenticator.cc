#include "tests/gateway/scripted_authenticator.h"

#include <gtest/gtest.h>

#include <utility>

namespace sallyport::gateway {
namespace {

constexpr absl::Duration kLimit = absl::Seconds(10);

}  // namespace

class ScriptedAuthenticator::Handle : public client::Handshake {
 public:
  explicit Handle(std::shared_ptr<OpenedHandshake> opened) : opened_(std::move(opened)) {}

  ~Handle() override {
    absl::MutexLock lock(&opened_->mutex_);
    opened_->abandoned_ = true;
  }

  bool Receive(std::string_view bytes) override {
    absl::MutexLock lock(&opened_->mutex_);
    if (opened_->decided_) return false;
    opened_->received_.append(bytes);
    return true;
  }

 private:
  const std::shared_ptr<OpenedHandshake> opened_;
};

std::string OpenedHandshake::WaitForBytes(size_t size) {
  absl::MutexLock lock(&mutex_);
  const auto enough = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return received_.size() >= size; };
  EXPECT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&enough), kLimit))
      << "only " << received_.size() << " bytes";
  return received_;
}

bool OpenedHandshake::WaitForAbandoned() {
  absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithTimeout(absl::Condition(&abandoned_), kLimit);
}

void OpenedHandshake::Decide(client::Outcome outcome, std::string rest) {
  {
    absl::MutexLock lock(&mutex_);
    decided_ = true;
  }
  observer_->OnOutcome(std::move(outcome), std::move(rest));
}

void OpenedHandshake::LetIn(std::string_view identity, std::string rest) {
  client::Outcome outcome;
  outcome.code = amqp::SaslCode::kOk;
  outcome.handshake_id = "handshake-1";
  outcome.identity.emplace();
  outcome.identity->authentication_id = identity;
  outcome.identity->authorization_id = identity;
  outcome.identity->mechanism = "SCRAM-SHA-256";
  Decide(std::move(outcome), std::move(rest));
}

std::unique_ptr<client::Handshake> ScriptedAuthenticator::Open(
    client::ConnectionFacts facts, std::shared_ptr<client::HandshakeObserver> observer) {
  auto opened = std::make_shared<OpenedHandshake>(std::move(facts), std::move(observer));
  absl::MutexLock lock(&mutex_);
  opened_.push_back(opened);
  return std::make_unique<Handle>(std::move(opened));
}

std::shared_ptr<OpenedHandshake> ScriptedAuthenticator::Next(absl::Duration limit) {
  absl::MutexLock lock(&mutex_);
  const auto there = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return opened_.size() > taken_; };
  if (!mutex_.AwaitWithTimeout(absl::Condition(&there), limit)) return nullptr;
  return opened_[taken_++];
}

}  // namespace sallyport::gateway
