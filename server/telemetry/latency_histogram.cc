#include "server/telemetry/latency_histogram.h"

#include <algorithm>

namespace sallyport::server {
namespace {

// Threads get numbers in turn, so that few of them share a shard.
size_t ThreadNumber() {
  static std::atomic<size_t> next = 0;
  thread_local const size_t number = next.fetch_add(1, std::memory_order_relaxed);
  return number;
}

}  // namespace

void LatencyHistogram::Observe(std::chrono::nanoseconds duration) {
  const int64_t nanoseconds = std::max<int64_t>(duration.count(), 0);
  const auto bucket = static_cast<size_t>(
      std::lower_bound(kBounds.begin(), kBounds.end(), nanoseconds) - kBounds.begin());
  Shard& shard = shards_[ThreadNumber() % kShards];
  shard.buckets[bucket].fetch_add(1, std::memory_order_relaxed);
  shard.sum_nanoseconds.fetch_add(static_cast<uint64_t>(nanoseconds), std::memory_order_relaxed);
}

LatencyHistogram::Counts LatencyHistogram::Read() const {
  Counts counts;
  for (const Shard& shard : shards_) {
    for (size_t i = 0; i < counts.buckets.size(); ++i) {
      counts.buckets[i] += shard.buckets[i].load(std::memory_order_relaxed);
    }
    counts.sum_seconds +=
        static_cast<double>(shard.sum_nanoseconds.load(std::memory_order_relaxed)) / 1e9;
  }
  return counts;
}

}  // namespace sallyport::server
