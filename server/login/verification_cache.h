#ifndef SALLYPORT_SERVER_LOGIN_VERIFICATION_CACHE_H_
#define SALLYPORT_SERVER_LOGIN_VERIFICATION_CACHE_H_

// Remembers which passwords were found right, so that a client that logs in
// again costs a digest rather than a slow hash. It keeps neither passwords nor
// hashes: an entry is an HMAC, under a key that this process made and never
// shows, of the password and of the stored credentials that it was checked
// against. A changed credential therefore never matches an old entry, and wrong
// passwords are not kept at all. Thread-safe.

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "core/credentials/key_derivation.h"
#include "core/credentials/secret.h"

namespace sallyport::server {

class VerificationCache {
 public:
  struct Options {
    // Entries kept; 0 turns the cache off.
    size_t capacity = 65'536;
    absl::Duration time_to_live = absl::Minutes(5);
    // What the time is; replaced in tests.
    absl::Time (*now)() = nullptr;
  };

  explicit VerificationCache(const Options& options);

  // Contains says whether exactly this check was found right lately.
  bool Contains(const PasswordCheck& check);

  // Insert remembers that the check's password is right.
  void Insert(const PasswordCheck& check);

  struct Stats {
    // Expired ones included.
    size_t entries = 0;
    uint64_t hits = 0;
    uint64_t misses = 0;
  };
  Stats stats();

 private:
  using Digest = std::array<char, 32>;

  struct Entry {
    Digest digest;
    absl::Time expires_at;
  };

  // Several, so that streams rarely meet.
  struct Shard {
    absl::Mutex mutex;
    uint64_t hits ABSL_GUARDED_BY(mutex) = 0;
    uint64_t misses ABSL_GUARDED_BY(mutex) = 0;
    std::list<Entry> oldest_first ABSL_GUARDED_BY(mutex);
    absl::flat_hash_map<Digest, std::list<Entry>::iterator> by_digest ABSL_GUARDED_BY(mutex);
  };

  static constexpr size_t kShards = 32;

  // False where no digest can be made: the check is then neither found nor kept.
  bool DigestOf(const PasswordCheck& check, Digest* digest) const;
  Shard& ShardOf(const Digest& digest) {
    return shards_[static_cast<unsigned char>(digest[0]) % kShards];
  }

  const size_t capacity_of_shard_;
  const absl::Duration time_to_live_;
  absl::Time (*const now_)();
  Secret key_;
  std::array<Shard, kShards> shards_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_LOGIN_VERIFICATION_CACHE_H_
