#ifndef SALLYPORT_GATEWAY_SLOW_WORK_H_
#define SALLYPORT_GATEWAY_SLOW_WORK_H_

// Threads for what must not hold up an event loop: key derivations, files, and
// libraries that wait for a network. What waits for a thread is as much as there
// are connections that asked; what nobody waits for any more is not begun.
// Thread-safe.

#include <cstddef>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "asio/io_context.hpp"
#include "asio/post.hpp"
#include "asio/thread_pool.hpp"

namespace sallyport::gateway {

class SlowWork {
 public:
  // Start fails with ResourceExhausted where the system has no threads for it.
  static absl::StatusOr<std::unique_ptr<SlowWork>> Start(size_t threads);

  // ~SlowWork waits for what runs, and drops what does not yet. The contexts that
  // Do was given must outlive it.
  ~SlowWork();

  SlowWork(const SlowWork&) = delete;
  SlowWork& operator=(const SlowWork&) = delete;

  // Do calls work() on a thread of the pool, and then done(owner, result) on
  // `context`. Where the owner is gone by then, neither is called; it is kept alive
  // on `context` alone, so that it is destroyed there.
  template <typename Owner, typename Work, typename Done>
  void Do(asio::io_context& context, std::weak_ptr<Owner> owner, Work work, Done done) {
    asio::post(pool_, [&context, owner = std::move(owner), work = std::move(work),
                       done = std::move(done)]() mutable {
      if (owner.expired()) return;
      asio::post(context,
                 [owner = std::move(owner), result = work(), done = std::move(done)]() mutable {
                   if (const std::shared_ptr<Owner> live = owner.lock())
                     done(*live, std::move(result));
                 });
    });
  }

 private:
  explicit SlowWork(size_t threads) : pool_(threads) {}

  asio::thread_pool pool_;
};

}  // namespace sallyport::gateway

#endif  // SALLYPORT_GATEWAY_SLOW_WORK_H_
