#include "server/login/stream_registry.h"

#include "absl/time/time.h"

namespace sallyport::server {
namespace {

constexpr absl::Duration kExpiryPeriod = absl::Milliseconds(100);

}  // namespace

StreamRegistry::StreamRegistry() : expiry_([this] { ExpireLateHandshakes(); }) {}

void StreamRegistry::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (expiry_.joinable()) expiry_.join();
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
  while (true) {
    {
      absl::MutexLock lock(&mutex_);
      if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_), kExpiryPeriod)) return;
    }
    for (const auto& stream : Streams()) stream->ExpireDue(LiveStream::Clock::now());
  }
}

}  // namespace sallyport::server
