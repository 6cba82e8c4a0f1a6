#ifndef SALLYPORT_BENCH_LOAD_CLIENT_WORK_H_
#define SALLYPORT_BENCH_LOAD_CLIENT_WORK_H_

// What the clients of a load have to work out. Thread-safe.

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "asio/post.hpp"
#include "asio/thread_pool.hpp"
#include "core/credentials/key_derivation.h"

namespace sallyport::bench {

class ClientWork {
 public:
  ClientWork();

  // ~ClientWork waits for what runs.
  ~ClientWork();

  // Answer derives what a client would, and keeps what it derived from its
  // password, as RFC 5802 section 5.1 suggests, so that the load is on the service.
  // nullopt for a SlowStep, which may wait for a KDC: it is for Do.
  std::optional<DerivationAnswer> Answer(const KeyDerivation& work);

  // Do calls `work` on another thread: one of the SDK's would keep every login of
  // its stream waiting.
  void Do(std::function<void()> work) { asio::post(pool_, std::move(work)); }

 private:
  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Secret> by_salt_ ABSL_GUARDED_BY(mutex_);
  asio::thread_pool pool_;
};

}  // namespace sallyport::bench

#endif  // SALLYPORT_BENCH_LOAD_CLIENT_WORK_H_
