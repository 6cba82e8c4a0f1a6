#include "server/resume/continued_handshakes.h"

#include <algorithm>
#include <utility>

#include "absl/hash/hash.h"

namespace sallyport::server {

ContinuedHandshakes::ContinuedHandshakes(absl::Duration lifetime, size_t max_handshakes)
    : lifetime_(lifetime + kMaxClockSkew),
      max_in_shard_(std::max<size_t>(max_handshakes / kShards, 1)) {}

void ContinuedHandshakes::Age(Shard& shard, absl::Time now) const {
  if (now - shard.current_since < lifetime_) return;
  const bool both = now - shard.current_since >= 2 * lifetime_;
  shard.previous = both ? Steps() : std::move(shard.current);
  shard.current = Steps();
  shard.current_since = now;
}

uint32_t ContinuedHandshakes::StepsOf(const Shard& shard, size_t key) {
  if (const auto found = shard.current.find(key); found != shard.current.end()) {
    return found->second;
  }
  const auto found = shard.previous.find(key);
  return found == shard.previous.end() ? 0 : found->second;
}

bool ContinuedHandshakes::Continue(std::string_view handshake_id, uint32_t from, uint32_t to,
                                   absl::Time now) {
  const size_t key = absl::HashOf(handshake_id);
  Shard& shard = shards_[key % kShards];
  absl::MutexLock lock(&shard.mutex);
  Age(shard, now);
  if (StepsOf(shard, key) > from) return false;
  if (shard.current.size() >= max_in_shard_) {
    shard.current = Steps();
    shard.previous = Steps();
    shard.forgot_at = now;
  }
  shard.current[key] = to;
  return true;
}

bool ContinuedHandshakes::MayContinue(std::string_view handshake_id, uint32_t steps,
                                      absl::Time sealed_at, absl::Time now) {
  const size_t key = absl::HashOf(handshake_id);
  Shard& shard = shards_[key % kShards];
  absl::MutexLock lock(&shard.mutex);
  Age(shard, now);
  return sealed_at > shard.forgot_at + kMaxClockSkew && StepsOf(shard, key) <= steps;
}

}  // namespace sallyport::server
