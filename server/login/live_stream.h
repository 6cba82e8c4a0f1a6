#ifndef SALLYPORT_SERVER_LOGIN_LIVE_STREAM_H_
#define SALLYPORT_SERVER_LOGIN_LIVE_STREAM_H_

// What the registry does with a call that carries logins. Thread-safe.

#include <chrono>

namespace sallyport::server {

class LiveStream {
 public:
  using Clock = std::chrono::steady_clock;

  virtual ~LiveStream() = default;

  // ExpireDue ends logins whose time is up at `now`. It is called often.
  virtual void ExpireDue(Clock::time_point now) = 0;

  // FinishWhenIdle has the call end as soon as no login is live on it: the
  // service is draining.
  virtual void FinishWhenIdle() = 0;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_LOGIN_LIVE_STREAM_H_
