#include "gateway/splice.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "asio/post.hpp"

namespace sallyport::gateway {
namespace {

// How many reads one direction makes before the loop's other connections have their turn.
constexpr int kReadsInARow = 16;

}  // namespace

std::shared_ptr<Splice> Splice::Start(EventLoop& loop, SpliceSide client, SpliceSide broker,
                                      OnEnd on_end) {
  std::shared_ptr<Splice> splice(
      new Splice(loop, std::move(client), std::move(broker), std::move(on_end)));
  splice->Pump(splice->from_broker_);
  splice->Pump(splice->from_client_);
  return splice;
}

Splice::Splice(EventLoop& loop, SpliceSide client, SpliceSide broker, OnEnd on_end)
    : Connection(loop),
      client_(std::move(client.transport)),
      broker_(std::move(broker.transport)),
      on_end_(std::move(on_end)) {
  from_client_.reader = from_broker_.writer = "the client";
  from_broker_.reader = from_client_.writer = "the broker";
  from_client_.from = from_broker_.to = client_.get();
  from_broker_.from = from_client_.to = broker_.get();
  from_client_.pending = std::move(broker.to_send);
  from_broker_.pending = std::move(client.to_send);
}

void Splice::Abort() { End("the gateway is shutting down"); }

size_t Splice::buffered() const {
  const auto of = [](const Direction& d) { return d.pending.size() - d.pending_at; };
  return of(from_client_) + of(from_broker_);
}

// Each step says whether the next may follow at once.
void Splice::Pump(Direction& direction) {
  for (int reads = 0; reads < kReadsInARow; ++reads) {
    if (ended_ || direction.finished || !Flush(direction)) return;
    if (direction.source_ended) {
      Finish(direction);
      return;
    }
    if (!ReadAndForward(direction)) return;
  }
  asio::post(loop_.context(), [self = shared_from_this(), &direction] { self->Pump(direction); });
}

bool Splice::Flush(Direction& direction) {
  while (direction.pending_at < direction.pending.size()) {
    const IoResult result =
        direction.to->Write(std::string_view(direction.pending).substr(direction.pending_at));
    if (result.status != IoStatus::kDone) {
      return WaitFor(direction, *direction.to, result.status);
    }
    direction.pending_at += result.size;
  }
  if (direction.pending.capacity() > 0) std::string().swap(direction.pending);
  direction.pending_at = 0;
  return true;
}

bool Splice::ReadAndForward(Direction& direction) {
  const IoResult result = direction.from->Read(loop_.scratch());
  if (result.status == IoStatus::kEnd) {
    direction.source_ended = true;
    LimitHalfClosed();
    return true;
  }
  if (result.status != IoStatus::kDone) return WaitFor(direction, *direction.from, result.status);
  direction.bytes += result.size;
  if (!Forward(direction, {loop_.scratch().data(), result.size})) return false;
  return !result.drained || WaitFor(direction, *direction.from, IoStatus::kWaitRead);
}

bool Splice::Forward(Direction& direction, std::string_view bytes) {
  while (!bytes.empty()) {
    const IoResult result = direction.to->Write(bytes);
    if (result.status != IoStatus::kDone) {
      direction.pending.assign(bytes);
      direction.pending_at = 0;
      return WaitFor(direction, *direction.to, result.status);
    }
    bytes.remove_prefix(result.size);
  }
  return true;
}

bool Splice::Finish(Direction& direction) {
  const IoStatus status = direction.to->ShutdownSend();
  if (status != IoStatus::kDone) return WaitFor(direction, *direction.to, status);
  direction.finished = true;
  if (from_client_.finished && from_broker_.finished) End("");
  return false;
}

bool Splice::WaitFor(Direction& direction, Transport& transport, IoStatus status) {
  if (status == IoStatus::kFailed || status == IoStatus::kEnd) {
    return Fail(&transport == direction.from ? direction.reader : direction.writer, transport);
  }
  transport.Wait(status, [self = shared_from_this(), &direction](const asio::error_code&) {
    // An error on the socket comes up again, with its name, in the next read or write.
    self->Pump(direction);
  });
  return false;
}

bool Splice::Fail(const char* who, const Transport& transport) {
  End(absl::StrCat("the connection to ", who,
                   " broke: ", transport.error().empty() ? "closed" : transport.error()));
  return false;
}

void Splice::LimitHalfClosed() {
  half_closed_timer_.emplace(loop_.context());
  half_closed_timer_->expires_after(absl::ToChronoNanoseconds(kHalfClosedLimit));
  half_closed_timer_->async_wait([self = shared_from_this()](const asio::error_code& error) {
    if (!error) self->End("one side ended, and the other did not in time");
  });
}

void Splice::End(std::string error) {
  if (ended_) return;
  ended_ = true;
  client_->Close();
  broker_->Close();
  half_closed_timer_.reset();
  on_end_({from_client_.bytes, from_broker_.bytes, std::move(error)});
}

}  // namespace sallyport::gateway
