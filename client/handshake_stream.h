#ifndef SALLYPORT_CLIENT_HANDSHAKE_STREAM_H_
#define SALLYPORT_CLIENT_HANDSHAKE_STREAM_H_

// One Authenticator.Handshake stream, on a channel of its own: gives handshakes
// their ids, gathers and writes their inputs, and hands each the outputs that
// name it.
//
// Ownership: a started stream keeps itself alive until gRPC is done with it. It
// must not be deleted on one of gRPC's threads, whoever holds it last: its owner
// sees to that with the deleter of the shared_ptr.
// Thread-safe. Its lock is held neither over a call of gRPC's nor over one of an
// OpenHandshake or the owner, so those may call back. A call that takes it may
// be made under an OpenHandshake's lock.

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "client/gather_window.h"
#include "client/handshake_types.h"
#include "client/request_queue.h"
#include "client/timer_thread.h"
#include "sallyport/v1/authenticator.grpc.pb.h"

namespace sallyport::client {

class HandshakeStream;
class OpenHandshake;
using OpenHandshakes = std::vector<std::shared_ptr<OpenHandshake>>;

// StreamOwner hears what becomes of a stream, on gRPC's threads.
class StreamOwner {
 public:
  virtual ~StreamOwner() = default;

  // OnStreamReady says that the stream reached a server.
  virtual void OnStreamReady(const std::shared_ptr<HandshakeStream>& stream) = 0;

  // OnStreamAnswered says, once, that the service took up a handshake.
  virtual void OnStreamAnswered(const std::shared_ptr<HandshakeStream>& stream) = 0;

  // OnStreamDraining says that the service turned `handshakes` away because it
  // is shutting down; they want another stream.
  virtual void OnStreamDraining(const std::shared_ptr<HandshakeStream>& stream,
                                OpenHandshakes handshakes) = 0;

  // OnStreamEnded is the last call: `handshakes` had no outcome on it.
  virtual void OnStreamEnded(const std::shared_ptr<HandshakeStream>& stream,
                             const grpc::Status& status, OpenHandshakes handshakes) = 0;
};

// StreamTraffic is counted over all streams of an Authenticator.
struct StreamTraffic {
  // Bytes that wait to be written.
  std::atomic<int64_t> queued_bytes{0};
  // What was written.
  std::atomic<uint64_t> requests{0};
  std::atomic<uint64_t> inputs{0};
  std::atomic<uint64_t> resumes{0};
  std::atomic<uint64_t> streams{0};
};

class HandshakeStream final
    : public grpc::ClientBidiReactor<v1::HandshakeRequest, v1::HandshakeResponse>,
      public std::enable_shared_from_this<HandshakeStream> {
 public:
  // `owner`, `timer` and `traffic`
  // live until OnStreamEnded has returned.
  HandshakeStream(std::shared_ptr<grpc::Channel> channel, GatherWindow::Clock::duration window,
                  StreamOwner& owner, TimerThread& timer, StreamTraffic& traffic);

  // Start begins the stream. It is called once.
  void Start();

  // Open begins `handshake`, or goes on with it, and returns its id; nullopt where
  // the stream has ended.
  std::optional<uint64_t> Open(std::shared_ptr<OpenHandshake> handshake, const Opening& opening);

  // Forward sends bytes of a live handshake; of any other it drops them.
  void Forward(uint64_t id, std::string_view received);

  // Close forgets a live handshake and tells the service to.
  void Close(uint64_t id);

  // CloseIfIdle half-closes a stream that has nothing to do, and takes no handshake any
  // more: OnStreamEnded follows when the service has closed its side. False: it has
  // something to do.
  bool CloseIfIdle();

  // Cancel ends the stream soon: OnStreamEnded follows.
  void Cancel() { context_.TryCancel(); }

  // connection_is_leaving says that the server has announced the end of the connection,
  // for its age or because it shuts down: the stream goes on for the time being.
  bool connection_is_leaving() const {
    return channel_->GetState(/*try_to_connect=*/false) != GRPC_CHANNEL_READY;
  }

  // live is the number of handshakes without an outcome.
  size_t live() const { return live_count_.load(std::memory_order_relaxed); }

  // write_bound says that inputs come faster than they are written.
  bool write_bound() const { return write_bound_.load(std::memory_order_relaxed); }

 private:
  using Clock = GatherWindow::Clock;

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

  // One handshake's output, of the response being read.
  struct Delivery {
    std::shared_ptr<OpenHandshake> handshake;
    v1::ConnectionOutput* output;
  };
  // The outputs of the response for live handshakes; those with an outcome are
  // live no longer. What the handshakes send meanwhile gathers.
  void BeginDeliveries() ABSL_LOCKS_EXCLUDED(mu_);
  void Deliver() ABSL_LOCKS_EXCLUDED(mu_);

  // Accounts for inputs that came when `gathered_before` were there, and says
  // whether to call WritePrepared.
  bool NoteInputLocked(size_t gathered_before) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Prepares the next write if it is time for one, and has the timer come back
  // if it is not. Where it returns true the caller calls WritePrepared without
  // the lock.
  bool PrepareWriteLocked(Clock::time_point now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void WritePrepared() ABSL_LOCKS_EXCLUDED(mu_);
  void OnGatherWindowEnd();
  // Brings what others read without the lock up to date.
  void PublishLoadLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  StreamOwner& owner_;
  TimerThread& timer_;
  StreamTraffic& traffic_;
  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<v1::Authenticator::Stub> stub_;
  grpc::ClientContext context_;
  std::shared_ptr<HandshakeStream> self_;

  // Of the read in progress: only gRPC and the reactions to reads touch these.
  v1::HandshakeResponse response_;
  std::vector<Delivery> deliveries_;
  bool answered_ = false;

  // Of the write in flight: whoever set write_in_flight_, until OnWriteDone.
  v1::HandshakeRequest request_;

  std::atomic<size_t> live_count_{0};
  std::atomic<bool> write_bound_{false};

  absl::Mutex mu_;
  absl::flat_hash_map<uint64_t, std::shared_ptr<OpenHandshake>> live_ ABSL_GUARDED_BY(mu_);
  uint64_t next_id_ ABSL_GUARDED_BY(mu_) = 1;
  RequestQueue queue_ ABSL_GUARDED_BY(mu_);
  int64_t counted_bytes_ ABSL_GUARDED_BY(mu_) = 0;
  GatherWindow window_ ABSL_GUARDED_BY(mu_);
  // When the first input of the request that gathers came.
  Clock::time_point first_input_ ABSL_GUARDED_BY(mu_);
  bool ready_ ABSL_GUARDED_BY(mu_) = false;
  bool ended_ ABSL_GUARDED_BY(mu_) = false;
  bool write_in_flight_ ABSL_GUARDED_BY(mu_) = false;
  bool delivering_ ABSL_GUARDED_BY(mu_) = false;
  bool timer_set_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace sallyport::client

#endif  // SALLYPORT_CLIENT_HANDSHAKE_STREAM_H_
