#include "gateway/connection_limits.h"

#include <utility>

#include "gateway/endpoint.h"

namespace sallyport::gateway {

ConnectionSlot::ConnectionSlot(ConnectionSlot&& other) noexcept
    : limits_(std::exchange(other.limits_, nullptr)), address_(std::move(other.address_)) {}

ConnectionSlot::~ConnectionSlot() {
  if (limits_ == nullptr) return;
  const std::lock_guard lock(limits_->mutex_);
  --limits_->connected_;
  if (address_.empty()) return;
  const auto found = limits_->by_address_.find(address_);
  if (--found->second == 0) limits_->by_address_.erase(found);
}

bool ConnectionSlot::CountAddress(const asio::ip::address& address) {
  if (limits_->per_address_limit_ == 0) return true;
  std::string text = Unmapped(address).to_string();
  const std::lock_guard lock(limits_->mutex_);
  uint64_t& count = limits_->by_address_[text];
  if (count >= limits_->per_address_limit_) return false;
  ++count;
  address_ = std::move(text);
  return true;
}

std::optional<ConnectionSlot> ConnectionLimits::Admit() {
  const std::lock_guard lock(mutex_);
  if (connected_ >= total_limit_) return std::nullopt;
  ++connected_;
  return ConnectionSlot(this);
}

uint64_t ConnectionLimits::connected() const {
  const std::lock_guard lock(mutex_);
  return connected_;
}

}  // namespace sallyport::gateway
