#ifndef SALLYPORT_SERVER_RPC_HANDSHAKE_TABLE_H_
#define SALLYPORT_SERVER_RPC_HANDSHAKE_TABLE_H_

// The live handshakes of one stream: inputs in, outputs into a ResponseBatch. It
// knows nothing of gRPC and takes no lock: its stream calls it under the
// stream's own. What has to wait (a lookup, a derivation) is returned as a task,
// to be started without the lock, and answered through Reenter.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/functional/function_ref.h"
#include "sallyport/v1/authenticator.pb.h"
#include "server/login/admission.h"
#include "server/login/answer.h"
#include "server/login/broker_session.h"
#include "server/login/handshake_host.h"
#include "server/rpc/live_handshake.h"
#include "server/rpc/response_batch.h"

namespace sallyport::server {

class HandshakeTable {
 public:
  using Clock = std::chrono::steady_clock;

  // Reenter calls `change` on the table under its stream's lock, and sends what
  // comes of it; from any thread, also when the stream is gone (then it does
  // nothing).
  using Reenter = std::function<void(absl::FunctionRef<void(HandshakeTable&)> change)>;
  // Task is to be run once, without the stream's lock.
  using Task = absl::AnyInvocable<void() &&>;

  // `host` and `batch` must outlive the table. `broker` is whose stream it is.
  HandshakeTable(HandshakeHost& host, BrokerSession broker, ResponseBatch& batch, Reenter reenter);
  ~HandshakeTable();
  HandshakeTable(const HandshakeTable&) = delete;
  HandshakeTable& operator=(const HandshakeTable&) = delete;

  // Apply takes one input of the broker's.
  void Apply(const v1::ConnectionInput& input);

  // ExpireDue ends the handshakes whose time is up at `now`, and takes note of a new
  // policy.
  void ExpireDue(Clock::time_point now);

  // Clear forgets every handshake without an outcome: the stream is gone.
  void Clear();

  // TakeTasks hands over what has to be started.
  std::vector<Task> TakeTasks() { return std::exchange(tasks_, {}); }

  size_t live() const { return live_.size(); }

  // suspended is how many handshakes wait for the host, not for their client.
  size_t suspended() const { return suspended_; }

 private:
  // When its time is up, and a number that is never used twice on a stream: an
  // answer that comes late cannot reach another handshake, whatever ids the broker
  // gives.
  using Key = std::pair<Clock::time_point, uint64_t>;
  using Live = std::map<Key, LiveHandshake>;

  void Open(const v1::ConnectionInput& input);
  void Begin(const v1::ConnectionInput& input, AdmittedConnection connection);
  void Restore(const v1::ConnectionInput& input, AdmittedConnection connection,
               const OpenedToken& token);
  Live::iterator Insert(Clock::time_point opened_at, uint64_t connection_id,
                        AdmittedConnection connection, HandshakePlace place);
  // Moves it to when its time is up under the terms that it has come to by now.
  Live::iterator Reschedule(Live::iterator live);
  void RefuseOpen(const v1::ConnectionInput& input, const Refusal& refusal);
  void End(Live::iterator live, FailureReason reason);
  void Receive(Live::iterator live, std::string_view bytes);
  static void GoOn(LiveHandshake& live);
  void Advance(Live::iterator live, HandshakeStep step);
  bool MayGoOn(LiveHandshake& live);
  absl::StatusOr<HandshakeStep> Resume(LiveHandshake& live, uint64_t ticket, Answer answer);
  void Suspend(Live::iterator live, HandshakeStep step);
  void Finish(Live::iterator live, HandshakeOutcome outcome);
  void Emit(LiveHandshake& live, const HandshakeOutcome* outcome);
  void WriteToken(const LiveHandshake& live, v1::ConnectionOutput* output);
  void Erase(Live::iterator live);
  void OnAnswer(const Key& key, uint64_t ticket, Answer answer);

  HandshakeHost& host_;
  BrokerSession broker_;
  ResponseBatch& batch_;
  const Reenter reenter_;
  Live live_;
  absl::flat_hash_map<uint64_t, Live::iterator> by_id_;
  uint64_t next_serial_ = 1;
  size_t suspended_ = 0;
  std::vector<Task> tasks_;
  // What the handshake at hand has to say; reused.
  std::string to_send_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_RPC_HANDSHAKE_TABLE_H_
