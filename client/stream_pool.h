#ifndef SALLYPORT_CLIENT_STREAM_POOL_H_
#define SALLYPORT_CLIENT_STREAM_POOL_H_

// What an Authenticator keeps: its streams and the handshakes that are open.
// Opens streams as they are needed, spreads them over the service's replicas, puts each
// handshake on the least loaded one, lets it wait where there is none, and keeps the
// time limits.
//
// A stream whose time is up, or whose server has announced the end of its connection,
// serves until another one is ready in its place. It then takes no more handshakes, and
// is closed when the last of those on it has ended.
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
#include "client/replica_choice.h"
#include "client/replica_lookup.h"
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
            .resumes = traffic_.resumes.load(std::memory_order_relaxed),
            .streams = traffic_.streams.load(std::memory_order_relaxed)};
  }

  void OnStreamReady(const std::shared_ptr<HandshakeStream>& stream) override;
  void OnStreamAnswered(const std::shared_ptr<HandshakeStream>& stream) override;
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
    // Takes so long that another one is tried as well.
    kConnectingLong,
    // Ready, and about to show whether the service lets it be.
    kNew,
    kReady,
    // Ready, until another one is in its place.
    kOld,
    // Takes no more handshakes, and is closed when it has none.
    kLeaving,
    // Has failed, and will say so.
    kEnded,
  };
  struct Member {
    std::shared_ptr<HandshakeStream> stream;
    // Of its replica.
    std::string address;
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
  // Asks where the replicas are, and connects to one. On the timer's thread, as are the
  // two behind it.
  void Connect();
  void OnReplicas(ReplicaLookup::Addresses found);
  void ConnectToReplica(uint64_t attempt);
  void WatchConnecting(std::weak_ptr<HandshakeStream> weak);
  std::shared_ptr<HandshakeStream> MakeStream(const std::string& address) ABSL_LOCKS_EXCLUDED(mu_);
  // Deletes a stream that nobody refers to, on the timer's thread.
  void Dispose(HandshakeStream* stream);
  double RandomLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void BackOffLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Has others be tried before a replica that failed, and back-off keep all of them from
  // being tried at once.
  void ShunLocked(const std::string& address) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  // Whether handshakes may be put on it.
  static bool Takes(const Member& member);
  // Takes note that the service lets a new stream be.
  void AcceptLocked(Member& member) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void AcceptSoon(std::weak_ptr<HandshakeStream> weak);

  // Has another stream take the place of one that is ready.
  void ReplaceLocked(Member& member) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void ReplaceSomeday(const std::shared_ptr<HandshakeStream>& stream)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Lets an old stream go where `fresh` can serve in its place; or that one, where there
  // are enough.
  void LetGoLocked(Member& fresh) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Looks, again and again, for connections whose server has announced their end.
  void WatchConnections();

  // Ends a stream that takes no more handshakes once it has none.
  void LeaveLocked(Member& member) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void CloseWhenIdle(std::weak_ptr<HandshakeStream> weak);

  // Has the time limits looked at when `at` comes.
  void SweepAtLocked(Clock::time_point at) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Sweep();

  const AuthenticatorOptions options_;
  const Clock::duration handshake_timeout_;
  const Clock::duration connect_timeout_;
  const ReplicaLookup lookup_;

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
  // From the decision to connect until there is a stream that does.
  bool connect_scheduled_ ABSL_GUARDED_BY(mu_) = false;
  ReplicaChoice replicas_ ABSL_GUARDED_BY(mu_);
  // Whether an answer of the lookup's is to come.
  bool asking_ ABSL_GUARDED_BY(mu_) = false;
  // Whether an attempt waits for it, and which one: what comes late is for no other.
  bool awaits_replicas_ ABSL_GUARDED_BY(mu_) = false;
  uint64_t attempt_ ABSL_GUARDED_BY(mu_) = 0;
  std::string last_failure_ ABSL_GUARDED_BY(mu_) = "no stream to it was ready in time";

  // Those last read from their files; after Start only the timer's thread
  // touches them.
  std::shared_ptr<grpc::ChannelCredentials> credentials_;

  // Last, so that nothing its tasks use is gone before it has stopped.
  TimerThread timer_;
};

}  // namespace sallyport::client

#endif  // SALLYPORT_CLIENT_STREAM_POOL_H_
