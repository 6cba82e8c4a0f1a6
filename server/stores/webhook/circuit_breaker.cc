#include "server/stores/webhook/circuit_breaker.h"

namespace sallyport::server {

std::optional<CircuitBreaker::Permit> CircuitBreaker::Ask(Time now) {
  if (state_ == State::kOpen && now >= retry_at_) {
    Enter(State::kHalfOpen);
    return Permit(round_);
  }
  if (state_ != State::kClosed) return std::nullopt;
  return Permit(round_);
}

void CircuitBreaker::Succeeded(Permit permit) {
  if (!Counts(permit)) return;
  failures_ = 0;
  if (state_ == State::kHalfOpen) Enter(State::kClosed);
}

void CircuitBreaker::Failed(Permit permit, Time now) {
  if (!Counts(permit)) return;
  if (state_ == State::kHalfOpen || ++failures_ >= limit_) Open(now);
}

void CircuitBreaker::Abandoned(Permit permit) {
  // Another request tries in its place.
  if (Counts(permit) && state_ == State::kHalfOpen) Enter(State::kOpen);
}

void CircuitBreaker::Open(Time now) {
  retry_at_ = now + retry_after_;
  Enter(State::kOpen);
}

void CircuitBreaker::Enter(State state) {
  state_ = state;
  failures_ = 0;
  ++round_;
}

}  // namespace sallyport::server
