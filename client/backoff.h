#ifndef SALLYPORT_CLIENT_BACKOFF_H_
#define SALLYPORT_CLIENT_BACKOFF_H_

// How long to wait before the next attempt to reach the service: exponential,
// with jitter, so that a fleet of brokers does not come back in one wave. Pure:
// randomness is handed in. Not thread-safe.

#include <chrono>

namespace sallyport::client {

class Backoff {
 public:
  using Duration = std::chrono::steady_clock::duration;

  // `longest` is at least `shortest`, and both are above zero.
  Backoff(Duration shortest, Duration longest);

  // Next is how long to wait after one more failure. `random` is uniform in
  // [0, 1); the result lies between half of the step and the whole of it.
  Duration Next(double random);

  // Reset forgets the failures, after a success.
  void Reset() { step_ = shortest_; }

 private:
  const Duration shortest_;
  const Duration longest_;
  Duration step_;
};

}  // namespace sallyport::client

#endif  // SALLYPORT_CLIENT_BACKOFF_H_
