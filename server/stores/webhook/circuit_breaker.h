#ifndef SALLYPORT_SERVER_STORES_WEBHOOK_CIRCUIT_BREAKER_H_
#define SALLYPORT_SERVER_STORES_WEBHOOK_CIRCUIT_BREAKER_H_

// Keeps requests away from a server that does not answer: after some failures in a
// row none is let through (open), until one may try again (half open), whose success
// lets all of them through (closed). Told the time; not thread-safe.

#include <chrono>
#include <cstdint>
#include <optional>

namespace sallyport::server {

class CircuitBreaker {
 public:
  using Time = std::chrono::steady_clock::time_point;
  enum class State : uint8_t { kClosed, kOpen, kHalfOpen };

  // Permit lets one request through. What came of it is told by Succeeded, Failed or
  // Abandoned, once.
  class Permit {
    friend class CircuitBreaker;
    explicit Permit(uint64_t round) : round_(round) {}
    uint64_t round_;
  };

  // CircuitBreaker opens after `failures` (at least 1) in a row, for `retry_after`.
  CircuitBreaker(uint32_t failures, std::chrono::steady_clock::duration retry_after)
      : limit_(failures), retry_after_(retry_after) {}

  // Ask is a permit, or nullopt where the request must not be made.
  std::optional<Permit> Ask(Time now);

  void Succeeded(Permit permit);
  void Failed(Permit permit, Time now);
  // Abandoned is for a request that was ended before anything came of it.
  void Abandoned(Permit permit);

  State state() const { return state_; }

 private:
  // A request from before a change of state says nothing of the time after it.
  bool Counts(Permit permit) const { return permit.round_ == round_; }
  void Enter(State state);
  void Open(Time now);

  const uint32_t limit_;
  const std::chrono::steady_clock::duration retry_after_;
  State state_ = State::kClosed;
  uint64_t round_ = 0;
  uint32_t failures_ = 0;
  Time retry_at_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_WEBHOOK_CIRCUIT_BREAKER_H_
