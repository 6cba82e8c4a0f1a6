#ifndef SALLYPORT_SERVER_LOGIN_DERIVATION_POOL_H_
#define SALLYPORT_SERVER_LOGIN_DERIVATION_POOL_H_

// Runs slow key derivations on threads of its own, within bounds: when its queue
// is full, it refuses, and the login ends with sys-temp. A check that a store makes is
// handed to that, which has bounds of its own; what it says is never remembered.
// Thread-safe.

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"
#include "core/credentials/key_derivation.h"
#include "server/login/verification_cache.h"
#include "server/telemetry/latency_histogram.h"

namespace sallyport::server {

class DerivationPool {
 public:
  using Done = absl::AnyInvocable<void(DerivationAnswer) &&>;

  struct Options {
    int threads = 2;
    // Derivations waiting for a thread; over it, a new one is refused.
    size_t max_queued = 1024;
    VerificationCache::Options cache;
  };

  explicit DerivationPool(const Options& options);
  // Destroying the pool waits for the derivations that run, and refuses those
  // that wait.
  ~DerivationPool();

  // Stop refuses what is queued and what comes later, and returns when no work is
  // under way any more on the pool's threads; a store ends its own checks when it is
  // destroyed. Safe to call twice, not from two threads.
  void Stop();

  // DeriveCached answers from the cache of verified passwords, or not at all.
  std::optional<DerivationAnswer> DeriveCached(const KeyDerivation& work);

  // Derive does the work on the pool, or has the store do it. `done` is called exactly
  // once: on a thread of the pool or of the store's or, where the work is refused, on the
  // caller's.
  void Derive(KeyDerivation work, Done done);

  struct Stats {
    size_t threads = 0;
    size_t max_queued = 0;
    size_t queued = 0;
    size_t running = 0;
    // Refused, as too many waited, or as the pool ends.
    uint64_t shed = 0;
  };
  Stats stats();

  // queue_times is how long derivations waited for a thread, and run_times how long one
  // worked on them; checks that stores make are in neither.
  const LatencyHistogram& queue_times() const { return queue_times_; }
  const LatencyHistogram& run_times() const { return run_times_; }

  VerificationCache::Stats cache_stats() { return cache_.stats(); }

 private:
  using Clock = std::chrono::steady_clock;

  struct Job {
    Clock::time_point queued_at;
    KeyDerivation work;
    Done done;
  };

  void Run();

  const size_t max_queued_;
  const size_t thread_count_;
  LatencyHistogram queue_times_;
  LatencyHistogram run_times_;
  std::atomic<size_t> running_ = 0;
  std::atomic<uint64_t> shed_ = 0;
  VerificationCache cache_;
  absl::Mutex mutex_;
  std::deque<Job> queue_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_LOGIN_DERIVATION_POOL_H_
