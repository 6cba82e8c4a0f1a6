#ifndef SALLYPORT_SERVER_POLICY_BROKER_USAGE_H_
#define SALLYPORT_SERVER_POLICY_BROKER_USAGE_H_

// What each broker of the policy uses of this replica, held against its quotas. A
// broker's numbers outlive the policy that they began under: a new one that names it
// goes on with them, and with its own quotas.
//
// Thread-safe. Counting takes no lock: an atomic operation or two for each handshake.

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/btree_map.h"
#include "absl/synchronization/mutex.h"
#include "policy/broker.h"

namespace sallyport::server {

class BrokerUsage {
 public:
  using Clock = std::chrono::steady_clock;

  enum class Kind : uint8_t { kStream, kHandshake, kUnstartedExchange };
  static constexpr size_t kKinds = 3;

  // Lease is one that is counted, for as long as it lives. Movable.
  class Lease {
   public:
    Lease() = default;
    Lease(Lease&&) = default;
    Lease& operator=(Lease&& other) noexcept {
      std::swap(usage_, other.usage_);
      std::swap(kind_, other.kind_);
      return *this;
    }
    ~Lease() {
      if (usage_ != nullptr) usage_->Count(kind_).fetch_sub(1, std::memory_order_relaxed);
    }

   private:
    friend class BrokerUsage;
    Lease(std::shared_ptr<BrokerUsage> usage, Kind kind) : usage_(std::move(usage)), kind_(kind) {}

    std::shared_ptr<BrokerUsage> usage_;
    Kind kind_ = Kind::kStream;
  };

  // Hold counts one more, whatever the quota.
  static Lease Hold(std::shared_ptr<BrokerUsage> usage, Kind kind);

  // TryHold counts one more; nullopt where there are `limit` already. 0: no limit.
  static std::optional<Lease> TryHold(std::shared_ptr<BrokerUsage> usage, Kind kind,
                                      uint32_t limit);

  // MayBegin says whether one more handshake may begin at `now` by the broker's
  // handshakes_per_second and burst, and counts it if so.
  bool MayBegin(const policy::BrokerQuotas& quotas, Clock::time_point now);

  uint64_t live(Kind kind) const {
    return static_cast<uint64_t>(live_[static_cast<size_t>(kind)].load(std::memory_order_relaxed));
  }
  // refused is how many there were too many of at once.
  uint64_t refused(Kind kind) const {
    return refused_[static_cast<size_t>(kind)].load(std::memory_order_relaxed);
  }
  // refused_by_rate is how many handshakes came too soon after others.
  uint64_t refused_by_rate() const { return refused_by_rate_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int64_t>& Count(Kind kind) { return live_[static_cast<size_t>(kind)]; }

  std::array<std::atomic<int64_t>, kKinds> live_ = {};
  std::array<std::atomic<uint64_t>, kKinds> refused_ = {};
  // In nanoseconds of the clock: when the handshakes that have begun would have, had
  // they kept to the rate, and the next one may.
  std::atomic<int64_t> due_ = 0;
  std::atomic<uint64_t> refused_by_rate_ = 0;
};

// BrokerUsageReport is a broker's use at one time.
struct BrokerUsageReport {
  std::string broker;
  uint64_t streams = 0;
  uint64_t handshakes = 0;
  // Since the broker was first named: streams over max_streams, handshakes over
  // max_handshakes (and Exchange calls, of which as many had not started), and those
  // over handshakes_per_second.
  uint64_t refused_streams = 0;
  uint64_t refused_handshakes = 0;
  uint64_t refused_by_rate = 0;
};

// BrokerUsages has a BrokerUsage for each broker that a policy in use names.
class BrokerUsages {
 public:
  // Of is the usage of the broker called `name`, made where there is none. It is kept for
  // as long as somebody holds it.
  std::shared_ptr<BrokerUsage> Of(const std::string& name);

  // Report lists the brokers by name.
  std::vector<BrokerUsageReport> Report() const;

 private:
  mutable absl::Mutex mutex_;
  absl::btree_map<std::string, std::weak_ptr<BrokerUsage>> usages_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_POLICY_BROKER_USAGE_H_
