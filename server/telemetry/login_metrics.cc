#include "server/telemetry/login_metrics.h"

#include <utility>

namespace sallyport::server {

LoginCounts& LoginMetrics::Resolve(TenantCountSlots& slots, size_t index, const std::string& name) {
  std::shared_ptr<LoginCounts> counts = others_;
  {
    absl::MutexLock lock(&mutex_);
    if (const auto known = tenants_.find(name); known != tenants_.end()) {
      counts = known->second;
    } else if (tenants_.size() < max_tenants_ && name != kOtherTenants) {
      counts = std::make_shared<LoginCounts>();
      tenants_.emplace(name, counts);
    }
  }
  LoginCounts& result = *counts;
  slots.Set(index, std::move(counts));
  return result;
}

void LoginMetrics::KeepOnly(absl::FunctionRef<absl::flat_hash_set<std::string>()> names) {
  absl::MutexLock lock(&mutex_);
  const absl::flat_hash_set<std::string> kept = names();
  absl::erase_if(tenants_, [&](const auto& tenant) { return !kept.contains(tenant.first); });
}

void LoginMetrics::ForEach(
    absl::FunctionRef<void(const std::string&, const LoginCounts&)> visitor) const {
  visitor("", without_tenant_);
  visitor(kOtherTenants, *others_);
  std::vector<std::pair<std::string, std::shared_ptr<LoginCounts>>> tenants;
  {
    absl::MutexLock lock(&mutex_);
    tenants.assign(tenants_.begin(), tenants_.end());
  }
  for (const auto& [name, counts] : tenants) visitor(name, *counts);
}

void LoginMetrics::Measure(const LoginStages& stages, std::chrono::nanoseconds whole) {
  for (size_t i = 0; i < kLoginStages; ++i) {
    const auto spent = stages.spent(static_cast<LoginStage>(i));
    if (spent > spent.zero()) stages_[i].Observe(spent);
  }
  whole_.Observe(whole);
}

}  // namespace sallyport::server
