#ifndef SALLYPORT_SERVER_LOGIN_UPGRADE_BACK_OFF_H_
#define SALLYPORT_SERVER_LOGIN_UPGRADE_BACK_OFF_H_

// Remembers which upgrades of credentials failed, so that not every login tries one again:
// of a store that is down for a minute, of one that cannot be written and of a user whose
// password it does not take for an hour. Another policy begins with nothing remembered.
// Thread-safe.

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace sallyport::server {

class UpgradeBackOff {
 public:
  static constexpr absl::Duration kOfAnOutage = absl::Minutes(1);
  static constexpr absl::Duration kOfARefusal = absl::Hours(1);
  // Of how many users it is remembered; of those beyond it is not.
  static constexpr size_t kMaxUsers = 4096;

  // MayTry says whether to try at `now`, by any clock that only goes forward. `store` and
  // `user` are any text that names them, `policy` is ActivePolicy::serial. Of a store that
  // failed one in each while may: the others wait for what comes of it.
  bool MayTry(uint64_t policy, const std::string& store, const std::string& user, absl::Time now);

  // Ended notes what came of a try, and says whether that is news, as a failure of a store
  // is that has not failed in this way already.
  bool Ended(uint64_t policy, const std::string& store, const std::string& user,
             const absl::Status& status, absl::Time now);

 private:
  struct Failure {
    absl::StatusCode code;
    absl::Time until;
  };

  void ForgetOtherPolicies(uint64_t policy) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Remember(const std::string& user, absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::Mutex mutex_;
  uint64_t policy_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::flat_hash_map<std::string, Failure> stores_ ABSL_GUARDED_BY(mutex_);
  // Until when.
  absl::flat_hash_map<std::string, absl::Time> users_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_LOGIN_UPGRADE_BACK_OFF_H_
