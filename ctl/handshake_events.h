#ifndef SALLYPORT_CTL_HANDSHAKE_EVENTS_H_
#define SALLYPORT_CTL_HANDSHAKE_EVENTS_H_

// Hands what the SDK says of a handshake, on threads of its own, to the one
// thread of a command. Thread-safe.

#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "client/authenticator.h"

namespace sallyport::ctl {

class HandshakeEvents final : public client::HandshakeObserver {
 public:
  // Event is bytes for the client, or the outcome.
  using Event = std::variant<std::string, client::Outcome>;

  // Next waits for the next event; the SDK sees to it that an outcome comes.
  Event Next() {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(
        +[](std::deque<Event>* events) { return !events->empty(); }, &events_));
    Event event = std::move(events_.front());
    events_.pop_front();
    return event;
  }

  void OnSend(std::string_view bytes) override { Add(std::string(bytes)); }
  void OnOutcome(client::Outcome outcome, std::string) override { Add(std::move(outcome)); }

 private:
  void Add(Event event) {
    absl::MutexLock lock(&mutex_);
    events_.push_back(std::move(event));
  }

  absl::Mutex mutex_;
  std::deque<Event> events_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sallyport::ctl

#endif  // SALLYPORT_CTL_HANDSHAKE_EVENTS_H_
