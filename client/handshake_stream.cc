#include "client/handshake_stream.h"

#include <utility>

#include "client/open_handshake.h"

namespace sallyport::client {

HandshakeStream::HandshakeStream(std::shared_ptr<grpc::Channel> channel, Clock::duration window,
                                 StreamOwner& owner, TimerThread& timer, StreamTraffic& traffic)
    : owner_(owner),
      timer_(timer),
      traffic_(traffic),
      channel_(std::move(channel)),
      stub_(v1::Authenticator::NewStub(channel_)),
      window_(window) {}

void HandshakeStream::Start() {
  self_ = shared_from_this();
  {
    absl::MutexLock lock(&mu_);
    write_in_flight_ = true;
  }
  stub_->async()->Handshake(&context_, this);
  // Writes start outside of reactions, so the stream holds itself open until
  // its last read.
  AddHold();
  StartRead(&response_);
  // The contract lets an empty batch do nothing; that it was written says that
  // a server was reached.
  StartWrite(&request_);
  StartCall();
}

std::optional<uint64_t> HandshakeStream::Open(std::shared_ptr<OpenHandshake> handshake,
                                              const Opening& opening) {
  uint64_t id;
  bool write;
  {
    absl::MutexLock lock(&mu_);
    if (ended_) return std::nullopt;
    id = next_id_++;
    live_.emplace(id, std::move(handshake));
    const size_t gathered = queue_.gathered();
    queue_.Open(id, opening);
    if (!opening.resume_token.empty()) traffic_.resumes.fetch_add(1, std::memory_order_relaxed);
    write = NoteInputLocked(gathered);
  }
  if (write) WritePrepared();
  return id;
}

void HandshakeStream::Forward(uint64_t id, std::string_view received) {
  bool write;
  {
    absl::MutexLock lock(&mu_);
    if (ended_ || received.empty() || !live_.contains(id)) return;
    const size_t gathered = queue_.gathered();
    queue_.Forward(id, received);
    write = NoteInputLocked(gathered);
  }
  if (write) WritePrepared();
}

void HandshakeStream::Close(uint64_t id) {
  bool write;
  std::shared_ptr<OpenHandshake> forgotten;
  {
    absl::MutexLock lock(&mu_);
    const auto position = live_.find(id);
    if (ended_ || position == live_.end()) return;
    forgotten = std::move(position->second);
    live_.erase(position);
    const size_t gathered = queue_.gathered();
    queue_.Close(id);
    write = NoteInputLocked(gathered);
  }
  if (write) WritePrepared();
}

bool HandshakeStream::CloseIfIdle() {
  {
    absl::MutexLock lock(&mu_);
    if (ended_) return true;
    if (!live_.empty() || write_in_flight_ || delivering_ || !queue_.empty()) return false;
    ended_ = true;
    // As for a write.
    AddHold();
  }
  StartWritesDone();
  RemoveHold();
  return true;
}

bool HandshakeStream::NoteInputLocked(size_t gathered_before) {
  const Clock::time_point now = Clock::now();
  if (gathered_before == 0 || queue_.gathered() <= gathered_before) first_input_ = now;
  window_.NoteInput(now);
  const bool write = PrepareWriteLocked(now);
  PublishLoadLocked();
  return write;
}

void HandshakeStream::PublishLoadLocked() {
  live_count_.store(live_.size(), std::memory_order_relaxed);
  write_bound_.store(queue_.has_full(), std::memory_order_relaxed);
  const int64_t bytes = static_cast<int64_t>(queue_.bytes());
  if (bytes == counted_bytes_) return;
  traffic_.queued_bytes.fetch_add(bytes - counted_bytes_, std::memory_order_relaxed);
  counted_bytes_ = bytes;
}

bool HandshakeStream::PrepareWriteLocked(Clock::time_point now) {
  if (ended_ || write_in_flight_ || delivering_ || queue_.empty()) return false;
  if (!queue_.has_full()) {
    const Clock::time_point at =
        window_.WriteAt(first_input_, now, queue_.gathered(), live_.size());
    if (at > now) {
      if (!std::exchange(timer_set_, true)) {
        timer_.RunAt(at, [weak = weak_from_this()] {
          if (const auto stream = weak.lock()) stream->OnGatherWindowEnd();
        });
      }
      return false;
    }
  }
  queue_.TakeNext(request_);
  write_in_flight_ = true;
  // Keeps the call alive until WritePrepared, should its last read fail before.
  AddHold();
  return true;
}

void HandshakeStream::WritePrepared() {
  traffic_.requests.fetch_add(1, std::memory_order_relaxed);
  traffic_.inputs.fetch_add(static_cast<uint64_t>(request_.inputs_size()),
                            std::memory_order_relaxed);
  StartWrite(&request_);
  RemoveHold();
}

void HandshakeStream::OnGatherWindowEnd() {
  bool write;
  {
    absl::MutexLock lock(&mu_);
    timer_set_ = false;
    write = PrepareWriteLocked(Clock::now());
    PublishLoadLocked();
  }
  if (write) WritePrepared();
}

void HandshakeStream::OnWriteDone(bool ok) {
  bool write = false;
  bool became_ready = false;
  {
    absl::MutexLock lock(&mu_);
    write_in_flight_ = false;
    if (!ok || ended_) return;
    became_ready = !std::exchange(ready_, true);
    write = PrepareWriteLocked(Clock::now());
    PublishLoadLocked();
  }
  if (write) WritePrepared();
  if (became_ready) {
    traffic_.streams.fetch_add(1, std::memory_order_relaxed);
    owner_.OnStreamReady(shared_from_this());
  }
}

void HandshakeStream::OnReadDone(bool ok) {
  if (!ok) {
    {
      absl::MutexLock lock(&mu_);
      ended_ = true;
    }
    RemoveHold();
    return;
  }
  BeginDeliveries();
  Deliver();
  StartRead(&response_);
}

void HandshakeStream::BeginDeliveries() {
  absl::MutexLock lock(&mu_);
  delivering_ = true;
  for (v1::ConnectionOutput& output : *response_.mutable_outputs()) {
    const auto position = live_.find(output.connection_id());
    // The normal race: it was closed while this was under way.
    if (position == live_.end()) continue;
    if (output.has_outcome()) {
      deliveries_.push_back({std::move(position->second), &output});
      live_.erase(position);
    } else {
      deliveries_.push_back({position->second, &output});
    }
  }
  PublishLoadLocked();
}

void HandshakeStream::Deliver() {
  OpenHandshakes draining;
  bool answered = false;
  for (Delivery& delivery : deliveries_) {
    if (delivery.handshake->OnOutput(*this, *delivery.output) ==
        OpenHandshake::OutputResult::kDraining) {
      draining.push_back(std::move(delivery.handshake));
    } else {
      answered = true;
    }
  }
  deliveries_.clear();
  if (!draining.empty()) owner_.OnStreamDraining(shared_from_this(), std::move(draining));
  if (answered && !std::exchange(answered_, true)) owner_.OnStreamAnswered(shared_from_this());

  bool write;
  {
    absl::MutexLock lock(&mu_);
    delivering_ = false;
    write = PrepareWriteLocked(Clock::now());
    PublishLoadLocked();
  }
  if (write) WritePrepared();
}

void HandshakeStream::OnDone(const grpc::Status& status) {
  OpenHandshakes handshakes;
  {
    absl::MutexLock lock(&mu_);
    ended_ = true;
    handshakes.reserve(live_.size());
    for (auto& [id, handshake] : live_) handshakes.push_back(std::move(handshake));
    live_.clear();
    queue_ = RequestQueue();
    PublishLoadLocked();
  }
  const std::shared_ptr<HandshakeStream> self = std::move(self_);
  owner_.OnStreamEnded(self, status, std::move(handshakes));
}

}  // namespace sallyport::client
