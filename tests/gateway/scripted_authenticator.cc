#include "tests/gateway/scripted_authenticator.h"

#include <gtest/gtest.h>

#include <utility>

namespace sallyport::gateway {
namespace {

constexpr std::chrono::seconds kLimit(10);

}  // namespace

class ScriptedAuthenticator::Handle : public client::Handshake {
 public:
  explicit Handle(std::shared_ptr<OpenedHandshake> opened) : opened_(std::move(opened)) {}

  ~Handle() override {
    const std::lock_guard lock(opened_->mutex_);
    opened_->abandoned_ = true;
    opened_->changed_.notify_all();
  }

  bool Receive(std::string_view bytes) override {
    const std::lock_guard lock(opened_->mutex_);
    if (opened_->decided_) return false;
    opened_->received_.append(bytes);
    opened_->changed_.notify_all();
    return true;
  }

 private:
  const std::shared_ptr<OpenedHandshake> opened_;
};

std::string OpenedHandshake::WaitForBytes(size_t size) {
  std::unique_lock lock(mutex_);
  EXPECT_TRUE(changed_.wait_for(lock, kLimit, [&] { return received_.size() >= size; }))
      << "only " << received_.size() << " bytes";
  return received_;
}

bool OpenedHandshake::WaitForAbandoned() {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kLimit, [&] { return abandoned_; });
}

void OpenedHandshake::Decide(client::Outcome outcome, std::string rest) {
  {
    const std::lock_guard lock(mutex_);
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
  const std::lock_guard lock(mutex_);
  opened_.push_back(opened);
  changed_.notify_all();
  return std::make_unique<Handle>(std::move(opened));
}

std::shared_ptr<OpenedHandshake> ScriptedAuthenticator::Next(absl::Duration limit) {
  std::unique_lock lock(mutex_);
  const bool there = changed_.wait_for(lock, absl::ToChronoNanoseconds(limit),
                                       [&] { return opened_.size() > taken_; });
  return there ? opened_[taken_++] : nullptr;
}

}  // namespace sallyport::gateway
