#ifndef SALLYPORT_SERVER_TELEMETRY_LOGIN_COUNTS_H_
#define SALLYPORT_SERVER_TELEMETRY_LOGIN_COUNTS_H_

// The logins of one tenant that have ended, by mechanism and by what came of them; and
// how a policy's tenants find theirs without a lock. Thread-safe.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/synchronization/mutex.h"
#include "core/sasl/failure_reason.h"
#include "core/sasl/mechanism_descriptor.h"

namespace sallyport::server {

class LoginCounts {
 public:
  LoginCounts();
  ~LoginCounts();
  LoginCounts(const LoginCounts&) = delete;
  LoginCounts& operator=(const LoginCounts&) = delete;

  // Count adds a login: null where its client chose no mechanism that was offered, and
  // nullopt where it got in.
  void Count(const MechanismDescriptor* mechanism, std::optional<FailureReason> reason);

  // Visitor is called for each combination that has occurred.
  using Visitor = absl::FunctionRef<void(const MechanismDescriptor* mechanism,
                                         std::optional<FailureReason> reason, uint64_t logins)>;
  void ForEach(Visitor visitor) const;

 private:
  // By the number of the reason; the first is for those who got in.
  using Row = std::array<std::atomic<uint64_t>, 128>;

  Row& RowOf(size_t mechanism);

  // By mechanism, and one for none. Null until first used.
  std::vector<std::atomic<Row*>> rows_;
};

// TenantCountSlots are a policy's: a place for each of its tenants.
class TenantCountSlots {
 public:
  explicit TenantCountSlots(size_t tenants) : slots_(tenants) {}

  // Get is null until Set.
  LoginCounts* Get(size_t tenant) const { return slots_[tenant].load(std::memory_order_acquire); }

  // Set keeps `counts` for as long as the slots live.
  void Set(size_t tenant, std::shared_ptr<LoginCounts> counts);

 private:
  std::vector<std::atomic<LoginCounts*>> slots_;
  absl::Mutex mutex_;
  std::vector<std::shared_ptr<LoginCounts>> kept_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_TELEMETRY_LOGIN_COUNTS_H_
