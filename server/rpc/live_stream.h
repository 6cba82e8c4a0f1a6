#ifndef SALLYPORT_SERVER_RPC_LIVE_STREAM_H_
#define SALLYPORT_SERVER_RPC_LIVE_STREAM_H_

// What the registry does with a call that carries logins. Thread-safe.

#include <chrono>

namespace sallyport::server {

class LiveStream {
 public:
  using Clock = std::chrono::steady_clock;

  virtual ~LiveStream() = default;

  // ExpireOpenedBefore ends logins that have taken too long.
  virtual void ExpireOpenedBefore(Clock::time_point time) = 0;

  // FinishWhenIdle has the call end as soon as no login is live on it: the
  // service is draining.
  virtual void FinishWhenIdle() = 0;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_RPC_LIVE_STREAM_H_
