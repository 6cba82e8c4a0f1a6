#ifndef SALLYPORT_SERVER_RPC_EXCHANGE_STREAM_H_
#define SALLYPORT_SERVER_RPC_EXCHANGE_STREAM_H_

// The transport of one Exchange call: a start, responses and challenges in turn,
// and the outcome. It owns itself until gRPC calls OnDone; whoever else uses it
// meanwhile holds a reference. Thread-safe.

#include <grpcpp/grpcpp.h>

#include <memory>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "sallyport/v1/authenticator.pb.h"
#include "server/login/live_stream.h"
#include "server/login/login_exchange.h"
#include "server/policy/broker_usage.h"

namespace sallyport::server {

class StreamRegistry;

// Messages are raw: gRPC would report one that cannot be decoded as the end of
// the call.
using ExchangeReactor = grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>;

class ExchangeStream final : public ExchangeReactor, public LiveStream {
 public:
  // Start begins to read a call of `broker`, whose place among that broker's calls that
  // have not started is `place`. The result is gRPC's to call; `host` and `registry` must
  // outlive the server.
  static ExchangeStream* Start(HandshakeHost& host, policy::BrokerIdentity broker,
                               BrokerUsage::Lease place, StreamRegistry& registry);

  void ExpireDue(Clock::time_point now) override;
  void FinishWhenIdle() override;

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  ExchangeStream(HandshakeHost& host, policy::BrokerIdentity broker, BrokerUsage::Lease place,
                 StreamRegistry& registry);

  // Reads the next message: there is a read under way until the end, so that a
  // half-close is seen whatever else goes on.
  void Read() ABSL_LOCKS_EXCLUDED(mutex_);
  void Take(v1::ExchangeRequest request);
  void Begin(v1::ExchangeStart& start);
  void Respond(Secret response);
  void OnStep(LoginStep step);
  void Write(const v1::ExchangeResponse& response, bool last) ABSL_LOCKS_EXCLUDED(mutex_);
  // The challenge is on its way: its answer may have come early.
  void Proceed() ABSL_LOCKS_EXCLUDED(mutex_);
  // Ends the call, once.
  void End(const grpc::Status& status) ABSL_LOCKS_EXCLUDED(mutex_);

  HandshakeHost& host_;
  const policy::BrokerIdentity broker_;
  // Until the start has come: only the reads touch it.
  BrokerUsage::Lease place_;
  StreamRegistry& registry_;
  const Clock::time_point opened_at_ = Clock::now();
  // Until OnDone.
  std::shared_ptr<ExchangeStream> self_;
  grpc::ByteBuffer received_;
  grpc::ByteBuffer sent_;
  absl::Mutex mutex_;
  // Null until the start has come.
  std::shared_ptr<LoginExchange> exchange_ ABSL_GUARDED_BY(mutex_);
  // Whether the client's last message is being worked on, or its challenge
  // written.
  bool busy_ ABSL_GUARDED_BY(mutex_) = false;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  // A response that came meanwhile: the next is not read before it is used.
  std::optional<Secret> early_ ABSL_GUARDED_BY(mutex_);
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_RPC_EXCHANGE_STREAM_H_
