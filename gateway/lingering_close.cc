#include "gateway/lingering_close.h"

#include <utility>

namespace sallyport::gateway {

void LingeringClose::Start(EventLoop& loop, std::unique_ptr<Transport> transport,
                           std::string last_words, absl::AnyInvocable<void()> on_closed) {
  std::shared_ptr<LingeringClose> close(
      new LingeringClose(loop, std::move(transport), std::move(last_words), std::move(on_closed)));
  close->timer_.expires_after(absl::ToChronoNanoseconds(kLingerLimit));
  close->timer_.async_wait([close](const asio::error_code& error) {
    if (!error) close->Abort();
  });
  close->Advance();
}

LingeringClose::LingeringClose(EventLoop& loop, std::unique_ptr<Transport> transport,
                               std::string last_words, absl::AnyInvocable<void()> on_closed)
    : Connection(loop),
      transport_(std::move(transport)),
      to_send_(std::move(last_words)),
      timer_(loop.context()),
      on_closed_(std::move(on_closed)) {}

void LingeringClose::Abort() {
  if (closed_) return;
  closed_ = true;
  transport_->Close();
  timer_.cancel();
  on_closed_();
}

void LingeringClose::Advance() {
  if (closed_) return;
  const IoStatus status = Step();
  if (status == IoStatus::kEnd || status == IoStatus::kFailed) return Abort();
  transport_->Wait(status,
                   [self = shared_from_this()](const asio::error_code&) { self->Advance(); });
}

IoStatus LingeringClose::Step() {
  while (sent_ < to_send_.size()) {
    const IoResult result = transport_->Write(std::string_view(to_send_).substr(sent_));
    if (result.status != IoStatus::kDone) return result.status;
    sent_ += result.size;
  }
  if (!shut_down_) {
    const IoStatus status = transport_->ShutdownSend();
    if (status != IoStatus::kDone) return status;
    shut_down_ = true;
  }
  return transport_->DrainSocket(loop_.scratch());
}

}  // namespace sallyport::gateway
