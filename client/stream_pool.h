#ifndef SALLYPORT_CLIENT_STREAM_POOL_H_
#define SALLYPORT_CLIENT_STREAM_POOL_H_

// What an Authenticator keeps: its streams and the handshakes that are open.
// Opens streams as they are needed, puts each handshake on the least loaded one,
// lets it wait where there is none, and keeps the time limits.
//
// Shared with the handshakes, which may outlive Shutdown. Thread-safe. Its lock
// is taken at the begin and the end of a handshake, not for its bytes, and is
// not held over a call of a handshake or of a stream other than its atomics.

#include <grpcpp/security/credentials.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/btree_map.h"
#include "absl/synchronization/mutex.h"
#include "client/authenticator.h"
#include "client/backoff.h"
#include "client/handshake_stream.h"
#include "client/open_handshake.h"
#include "client/timer_thread.h"

namespace sallyport::client {

class StreamPool final : public StreamOwner,
                         public HandshakeOwner,
                         public std::enable_shared_from_this<StreamPool> {
 public:
  // `options` are valid.
  StreamPool(AuthenticatorOptions options, std::shared_ptr<grpc::ChannelCredentials> credentials);

  // Start begins to connect. It is called once.
  void Start();

  // Open begins a handshake. Where it cannot, its outcome follows soon.
  std::shared_ptr<OpenHandshake> Open(ConnectionFacts facts,
                                      std::shared_ptr<HandshakeObserver> observer);

  // Shutdown ends every handshake and stream, and returns when no callback runs
  // any more. Open must not be called with it or after it.
  void Shutdown();

  AuthenticatorStats stats() const {
    return {.requests = traffic_.requests.load(std::memory_order_relaxed),
            .inputs = traffic_.inputs.load(std::memory_order_relaxed),
            .resumes = traffic_.resumes.load(std::memory_order_relaxed)};
  }

  void OnStreamReady(const std::shared_ptr<HandshakeStream>& stream) override;
  void OnStreamAnswered() override;
  void OnStreamDraining(const std::shared_ptr<HandshakeStream>& stream,
                        OpenHandshakes handshakes) override;
  void OnStreamEnded(const std::shared_ptr<HandshakeStream>& stream, const grpc::Status& status,
                     OpenHandshakes handshakes) override;

  void Forget(OpenHandshake& handshake) override;
  void DeliverSoon(std::shared_ptr<OpenHandshake> handshake) override;
  bool MayQueue(size_t bytes) const override;
  void CountQueued(int64_t bytes) override;

 private:
  using Clock = std::chrono::steady_clock;

  enum class StreamState {
    kConnecting,
    kReady,
    // Takes no more handshakes: draining, or at its end.
    kLeaving,
  };
  struct Member {
    std::shared_ptr<HandshakeStream> stream;
    StreamState state;
  };
  struct Registration {
    std::shared_ptr<OpenHandshake> handshake;
    // Until when it may wait for a stream; unset: it does not have to.
    std::optional<Clock::time_point> wait_until;
  };
  // A time, and the handshake to tell entries of one time apart.
  using Key = std::pair<Clock::time_point, OpenHandshake*>;

  // Puts the handshake on a stream, or among those that wait for one.
  void Place(const std::shared_ptr<OpenHandshake>& handshake);
  // The least loaded stream; null: `handshake` waits now, or is forgotten.
  std::shared_ptr<HandshakeStream> PickOrWaitLocked(const std::shared_ptr<OpenHandshake>& handshake)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  Member* FindLocked(const HandshakeStream& stream) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Retire(const HandshakeStream& stream);
  // Places a handshake whose stream has ended. One that had begun may wait as long
  // as a new one.
  void PlaceAgain(const std::shared_ptr<OpenHandshake>& handshake);

  bool NeedsStreamLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Has Connect called if another stream is needed, when back-off allows it.
  void ConnectIfNeededLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Connect();
  std::shared_ptr<HandshakeStream> MakeStream() ABSL_LOCKS_EXCLUDED(mu_);
  // Deletes a stream that nobody refers to, on the timer's thread.
  void Dispose(HandshakeStream* stream);
  void BackOffLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Ends a stream that takes no more handshakes once it has none.
  void CancelWhenIdle(std::weak_ptr<HandshakeStream> stream);

  // Has the time limits looked at when `at` comes.
  void SweepAtLocked(Clock::time_point at) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Sweep();

  const AuthenticatorOptions options_;
  const Clock::duration handshake_timeout_;
  const Clock::duration connect_timeout_;

  StreamTraffic traffic_;

  absl::Mutex mu_;
  bool shutting_down_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<Member> streams_ ABSL_GUARDED_BY(mu_);
  // Streams that were not deleted yet, in use or not.
  int undeleted_streams_ ABSL_GUARDED_BY(mu_) = 0;
  // Every handshake whose outcome is to come, the oldest first.
  absl::btree_map<Key, Registration> handshakes_ ABSL_GUARDED_BY(mu_);
  // Those without a stream, by the end of their wait.
  absl::btree_map<Key, std::shared_ptr<OpenHandshake>> waiting_ ABSL_GUARDED_BY(mu_);
  Clock::time_point next_sweep_ ABSL_GUARDED_BY(mu_) = Clock::time_point::max();

  Backoff backoff_ ABSL_GUARDED_BY(mu_);
  std::minstd_rand random_ ABSL_GUARDED_BY(mu_);
  Clock::time_point next_attempt_ ABSL_GUARDED_BY(mu_) = Clock::time_point::min();
  bool connect_scheduled_ ABSL_GUARDED_BY(mu_) = false;
  std::string last_failure_ ABSL_GUARDED_BY(mu_) = "no stream to it was ready in time";

  // Those last read from their files; after Start only the timer's thread
  // touches them.
  std::shared_ptr<grpc::ChannelCredentials> credentials_;

  // Last, so that nothing its tasks use is gone before it has stopped.
  TimerThread timer_;
};

}  // namespace sallyport::client

#endif  // SALLYPORT_CLIENT_STREAM_POOL_H_
