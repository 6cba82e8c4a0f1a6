#include "bench/load/canned_login.h"

#include <utility>

#include "core/amqp/protocol_header.h"

namespace sallyport::bench {

void CannedLogin::Begin(client::Authenticator& authenticator,
                        const client::ConnectionFacts& facts) {
  began_ = std::chrono::steady_clock::now();
  auto handle = authenticator.Open(facts, shared_from_this());
  absl::MutexLock lock(&mutex_);
  handle_ = std::move(handle);
  handle_->Receive(amqp::kSaslProtocolHeader);
  if (heard_ > 0) handle_->Receive(std::string(kCannedInitSize, 'i'));
}

void CannedLogin::OnSend(std::string_view) {
  absl::MutexLock lock(&mutex_);
  ++heard_;
  if (handle_ == nullptr) return;
  if (heard_ == 1) handle_->Receive(std::string(kCannedInitSize, 'i'));
  if (heard_ == 2) handle_->Receive(std::string(kCannedResponseSize, 'r'));
}

void CannedLogin::OnOutcome(client::Outcome outcome, std::string) {
  std::unique_ptr<client::Handshake> handle;
  {
    absl::MutexLock lock(&mutex_);
    handle = std::move(handle_);
  }
  on_end_({.accepted = outcome.code == amqp::SaslCode::kOk,
           .detail = std::move(outcome.detail),
           .began = began_});
}

}  // namespace sallyport::bench
