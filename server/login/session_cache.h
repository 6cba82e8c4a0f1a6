#ifndef SALLYPORT_SERVER_LOGIN_SESSION_CACHE_H_
#define SALLYPORT_SERVER_LOGIN_SESSION_CACHE_H_

// Remembers the sessions that clients may go on from to log in faster (DIGEST-MD5,
// RFC 2831 section 2.2). A session is given out once, so that of two clients that
// replay the same message one begins anew. A replica that does not know a session
// has its client begin anew, too. Thread-safe.

#include <cstddef>
#include <list>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "core/sasl/server_mechanism.h"

namespace sallyport::server {

class SessionCache {
 public:
  struct Options {
    // Sessions kept; over it the oldest is forgotten.
    size_t capacity = 16'384;
    // From this age on a session is stale.
    absl::Duration stale_after = absl::Minutes(10);
    // At this age it is forgotten.
    absl::Duration time_to_live = absl::Minutes(20);
    // What the time is; replaced in tests.
    absl::Time (*now)() = nullptr;
  };

  explicit SessionCache(const Options& options);

  // Take gives a session out, and forgets it.
  SessionAnswer Take(const std::string& id);

  // Remember keeps a session, in place of one of the same id.
  void Remember(RememberedSession session);

  // size is how many are kept, expired ones included.
  size_t size();

 private:
  struct Entry {
    RememberedSession session;
    absl::Time remembered_at;
  };
  using Entries = std::list<Entry>;

  void ForgetLocked(Entries::iterator entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Options options_;
  absl::Mutex mutex_;
  Entries oldest_first_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, Entries::iterator> by_id_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_LOGIN_SESSION_CACHE_H_
