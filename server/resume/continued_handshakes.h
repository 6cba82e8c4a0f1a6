#ifndef SALLYPORT_SERVER_RESUME_CONTINUED_HANDSHAKES_H_
#define SALLYPORT_SERVER_RESUME_CONTINUED_HANDSHAKES_H_

// How far this replica has taken each resumable handshake, so that a token is
// continued once and not again. Remembers a handshake for as long as its tokens
// live, in bounded memory: should there be more, it forgets them all, and has
// every token refused that was sealed before. Thread-safe, with a lock for each
// of several shards.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace sallyport::server {

class ContinuedHandshakes {
 public:
  // kMaxClockSkew is how far the clocks of a fleet may lie apart.
  static constexpr absl::Duration kMaxClockSkew = absl::Seconds(5);

  // `lifetime` is that of a token, and `max_handshakes` what is remembered of the
  // time of one.
  explicit ContinuedHandshakes(absl::Duration lifetime, size_t max_handshakes = 1 << 20);

  // Continue notes that `handshake_id`, which had used `from` frames, has used
  // `to`. False, and nothing is noted, where it had got further than `from`.
  bool Continue(std::string_view handshake_id, uint32_t from, uint32_t to, absl::Time now);

  // MayContinue says whether a token that was sealed then, at `steps` frames, was
  // not continued.
  bool MayContinue(std::string_view handshake_id, uint32_t steps, absl::Time sealed_at,
                   absl::Time now);

 private:
  using Steps = absl::flat_hash_map<size_t, uint32_t>;

  struct Shard {
    absl::Mutex mutex;
    // By the hash of the id: two that share one refuse each other's tokens.
    Steps current ABSL_GUARDED_BY(mutex);
    Steps previous ABSL_GUARDED_BY(mutex);
    absl::Time current_since ABSL_GUARDED_BY(mutex) = absl::InfinitePast();
    absl::Time forgot_at ABSL_GUARDED_BY(mutex) = absl::InfinitePast();
  };
  static constexpr size_t kShards = 16;

  void Age(Shard& shard, absl::Time now) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mutex);
  static uint32_t StepsOf(const Shard& shard, size_t key)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mutex);

  const absl::Duration lifetime_;
  const size_t max_in_shard_;
  std::array<Shard, kShards> shards_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_RESUME_CONTINUED_HANDSHAKES_H_
