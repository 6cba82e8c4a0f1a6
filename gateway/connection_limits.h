#ifndef SALLYPORT_GATEWAY_CONNECTION_LIMITS_H_
#define SALLYPORT_GATEWAY_CONNECTION_LIMITS_H_

// How many clients may be connected at once, in all and from one IP address.
// Thread-safe; outlives its slots.

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "asio/ip/address.hpp"

namespace sallyport::gateway {

class ConnectionLimits;

// ConnectionSlot is one client's place; it is given back when destroyed.
class ConnectionSlot {
 public:
  ConnectionSlot(ConnectionSlot&& other) noexcept;
  ConnectionSlot& operator=(ConnectionSlot&&) = delete;
  ~ConnectionSlot();

  // CountAddress counts the client under its address, once that is known; false
  // where too many are connected from there. Once.
  [[nodiscard]] bool CountAddress(const asio::ip::address& address);

 private:
  friend class ConnectionLimits;
  explicit ConnectionSlot(ConnectionLimits* limits) : limits_(limits) {}

  ConnectionLimits* limits_;
  // Empty: not counted.
  std::string address_;
};

class ConnectionLimits {
 public:
  // ConnectionLimits takes 0 for `per_address` as no limit.
  ConnectionLimits(uint64_t total, uint64_t per_address)
      : total_limit_(total), per_address_limit_(per_address) {}
  ConnectionLimits(const ConnectionLimits&) = delete;
  ConnectionLimits& operator=(const ConnectionLimits&) = delete;

  // Admit is nullopt where the limit is reached.
  std::optional<ConnectionSlot> Admit();

  // connected is how many slots there are now.
  uint64_t connected() const;

 private:
  friend class ConnectionSlot;

  const uint64_t total_limit_;
  const uint64_t per_address_limit_;
  // Over what follows.
  mutable std::mutex mutex_;
  uint64_t connected_ = 0;
  absl::flat_hash_map<std::string, uint64_t> by_address_;
};

}  // namespace sallyport::gateway

#endif  // SALLYPORT_GATEWAY_CONNECTION_LIMITS_H_
