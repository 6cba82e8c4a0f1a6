#ifndef SALLYPORT_SERVER_TELEMETRY_LATENCY_HISTOGRAM_H_
#define SALLYPORT_SERVER_TELEMETRY_LATENCY_HISTOGRAM_H_

// Counts durations by size, from many threads at once: without a lock, an allocation or
// a cache line that threads contend for. Thread-safe.

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace sallyport::server {

class LatencyHistogram {
 public:
  // kBounds are the buckets' inclusive upper bounds, from 10 microseconds to 30 seconds,
  // in nanoseconds. What takes longer is in a last bucket without a bound.
  static constexpr std::array<int64_t, 20> kBounds = {
      10'000,        25'000,        50'000,        100'000,        250'000,
      500'000,       1'000'000,     2'500'000,     5'000'000,      10'000'000,
      25'000'000,    50'000'000,    100'000'000,   250'000'000,    500'000'000,
      1'000'000'000, 2'500'000'000, 5'000'000'000, 10'000'000'000, 30'000'000'000};

  // Counts is what was observed.
  struct Counts {
    // By bucket, not added up.
    std::array<uint64_t, kBounds.size() + 1> buckets{};
    double sum_seconds = 0;
  };

  // Observe counts a duration; a negative one as none.
  void Observe(std::chrono::nanoseconds duration);

  // Read may miss what is observed meanwhile.
  Counts Read() const;

 private:
  struct alignas(64) Shard {
    std::array<std::atomic<uint64_t>, kBounds.size() + 1> buckets{};
    std::atomic<uint64_t> sum_nanoseconds = 0;
  };

  // A power of two.
  static constexpr size_t kShards = 16;

  std::array<Shard, kShards> shards_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_TELEMETRY_LATENCY_HISTOGRAM_H_
