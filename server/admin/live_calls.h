#ifndef SALLYPORT_SERVER_ADMIN_LIVE_CALLS_H_
#define SALLYPORT_SERVER_ADMIN_LIVE_CALLS_H_

// The operator's calls that are under way, so that the end of the service waits for them,
// and not for the servers of stores that they wait for. Thread-safe.

#include <list>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/policy/active_policy.h"

namespace sallyport::server {

class LiveCalls {
  using Policies = std::list<std::shared_ptr<const ActivePolicy>>;
  struct End {
    void operator()(const std::shared_ptr<const ActivePolicy>* policy) const;
    LiveCalls* calls;
    Policies::iterator place;
  };

 public:
  // A Call lasts until it goes, which must be before the LiveCalls do.
  using Call = std::unique_ptr<const std::shared_ptr<const ActivePolicy>, End>;

  LiveCalls() = default;
  LiveCalls(const LiveCalls&) = delete;
  LiveCalls& operator=(const LiveCalls&) = delete;

  // Begin is a call that runs under `policy`; null once Drain was called.
  Call Begin(std::shared_ptr<const ActivePolicy> policy);

  // Drain lets no more calls begin, and those that are under way end by themselves for
  // `grace`. After that none of them waits for a store that is written: their policies'
  // directories are stopped.
  void Drain(absl::Duration grace);

 private:
  absl::Mutex mutex_;
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  // Of each call.
  Policies policies_ ABSL_GUARDED_BY(mutex_);
};

// StopDirectories stops what can be written of the policy's stores.
void StopDirectories(const ActivePolicy& policy);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_ADMIN_LIVE_CALLS_H_
