#ifndef SALLYPORT_SERVER_ADMIN_DERIVATION_SLOTS_H_
#define SALLYPORT_SERVER_ADMIN_DERIVATION_SLOTS_H_

// Bounds how many passwords that operators set are made into keys at a time: a script that
// sets thousands must leave the processor to logins. Thread-safe.

#include <atomic>
#include <memory>

#include "absl/status/statusor.h"

namespace sallyport::server {

class DerivationSlots {
  struct Release {
    void operator()(DerivationSlots* slots) const { slots->taken_.fetch_sub(1); }
  };

 public:
  // A Slot is free again when it goes, which must be before the DerivationSlots do.
  using Slot = std::unique_ptr<DerivationSlots, Release>;

  explicit DerivationSlots(int max) : max_(max) {}
  DerivationSlots(const DerivationSlots&) = delete;
  DerivationSlots& operator=(const DerivationSlots&) = delete;

  // Take does not wait: ResourceExhausted where all are taken.
  absl::StatusOr<Slot> Take();

 private:
  const int max_;
  std::atomic<int> taken_ = 0;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_ADMIN_DERIVATION_SLOTS_H_
