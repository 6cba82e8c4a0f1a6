#include "server/telemetry/login_counts.h"

#include <functional>
#include <utility>

#include "core/sasl/mechanism_registry.h"

namespace sallyport::server {
namespace {

// The one after the last is for none.
size_t PlaceOf(const MechanismDescriptor* mechanism) {
  const auto all = Mechanisms();
  const MechanismDescriptor* const end = all.data() + all.size();
  // Nothing else in the process is a mechanism, whatever a caller hands over.
  const bool is_known = mechanism != nullptr && !std::less<>()(mechanism, all.data()) &&
                        std::less<>()(mechanism, end);
  return is_known ? static_cast<size_t>(mechanism - all.data()) : all.size();
}

}  // namespace

LoginCounts::LoginCounts() : rows_(Mechanisms().size() + 1) {}

LoginCounts::~LoginCounts() {
  for (std::atomic<Row*>& row : rows_) delete row.load();
}

LoginCounts::Row& LoginCounts::RowOf(size_t mechanism) {
  std::atomic<Row*>& place = rows_[mechanism];
  if (Row* row = place.load(std::memory_order_acquire)) return *row;
  auto fresh = std::make_unique<Row>();
  Row* other = nullptr;
  if (place.compare_exchange_strong(other, fresh.get(), std::memory_order_acq_rel)) {
    return *fresh.release();
  }
  return *other;
}

void LoginCounts::Count(const MechanismDescriptor* mechanism, std::optional<FailureReason> reason) {
  Row& row = RowOf(PlaceOf(mechanism));
  const size_t number = reason ? static_cast<size_t>(*reason) : 0;
  if (number < row.size()) row[number].fetch_add(1, std::memory_order_relaxed);
}

void LoginCounts::ForEach(Visitor visitor) const {
  const auto all = Mechanisms();
  for (size_t i = 0; i < rows_.size(); ++i) {
    const Row* row = rows_[i].load(std::memory_order_acquire);
    for (size_t number = 0; row != nullptr && number < row->size(); ++number) {
      const uint64_t logins = (*row)[number].load(std::memory_order_relaxed);
      if (logins == 0) continue;
      const auto reason = static_cast<FailureReason>(number);
      visitor(i < all.size() ? &all[i] : nullptr,
              number == 0 ? std::nullopt : std::optional(reason), logins);
    }
  }
}

void TenantCountSlots::Set(size_t tenant, std::shared_ptr<LoginCounts> counts) {
  absl::MutexLock lock(&mutex_);
  slots_[tenant].store(counts.get(), std::memory_order_release);
  kept_.push_back(std::move(counts));
}

}  // namespace sallyport::server
