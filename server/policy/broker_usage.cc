#include "server/policy/broker_usage.h"

#include <algorithm>

namespace sallyport::server {
namespace {

using Nanoseconds = std::chrono::nanoseconds;

constexpr int64_t kSecond = Nanoseconds(std::chrono::seconds(1)).count();

}  // namespace

BrokerUsage::Lease BrokerUsage::Hold(std::shared_ptr<BrokerUsage> usage, Kind kind) {
  usage->Count(kind).fetch_add(1, std::memory_order_relaxed);
  return {std::move(usage), kind};
}

std::optional<BrokerUsage::Lease> BrokerUsage::TryHold(std::shared_ptr<BrokerUsage> usage,
                                                       Kind kind, uint32_t limit) {
  BrokerUsage& counted = *usage;
  const int64_t before = counted.Count(kind).fetch_add(1, std::memory_order_relaxed);
  Lease lease(std::move(usage), kind);
  if (limit == 0 || before < limit) return lease;
  counted.refused_[static_cast<size_t>(kind)].fetch_add(1, std::memory_order_relaxed);
  return std::nullopt;
}

// The generic cell rate algorithm: instead of a bucket that is filled by the clock, one
// time is kept, which each handshake moves on by the time that one takes at the rate; it
// may run ahead of the clock by a burst's.
bool BrokerUsage::MayBegin(const policy::BrokerQuotas& quotas, Clock::time_point now) {
  if (quotas.handshakes_per_second == 0) return true;
  const int64_t time = std::chrono::duration_cast<Nanoseconds>(now.time_since_epoch()).count();
  const int64_t interval = kSecond / quotas.handshakes_per_second;
  const int64_t latest = time + interval * quotas.burst;
  int64_t due = due_.load(std::memory_order_relaxed);
  while (true) {
    const int64_t next = std::max(due, time) + interval;
    if (next > latest) {
      // Further ahead than a burst it is only where a slower rate held before.
      if (due > latest) due_.compare_exchange_strong(due, latest, std::memory_order_relaxed);
      refused_by_rate_.fetch_add(1, std::memory_order_relaxed);
      return false;
    }
    if (due_.compare_exchange_weak(due, next, std::memory_order_relaxed)) return true;
  }
}

std::shared_ptr<BrokerUsage> BrokerUsages::Of(const std::string& name) {
  absl::MutexLock lock(&mutex_);
  std::weak_ptr<BrokerUsage>& known = usages_[name];
  std::shared_ptr<BrokerUsage> usage = known.lock();
  if (usage == nullptr) known = usage = std::make_shared<BrokerUsage>();
  return usage;
}

std::vector<BrokerUsageReport> BrokerUsages::Report() const {
  using Kind = BrokerUsage::Kind;
  std::vector<BrokerUsageReport> reports;
  absl::MutexLock lock(&mutex_);
  for (const auto& [name, weak] : usages_) {
    const std::shared_ptr<BrokerUsage> usage = weak.lock();
    if (usage == nullptr) continue;
    reports.push_back({.broker = name,
                       .streams = usage->live(Kind::kStream),
                       .handshakes = usage->live(Kind::kHandshake),
                       .refused_streams = usage->refused(Kind::kStream),
                       .refused_handshakes = usage->refused(Kind::kHandshake) +
                                             usage->refused(Kind::kUnstartedExchange),
                       .refused_by_rate = usage->refused_by_rate()});
  }
  return reports;
}

}  // namespace sallyport::server
