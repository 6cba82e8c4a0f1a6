#include "gateway/sasl_relay.h"

#include <openssl/crypto.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "asio/post.hpp"

namespace sallyport::gateway {

// Moves what the SDK says to the relay's loop. The relay is only touched there,
// and destroyed there too.
class SaslRelay::Observer : public client::HandshakeObserver {
 public:
  explicit Observer(const std::shared_ptr<SaslRelay>& relay)
      : context_(relay->loop_.context()), relay_(relay) {}

  void OnSend(std::string_view bytes) override {
    asio::post(context_, [relay = relay_, copy = std::string(bytes)] {
      if (const std::shared_ptr<SaslRelay> live = relay.lock()) live->Send(copy);
    });
  }

  void OnOutcome(client::Outcome outcome, std::string rest) override {
    asio::post(context_,
               [relay = relay_, outcome = std::move(outcome), rest = std::move(rest)]() mutable {
                 if (const std::shared_ptr<SaslRelay> live = relay.lock()) {
                   live->Decide(std::move(outcome), std::move(rest));
                 }
               });
  }

 private:
  asio::io_context& context_;
  const std::weak_ptr<SaslRelay> relay_;
};

std::shared_ptr<SaslRelay> SaslRelay::Start(EventLoop& loop, Transport& transport,
                                            client::Authenticator& authenticator,
                                            client::ConnectionFacts facts, uint64_t byte_limit,
                                            OnEnd on_end) {
  std::shared_ptr<SaslRelay> relay(new SaslRelay(loop, transport, byte_limit, std::move(on_end)));
  relay->handshake_ = authenticator.Open(std::move(facts), std::make_shared<Observer>(relay));
  asio::post(loop.context(), [relay] { relay->Read(); });
  return relay;
}

SaslRelay::SaslRelay(EventLoop& loop, Transport& transport, uint64_t byte_limit, OnEnd on_end)
    : loop_(loop), transport_(&transport), byte_limit_(byte_limit), on_end_(std::move(on_end)) {}

void SaslRelay::Cancel() {
  handshake_.reset();
  transport_ = nullptr;
  on_end_ = nullptr;
}

void SaslRelay::Read() {
  while (transport_ != nullptr) {
    const IoResult result = transport_->Read(loop_.scratch());
    switch (result.status) {
      case IoStatus::kDone:
        if (!TakeFromClient({loop_.scratch().data(), result.size})) return;
        break;
      case IoStatus::kEnd:
        return Break("the client closed the connection");
      case IoStatus::kFailed:
        return Break(absl::StrCat("the client's connection broke: ", transport_->error()));
      case IoStatus::kWaitRead:
      case IoStatus::kWaitWrite:
        transport_->Wait(result.status,
                         [self = shared_from_this()](const asio::error_code&) { self->Read(); });
        return;
    }
  }
}

bool SaslRelay::TakeFromClient(std::string_view bytes) {
  received_ += bytes.size();
  if (received_ > byte_limit_) {
    Break(absl::StrCat("the client sent more than ", byte_limit_,
                       " bytes before it was authenticated"));
    return false;
  }
  const bool taken = handshake_->Receive(bytes);
  if (!taken) refused_by_sdk_.assign(bytes);
  // They may hold a password.
  OPENSSL_cleanse(loop_.scratch().data(), bytes.size());
  return taken;
}

void SaslRelay::Send(std::string_view bytes) {
  if (transport_ == nullptr) return;
  to_send_.append(bytes);
  if (!write_waits_) Flush();
}

void SaslRelay::Flush() {
  size_t sent = 0;
  while (sent < to_send_.size()) {
    const IoResult result = transport_->Write(std::string_view(to_send_).substr(sent));
    if (result.status == IoStatus::kDone) {
      sent += result.size;
      continue;
    }
    if (result.status == IoStatus::kFailed || result.status == IoStatus::kEnd) {
      return Break(absl::StrCat("the client's connection broke: ", transport_->error()));
    }
    write_waits_ = true;
    transport_->Wait(result.status, [self = shared_from_this()](const asio::error_code&) {
      self->write_waits_ = false;
      if (self->transport_ != nullptr) self->Flush();
    });
    break;
  }
  to_send_.erase(0, sent);
}

void SaslRelay::Decide(client::Outcome outcome, std::string rest) {
  if (transport_ == nullptr) return;
  rest.append(refused_by_sdk_);
  End(SaslRelayOutcome{std::move(outcome), std::move(to_send_), std::move(rest)});
}

void SaslRelay::Break(std::string what) { End(SaslRelayFault{std::move(what), received_ == 0}); }

void SaslRelay::End(Result result) {
  OnEnd on_end = std::move(on_end_);
  transport_->CancelWaits();
  Cancel();
  if (on_end) on_end(std::move(result));
}

}  // namespace sallyport::gateway
