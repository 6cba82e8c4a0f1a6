#ifndef SALLYPORT_CLIENT_OPEN_HANDSHAKE_H_
#define SALLYPORT_CLIENT_OPEN_HANDSHAKE_H_

// The state of one handshake on the broker's side: the client's bytes that the
// service has not consumed, the stream that it is on, and what its observer has
// yet to hear.
//
// Shared by the broker's handle, the stream it is on, and the owner's register.
// Thread-safe. The observer is never called under a lock. Whoever finds
// something to deliver while another thread is in a callback leaves it to that
// thread, so that callbacks of one handshake never overlap.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "client/authenticator.h"
#include "client/handshake_stream.h"
#include "client/handshake_types.h"

namespace sallyport::client {

// HandshakeOwner is what a handshake needs of whoever opened it.
class HandshakeOwner {
 public:
  virtual ~HandshakeOwner() = default;

  // Forget is called once, when the outcome is about to be delivered or the
  // handle was destroyed, and without the handshake's lock.
  virtual void Forget(OpenHandshake& handshake) = 0;

  // DeliverSoon calls handshake.Deliver() on one of the SDK's own threads.
  virtual void DeliverSoon(std::shared_ptr<OpenHandshake> handshake) = 0;

  // MayQueue says whether `bytes` more may be kept.
  virtual bool MayQueue(size_t bytes) const = 0;

  // CountQueued adds to what MayQueue bounds, or takes from it.
  virtual void CountQueued(int64_t bytes) = 0;
};

class OpenHandshake : public std::enable_shared_from_this<OpenHandshake> {
 public:
  using Clock = std::chrono::steady_clock;

  // `facts` pass CheckFacts.
  OpenHandshake(std::shared_ptr<HandshakeOwner> owner, ConnectionFacts facts, bool resumable,
                std::shared_ptr<HandshakeObserver> observer, Clock::time_point opened);

  Clock::time_point opened() const { return opened_; }

  // The broker's calls: see Handshake in authenticator.h. Abandon is its
  // destructor: it waits for a callback on another thread to return.
  bool Receive(std::string_view bytes);
  void Abandon();

  // AttachTo opens the handshake on `stream` with everything kept, or goes on with
  // it there. False where the stream has ended; true also where there is nothing
  // left to do.
  bool AttachTo(const std::shared_ptr<HandshakeStream>& stream);

  enum class OutputResult {
    kTaken,
    // The service is shutting down: the handshake, no longer on the stream, wants
    // another one.
    kDraining,
  };
  // OnOutput takes what the service sent for this handshake on `stream`, and
  // delivers it.
  OutputResult OnOutput(const HandshakeStream& stream, v1::ConnectionOutput& output);

  // OnStreamEnded says whether the handshake, which was on `stream`, can go on
  // elsewhere: the service had not answered anything, or left a token. Otherwise
  // it ends.
  bool OnStreamEnded(const HandshakeStream& stream, const std::string& why);

  // begun says whether the service has taken it up.
  bool begun() const ABSL_LOCKS_EXCLUDED(mu_);

  // EndWaiting ends a handshake that found no stream in time: with the answer
  // of a replica that was draining, if there was one, or unreachable.
  void EndWaiting(const std::string& why);

  // End makes `outcome` the handshake's, if it has none, and delivers it.
  void End(Outcome outcome);

  // EndSoon does the same on one of the SDK's own threads.
  void EndSoon(Outcome outcome);

  // Deliver calls the observer with whatever it has yet to hear.
  void Deliver();

 private:
  struct Ending {
    Outcome outcome;
    std::string rest;
  };
  struct Refusal {
    std::string to_send;
    Outcome outcome;
  };

  // Ends the handshake with an outcome that is not the service's: the client is
  // told by a sasl-outcome of ours, behind our header if it has heard nothing.
  std::shared_ptr<HandshakeStream> RefuseLocked(Outcome outcome) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Fixes the outcome. Returns the stream that has to be told, if there is one;
  // the caller calls CloseOn without the lock.
  std::shared_ptr<HandshakeStream> EndLocked(Outcome outcome) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void CloseOn(const std::shared_ptr<HandshakeStream>& stream, uint64_t id);
  // Ends a handshake that no other stream went on with: the service, which did
  // not know its place, has sent the client nothing.
  void RefuseResumeLocked(v1::Outcome& refusal) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // What is wrong with an output's `consumed`; empty: nothing.
  std::string FaultLocked(const v1::ConnectionOutput& output) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void ConsumeLocked(uint64_t consumed) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  bool TakeOutputLocked(v1::ConnectionOutput& output, std::shared_ptr<HandshakeStream>* to_close)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Makes one callback, if there is one to make; false: there is none.
  bool DeliverNext();

  // Whether another stream or replica can take it over.
  bool CanMoveLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return !answered_ || !resume_token_.empty();
  }

  const std::shared_ptr<HandshakeOwner> owner_;
  const bool resumable_;
  const Clock::time_point opened_;

  mutable absl::Mutex mu_;
  // Null once the outcome was delivered or the handle destroyed.
  std::shared_ptr<HandshakeObserver> observer_ ABSL_GUARDED_BY(mu_);
  // What to open with; dropped when it can no longer move.
  std::unique_ptr<ConnectionFacts> facts_ ABSL_GUARDED_BY(mu_);
  // Null: it waits for one, or has ended.
  std::shared_ptr<HandshakeStream> stream_ ABSL_GUARDED_BY(mu_);
  uint64_t id_ ABSL_GUARDED_BY(mu_) = 0;

  // The client's bytes from consumed_ on.
  std::string kept_ ABSL_GUARDED_BY(mu_);
  uint64_t consumed_ ABSL_GUARDED_BY(mu_) = 0;

  // Whether the service has taken it up: it cannot be begun again.
  bool answered_ ABSL_GUARDED_BY(mu_) = false;
  // How often it lost its stream.
  int moves_ ABSL_GUARDED_BY(mu_) = 0;
  // Whether its stream was handed a token, and has said nothing yet.
  bool resuming_ ABSL_GUARDED_BY(mu_) = false;
  // The state at consumed_, with which it can go on elsewhere; empty: none.
  std::string resume_token_ ABSL_GUARDED_BY(mu_);
  // Whether the client has been sent anything: the header comes first.
  bool greeted_ ABSL_GUARDED_BY(mu_) = false;
  bool ended_ ABSL_GUARDED_BY(mu_) = false;
  std::unique_ptr<Refusal> refusal_ ABSL_GUARDED_BY(mu_);

  // What the observer has yet to hear, in this order.
  std::string to_send_ ABSL_GUARDED_BY(mu_);
  std::unique_ptr<Ending> ending_ ABSL_GUARDED_BY(mu_);
  bool idle_ ABSL_GUARDED_BY(mu_) = true;
  std::thread::id deliverer_ ABSL_GUARDED_BY(mu_);
};

}  // namespace sallyport::client

#endif  // SALLYPORT_CLIENT_OPEN_HANDSHAKE_H_
