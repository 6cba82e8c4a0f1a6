#ifndef SALLYPORT_SERVER_RPC_HANDSHAKE_STREAM_H_
#define SALLYPORT_SERVER_RPC_HANDSHAKE_STREAM_H_

// The transport of one Handshake call: reads batches, hands them to its table of
// handshakes, and writes what comes of them, a batch for a batch. At most one
// read and one write are under way at a time; while unsent responses pile up, it
// does not read.
//
// It owns itself until gRPC calls OnDone; whoever else uses it meanwhile holds a
// reference. Thread-safe: one mutex guards the table and the batch, and nothing
// is waited for under it.

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <memory>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "sallyport/v1/authenticator.pb.h"
#include "server/login/handshake_host.h"
#include "server/login/live_stream.h"
#include "server/rpc/handshake_table.h"
#include "server/rpc/response_batch.h"

namespace sallyport::server {

class StreamRegistry;

// Messages are raw: gRPC would report one that cannot be decoded as the end of
// the stream.
using HandshakeReactor = grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>;

class HandshakeStream final : public HandshakeReactor, public LiveStream {
 public:
  // Start begins to read a call of `broker`. The result is gRPC's to call; `host` and
  // `registry` must outlive the server.
  static HandshakeStream* Start(HandshakeHost& host, BrokerSession broker,
                                StreamRegistry& registry);

  void ExpireDue(Clock::time_point now) override;
  void FinishWhenIdle() override;

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  HandshakeStream(HandshakeHost& host, StreamRegistry& registry);

  // Change runs `change` under the lock, sends what comes of it, and starts the
  // tasks that it left behind.
  void Change(absl::FunctionRef<void(HandshakeTable&)> change) ABSL_LOCKS_EXCLUDED(mutex_);
  void Take(HandshakeTable& table) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Write() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Pump() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool MayEnd() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  HandshakeHost& host_;
  StreamRegistry& registry_;
  // Until OnDone.
  std::shared_ptr<HandshakeStream> self_;

  grpc::ByteBuffer received_;
  grpc::ByteBuffer sent_;
  absl::Mutex mutex_;
  v1::HandshakeRequest request_ ABSL_GUARDED_BY(mutex_);
  ResponseBatch batch_ ABSL_GUARDED_BY(mutex_);
  std::optional<HandshakeTable> table_ ABSL_GUARDED_BY(mutex_);
  bool reading_ ABSL_GUARDED_BY(mutex_) = false;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool half_closed_ ABSL_GUARDED_BY(mutex_) = false;
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  // How the stream ends when it cannot go on.
  grpc::Status fault_ ABSL_GUARDED_BY(mutex_);
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_RPC_HANDSHAKE_STREAM_H_
