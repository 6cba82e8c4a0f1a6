#include "server/rpc/stream_registry.h"

#include <algorithm>

#include "absl/time/time.h"

namespace sallyport::server {

StreamRegistry::StreamRegistry(std::chrono::milliseconds handshake_timeout)
    : handshake_timeout_(handshake_timeout), expiry_([this] { ExpireLateHandshakes(); }) {}

StreamRegistry::~StreamRegistry() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  expiry_.join();
}

void StreamRegistry::Add(const std::shared_ptr<LiveStream>& stream) {
  bool draining;
  {
    absl::MutexLock lock(&mutex_);
    streams_.emplace(stream.get(), stream);
    draining = draining_;
  }
  if (draining) stream->FinishWhenIdle();
}

void StreamRegistry::Remove(LiveStream* stream) {
  absl::MutexLock lock(&mutex_);
  streams_.erase(stream);
}

size_t StreamRegistry::size() const {
  absl::MutexLock lock(&mutex_);
  return streams_.size();
}

std::vector<std::shared_ptr<LiveStream>> StreamRegistry::Streams() const {
  std::vector<std::shared_ptr<LiveStream>> alive;
  absl::MutexLock lock(&mutex_);
  alive.reserve(streams_.size());
  for (const auto& [_, weak] : streams_) {
    if (auto stream = weak.lock()) alive.push_back(std::move(stream));
  }
  return alive;
}

void StreamRegistry::Drain(absl::Duration limit) {
  {
    absl::MutexLock lock(&mutex_);
    draining_ = true;
  }
  for (const auto& stream : Streams()) stream->FinishWhenIdle();
  const auto is_empty = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return streams_.empty(); };
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&is_empty), limit);
}

void StreamRegistry::ExpireLateHandshakes() {
  const absl::Duration period = std::clamp(absl::FromChrono(handshake_timeout_) / 10,
                                           absl::Milliseconds(5), absl::Seconds(1));
  while (true) {
    {
      absl::MutexLock lock(&mutex_);
      if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_), period)) return;
    }
    const auto oldest = LiveStream::Clock::now() - handshake_timeout_;
    for (const auto& stream : Streams()) stream->ExpireOpenedBefore(oldest);
  }
}

}  // namespace sallyport::server
