#ifndef SALLYPORT_BENCH_LOAD_LATENCY_HISTOGRAM_H_
#define SALLYPORT_BENCH_LOAD_LATENCY_HISTOGRAM_H_

// Counts latencies in buckets that are at most 1/16 wide of their value, from
// many threads at once and without a lock.

#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace sallyport::bench {

class LatencyHistogram {
 public:
  void Record(std::chrono::nanoseconds latency) {
    buckets_[BucketOf(static_cast<uint64_t>(latency.count()))].fetch_add(1,
                                                                         std::memory_order_relaxed);
  }

  uint64_t count() const {
    uint64_t sum = 0;
    for (const auto& bucket : buckets_) sum += bucket.load(std::memory_order_relaxed);
    return sum;
  }

  // Quantile is the upper bound of the bucket that holds the `fraction` (0 to 1)
  // of all that was recorded.
  std::chrono::nanoseconds Quantile(double fraction) const {
    const auto wanted = static_cast<uint64_t>(fraction * static_cast<double>(count()));
    uint64_t seen = 0;
    for (size_t i = 0; i < kBuckets; ++i) {
      seen += buckets_[i].load(std::memory_order_relaxed);
      if (seen > wanted) return std::chrono::nanoseconds(UpperBoundOf(i));
    }
    return std::chrono::nanoseconds(0);
  }

 private:
  static constexpr size_t kSubBits = 4;
  static constexpr size_t kBuckets = (64 - kSubBits + 1) << kSubBits;

  static size_t BucketOf(uint64_t value) {
    if (value < (1u << kSubBits)) return value;
    const auto shift = static_cast<size_t>(std::bit_width(value)) - kSubBits - 1;
    return ((shift + 1) << kSubBits) + (value >> shift) - (1u << kSubBits);
  }

  static uint64_t UpperBoundOf(size_t bucket) {
    if (bucket < (1u << kSubBits)) return bucket;
    const size_t shift = (bucket >> kSubBits) - 1;
    const uint64_t base = (bucket & ((1u << kSubBits) - 1)) + (1u << kSubBits);
    return ((base + 1) << shift) - 1;
  }

  std::array<std::atomic<uint64_t>, kBuckets> buckets_ = {};
};

}  // namespace sallyport::bench

#endif  // SALLYPORT_BENCH_LOAD_LATENCY_HISTOGRAM_H_
