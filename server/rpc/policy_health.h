#ifndef SALLYPORT_SERVER_RPC_POLICY_HEALTH_H_
#define SALLYPORT_SERVER_RPC_POLICY_HEALTH_H_

// Lets a probe ask by gRPC's health checking which policy a replica runs:
//
//   sallyport.policy                 serves if and only if the policy's file, as it is
//                                    now, is the active policy
//   sallyport.policy/0123456789ab    serves if and only if the active policy's hash
//                                    begins so; unknown where it never did
//
// Thread-safe.

#include <grpcpp/health_check_service_interface.h>

#include <cstddef>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "server/policy/policy_source.h"

namespace sallyport::server {

inline constexpr char kPolicyHealthName[] = "sallyport.policy";
// Of the hash's hexadecimal digits.
inline constexpr size_t kPolicyHealthDigits = 12;

class PolicyHealth {
 public:
  // Watch says what there is to say of `policies`, which must live until Stop.
  void Watch(const PolicySource& policies);

  // AddServer has a server say so, too; it must live until Stop. Null is none.
  void AddServer(grpc::HealthCheckServiceInterface* server);

  // Refresh says what has changed.
  void Refresh();

  // Stop forgets the policies and the servers.
  void Stop();

 private:
  void RefreshLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::Mutex mutex_;
  const PolicySource* policies_ ABSL_GUARDED_BY(mutex_) = nullptr;
  std::vector<grpc::HealthCheckServiceInterface*> servers_ ABSL_GUARDED_BY(mutex_);
  // Of the policy that is said to be active; empty: of none.
  std::string active_name_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_RPC_POLICY_HEALTH_H_
