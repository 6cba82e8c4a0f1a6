#ifndef SALLYPORT_SERVER_TELEMETRY_LOGIN_METRICS_H_
#define SALLYPORT_SERVER_TELEMETRY_LOGIN_METRICS_H_

// What is counted and measured of logins. Nothing here is named by a client: a tenant is
// one of the policy's, and only so many of those are told apart. Thread-safe.

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "absl/synchronization/mutex.h"
#include "server/telemetry/latency_histogram.h"
#include "server/telemetry/login_counts.h"
#include "server/telemetry/login_stages.h"

namespace sallyport::server {

class LoginMetrics {
 public:
  // kMaxTenants is how many tenants are told apart: the first that have logins.
  static constexpr size_t kMaxTenants = 1000;
  // kOtherTenants is the name of all the others together.
  static constexpr char kOtherTenants[] = "other";

  explicit LoginMetrics(size_t max_tenants = kMaxTenants) : max_tenants_(max_tenants) {}

  // CountsOf are those of the policy's tenant `index`, which is called `name`: a read of
  // a pointer, but for the tenant's first login under a policy.
  LoginCounts& CountsOf(TenantCountSlots& slots, size_t index, const std::string& name) {
    LoginCounts* counts = slots.Get(index);
    return counts != nullptr ? *counts : Resolve(slots, index, name);
  }

  // without_tenant are the counts of logins that ended before it was known whose they were.
  LoginCounts& without_tenant() { return without_tenant_; }

  // KeepOnly forgets the tenants that are not among `names`, and so makes room for others.
  // It asks for the names, of the active policy, while no tenant can be added.
  void KeepOnly(absl::FunctionRef<absl::flat_hash_set<std::string>()> names);

  // ForEach calls `visitor` for each tenant that has had a login; the name is empty for
  // those without one.
  void ForEach(
      absl::FunctionRef<void(const std::string& tenant, const LoginCounts& counts)> visitor) const;

  // Measure takes the times of a login that has ended.
  void Measure(const LoginStages& stages, std::chrono::nanoseconds whole);

  const LatencyHistogram& stage(LoginStage stage) const {
    return stages_[static_cast<size_t>(stage)];
  }
  // whole is from the opening to the outcome.
  const LatencyHistogram& whole() const { return whole_; }

 private:
  LoginCounts& Resolve(TenantCountSlots& slots, size_t index, const std::string& name);

  const size_t max_tenants_;
  LoginCounts without_tenant_;
  const std::shared_ptr<LoginCounts> others_ = std::make_shared<LoginCounts>();
  std::array<LatencyHistogram, kLoginStages> stages_;
  LatencyHistogram whole_;
  mutable absl::Mutex mutex_;
  absl::flat_hash_map<std::string, std::shared_ptr<LoginCounts>> tenants_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_TELEMETRY_LOGIN_METRICS_H_
