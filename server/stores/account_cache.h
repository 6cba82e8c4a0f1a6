#ifndef SALLYPORT_SERVER_STORES_ACCOUNT_CACHE_H_
#define SALLYPORT_SERVER_STORES_ACCOUNT_CACHE_H_

// What a store lately said of its users, so that a login of a known one waits
// for nothing: bounded (least recently used goes first), with a time to live,
// and cut into shards that each have a lock of their own. "No such user" is cached
// too, in a place of its own: names that somebody makes up push no user out.
// Thread-safe.

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "core/credentials/account.h"

namespace sallyport::server {

// MonotonicNow is a clock that no operator can set back; its zero means nothing.
absl::Time MonotonicNow();

struct AccountCacheOptions {
  // The most accounts kept, rounded up to a multiple of `shards`; and of "no such user" a
  // quarter as many.
  size_t capacity = 65536;
  absl::Duration ttl = absl::Seconds(60);
  // For "no such user".
  absl::Duration negative_ttl = absl::Seconds(10);
  // How much longer GetStale serves an answer.
  absl::Duration stale_while_down = absl::ZeroDuration();
  size_t shards = 64;
  // Called from many threads at once.
  absl::AnyInvocable<absl::Time() const> clock = MonotonicNow;
};

class AccountCache {
 public:
  explicit AccountCache(AccountCacheOptions options);

  // Get is the account, null for a user who does not exist, or nothing where
  // the cache cannot tell. It allocates nothing.
  std::optional<std::shared_ptr<const Account>> Get(std::string_view name);

  // GetStale is for a store that is down: the account, if there is one, also where its time to live
  // has passed, if it has not by more than `stale_while_down`. Get then serves it for
  // another `retry_after`, so that the store is not asked at each login.
  std::optional<std::shared_ptr<const Account>> GetStale(std::string_view name,
                                                         absl::Duration retry_after);

  // Generation changes whenever `name` is invalidated. Take it before the store
  // is asked, and hand it to Put.
  uint64_t Generation(std::string_view name);

  // Put keeps what the store said (null: no such user), unless `name` has been
  // invalidated since `generation`: then the answer may be older than the change.
  void Put(std::string_view name, uint64_t generation, std::shared_ptr<const Account> account);

  // Invalidate forgets `name`. Call it when a change is committed.
  void Invalidate(std::string_view name);

  // InvalidateAll forgets every name.
  void InvalidateAll();

  // size is how many names are kept, expired ones included.
  size_t size();

 private:
  struct Entry {
    std::string name;
    std::shared_ptr<const Account> account;
    // Until when Get serves it, and GetStale.
    absl::Time expires_at;
    absl::Time stale_until;
  };
  using Entries = std::list<Entry>;

  // A cache line for each, so that two locks never share one.
  struct alignas(64) Shard {
    absl::Mutex mutex;
    uint64_t generation ABSL_GUARDED_BY(mutex) = 0;
    // The most recently used first; users, and names that are nobody's.
    Entries users ABSL_GUARDED_BY(mutex);
    Entries absent ABSL_GUARDED_BY(mutex);
    // The keys are the names in both.
    absl::flat_hash_map<absl::string_view, Entries::iterator> index ABSL_GUARDED_BY(mutex);
  };

  Shard& ShardOf(absl::string_view name);
  // The one of the two that `entry` is in, or is to be.
  static Entries& PlaceOf(const Entry& entry, Shard& shard)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mutex) {
    return entry.account == nullptr ? shard.absent : shard.users;
  }

  const size_t shard_capacity_;
  const size_t shard_absent_capacity_;
  const absl::Duration ttl_;
  const absl::Duration negative_ttl_;
  const absl::Duration stale_while_down_;
  const absl::AnyInvocable<absl::Time() const> clock_;
  std::vector<Shard> shards_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_ACCOUNT_CACHE_H_
