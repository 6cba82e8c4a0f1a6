#include "server/rpc/handshake_stream.h"

#include <grpcpp/impl/codegen/proto_utils.h>

#include <utility>
#include <vector>

#include "server/login/stream_registry.h"

namespace sallyport::server {
namespace {

constexpr size_t kLargeRequestBytes = 64 * 1024;
constexpr int kKeptInputs = 1024;

}  // namespace

HandshakeStream* HandshakeStream::Start(HandshakeHost& host, BrokerSession broker,
                                        StreamRegistry& registry) {
  std::shared_ptr<HandshakeStream> stream(new HandshakeStream(host, registry));
  stream->self_ = stream;
  {
    absl::MutexLock lock(&stream->mutex_);
    stream->table_.emplace(
        host, std::move(broker), stream->batch_,
        [weak = std::weak_ptr(stream)](absl::FunctionRef<void(HandshakeTable&)> change) {
          if (auto alive = weak.lock()) alive->Change(change);
        });
  }
  registry.Add(stream);
  stream->Change([](HandshakeTable&) {});
  return stream.get();
}

HandshakeStream::HandshakeStream(HandshakeHost& host, StreamRegistry& registry)
    : host_(host), registry_(registry) {}

void HandshakeStream::Change(absl::FunctionRef<void(HandshakeTable&)> change) {
  std::vector<HandshakeTable::Task> tasks;
  {
    absl::MutexLock lock(&mutex_);
    change(*table_);
    tasks = table_->TakeTasks();
    Pump();
  }
  for (HandshakeTable::Task& task : tasks) std::move(task)();
}

void HandshakeStream::Pump() {
  if (finished_) return;
  if (!writing_ && fault_.ok()) Write();
  if (MayEnd()) {
    finished_ = true;
    table_->Clear();
    // An open that was not read yet is thereby told to go elsewhere.
    if (fault_.ok() && !half_closed_) fault_ = {grpc::StatusCode::UNAVAILABLE, "draining"};
    Finish(fault_);
    return;
  }
  if (!reading_ && !half_closed_ && fault_.ok() &&
      batch_.unsent_bytes() < host_.quotas.max_unsent_bytes) {
    reading_ = true;
    StartRead(&received_);
  }
}

void HandshakeStream::Write() {
  const v1::HandshakeResponse* response = batch_.Take();
  if (response == nullptr) return;
  sent_.Clear();
  bool own_buffer = false;
  fault_ =
      grpc::SerializationTraits<v1::HandshakeResponse>::Serialize(*response, &sent_, &own_buffer);
  if (!fault_.ok()) return;
  writing_ = true;
  StartWrite(&sent_);
}

bool HandshakeStream::MayEnd() const {
  if (writing_) return false;
  if (!fault_.ok()) return true;
  if (!batch_.empty()) return false;
  if (half_closed_) return table_->suspended() == 0;
  return draining_ && table_->live() == 0;
}

void HandshakeStream::OnReadDone(bool ok) {
  Change([this, ok](HandshakeTable& table) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    reading_ = false;
    half_closed_ = !ok;
    if (ok) Take(table);
  });
}

void HandshakeStream::Take(HandshakeTable& table) {
  // Parses into what the last batch left, and so allocates little; what an
  // uncommonly large one left is given back.
  if (received_.Length() < kLargeRequestBytes && request_.inputs_size() > kKeptInputs) {
    request_ = v1::HandshakeRequest();
  }
  const grpc::Status parsed =
      grpc::SerializationTraits<v1::HandshakeRequest>::Deserialize(&received_, &request_);
  if (!parsed.ok()) {
    fault_ = {grpc::StatusCode::INVALID_ARGUMENT, "not a sallyport.v1.HandshakeRequest"};
    return;
  }
  for (const v1::ConnectionInput& input : request_.inputs()) table.Apply(input);
}

void HandshakeStream::OnWriteDone(bool ok) {
  Change([this, ok](HandshakeTable&) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    writing_ = false;
    if (!ok) fault_ = grpc::Status::CANCELLED;
  });
}

void HandshakeStream::OnCancel() {
  Change([this](HandshakeTable& table) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    fault_ = grpc::Status::CANCELLED;
    table.Clear();
  });
}

void HandshakeStream::OnDone() {
  registry_.Remove(this);
  self_.reset();
}

void HandshakeStream::ExpireDue(Clock::time_point now) {
  Change([now](HandshakeTable& table) { table.ExpireDue(now); });
}

void HandshakeStream::FinishWhenIdle() {
  Change([this](HandshakeTable&) ABSL_NO_THREAD_SAFETY_ANALYSIS { draining_ = true; });
}

}  // namespace sallyport::server
