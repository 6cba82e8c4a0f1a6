#ifndef SALLYPORT_SERVER_STORES_LOOKUP_POOL_H_
#define SALLYPORT_SERVER_STORES_LOOKUP_POOL_H_

// Threads that ask a store which blocks, for callers who must not. The queue is
// bounded; lookups of one name that are under way at the same time are one
// question; answers go to an AccountCache. Thread-safe.

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"
#include "server/stores/account_cache.h"
#include "server/stores/credential_store.h"

namespace sallyport::server {

class LookupPool {
 public:
  // A Reader asks the store on the calling thread. It belongs to one thread of
  // the pool: a connection may live in it.
  using Reader = absl::AnyInvocable<LookupResult(const std::string& authentication_id)>;

  // LookupPool starts a thread for each reader. At most `max_waiting` lookups
  // wait for an answer at a time. `cache` must outlive the pool.
  LookupPool(std::vector<Reader> readers, size_t max_waiting, AccountCache& cache);

  // ~LookupPool answers what no reader has begun with Unavailable.
  ~LookupPool();

  LookupPool(const LookupPool&) = delete;
  LookupPool& operator=(const LookupPool&) = delete;

  // Lookup calls `done` exactly once: on a thread of the pool or, with
  // ResourceExhausted, on the caller's. An answer is never older than the last
  // invalidation of the name in the cache before the call.
  void Lookup(std::string authentication_id, LookupDone done);

 private:
  // Flight is one question to the store and all who wait for its answer.
  struct Flight {
    std::string name;
    uint64_t generation = 0;
    std::vector<LookupDone> waiting;
  };

  void Run(Reader reader);
  // The next flight, or null when the pool closes.
  std::shared_ptr<Flight> Take();
  // Tells all who wait for `flight`.
  void Land(const std::shared_ptr<Flight>& flight, const LookupResult& result);

  AccountCache& cache_;
  const size_t max_waiting_;
  absl::Mutex mutex_;
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  size_t waiting_ ABSL_GUARDED_BY(mutex_) = 0;
  std::deque<std::shared_ptr<Flight>> queue_ ABSL_GUARDED_BY(mutex_);
  // The flight of each name that a lookup may still join, queued or under way.
  absl::flat_hash_map<std::string, std::shared_ptr<Flight>> joinable_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_LOOKUP_POOL_H_
