#ifndef SALLYPORT_SERVER_RPC_READINESS_HEALTH_H_
#define SALLYPORT_SERVER_RPC_READINESS_HEALTH_H_

// Lets a probe ask by gRPC's health checking whether a replica can let anybody in:
//
//   sallyport.ready          serves unless the service drains, or nobody who is known
//                            could log in: every store of the policy is down, none of
//                            them can answer meanwhile, and no tokens are accepted
//   sallyport.store/NAME     serves if and only if that store of the policy is up
//
// One store that is down keeps a replica ready: its own tenants would gain nothing from
// another replica, and all others would lose this one. Thread-safe.

#include <grpcpp/health_check_service_interface.h>

#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/synchronization/mutex.h"
#include "sallyport/v1/policy.pb.h"
#include "server/telemetry/store_health.h"

namespace sallyport::server {

inline constexpr char kReadyHealthName[] = "sallyport.ready";
inline constexpr char kStoreHealthPrefix[] = "sallyport.store/";

// MayLogIn says whether somebody who is known could log in under `policy`, its stores
// being so. A store answers although it is down where it serves what is stale, and where it
// is of files: that is down while they cannot be read anew, and goes on with what it read.
bool MayLogIn(const v1::Policy& policy, const std::vector<StoreHealth::Store>& stores);

class ReadinessHealth {
 public:
  // AddServer has a server say so; it must live until Stop. Null is none.
  void AddServer(grpc::HealthCheckServiceInterface* server);

  // Refresh says what has changed.
  void Refresh(const v1::Policy& policy, const std::vector<StoreHealth::Store>& stores);

  // Drain says that the replica is not ready, from now on.
  void Drain();

  // Stop forgets the servers.
  void Stop();

 private:
  void Say() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::Mutex mutex_;
  std::vector<grpc::HealthCheckServiceInterface*> servers_ ABSL_GUARDED_BY(mutex_);
  bool ready_ ABSL_GUARDED_BY(mutex_) = false;
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  // Those that are up, and every one that was ever named.
  absl::flat_hash_set<std::string> up_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_set<std::string> named_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_RPC_READINESS_HEALTH_H_
