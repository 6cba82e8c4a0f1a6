#include "client/open_handshake.h"

#include <openssl/crypto.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "client/wire_conversion.h"
#include "core/amqp/protocol_header.h"
#include "core/amqp/sasl_frames.h"
#include "core/credentials/secret.h"

namespace sallyport::client {
namespace {

// A handshake that breaks every stream that it comes to must not break them all.
constexpr int kMaxMoves = 5;

// What a client may send ahead of the service, far over what one needs: it must
// not use up what all have together.
constexpr size_t kMaxKeptBytes = 16 << 20;

bool IsDrainingRefusal(const v1::ConnectionOutput& output) {
  return output.outcome().code() == v1::SASL_CODE_SYS_TEMP &&
         output.outcome().reason() == v1::FAILURE_REASON_DRAINING;
}

// A resume is refused without a word to the client, except by a handshake that
// did go on: its client does not speak SASL.
bool IsResumeRefusal(const v1::ConnectionOutput& output) {
  return output.has_outcome() && output.outcome().code() != v1::SASL_CODE_OK &&
         output.to_send().empty() &&
         output.outcome().reason() != v1::FAILURE_REASON_PROTOCOL_HEADER;
}

void AppendTo(std::string& bytes, std::string& more) {
  if (bytes.empty()) {
    bytes = std::move(more);
  } else {
    bytes += more;
  }
}

}  // namespace

OpenHandshake::OpenHandshake(std::shared_ptr<HandshakeOwner> owner, ConnectionFacts facts,
                             bool resumable, std::shared_ptr<HandshakeObserver> observer,
                             Clock::time_point opened)
    : owner_(std::move(owner)),
      resumable_(resumable),
      opened_(opened),
      observer_(std::move(observer)),
      facts_(std::make_unique<ConnectionFacts>(std::move(facts))) {}

bool OpenHandshake::Receive(std::string_view bytes) {
  std::shared_ptr<HandshakeStream> stream;
  uint64_t id = 0;
  bool may_keep = owner_->MayQueue(bytes.size());
  {
    absl::MutexLock lock(&mu_);
    if (ended_) return false;
    may_keep = may_keep && kept_.size() + bytes.size() <= kMaxKeptBytes;
    if (may_keep) {
      kept_.append(bytes);
      owner_->CountQueued(static_cast<int64_t>(bytes.size()));
      stream = stream_;
      id = id_;
    }
  }
  if (!may_keep) {
    EndSoon(FailedOutcome(FailureReason::kOverloaded,
                          "more bytes wait for the service than may be queued"));
    return false;
  }
  // Should the stream end here, the bytes go to the next one with all that was
  // kept, and this one drops them.
  if (stream) stream->Forward(id, bytes);
  return true;
}

void OpenHandshake::Abandon() {
  std::shared_ptr<HandshakeObserver> observer;
  std::shared_ptr<HandshakeStream> stream;
  uint64_t id;
  {
    absl::MutexLock lock(&mu_);
    if (!ended_) stream = EndLocked({});
    id = id_;
    ending_.reset();
    to_send_.clear();
    observer = std::move(observer_);
    // A callback may destroy its own handle.
    if (!idle_ && deliverer_ != std::this_thread::get_id()) mu_.Await(absl::Condition(&idle_));
  }
  CloseOn(stream, id);
  if (observer) owner_->Forget(*this);
}

bool OpenHandshake::AttachTo(const std::shared_ptr<HandshakeStream>& stream) {
  absl::MutexLock lock(&mu_);
  if (ended_ || stream_ || !facts_) return true;
  // Under the lock, so that neither an output nor more bytes overtake the id.
  const std::optional<uint64_t> id =
      stream->Open(shared_from_this(), {.facts = *facts_,
                                        .received = kept_,
                                        .resumable = resumable_,
                                        .resume_token = resume_token_});
  if (!id) return false;
  stream_ = stream;
  id_ = *id;
  resuming_ = !resume_token_.empty();
  return true;
}

std::string OpenHandshake::FaultLocked(const v1::ConnectionOutput& output) const {
  if (output.consumed() < consumed_) return "the service took back bytes that it had consumed";
  if (output.consumed() - consumed_ > kept_.size()) {
    return "the service consumed bytes that it was not sent";
  }
  return "";
}

void OpenHandshake::ConsumeLocked(uint64_t consumed) {
  const size_t bytes = consumed - consumed_;
  if (bytes == 0) return;
  OPENSSL_cleanse(kept_.data(), bytes);
  kept_.erase(0, bytes);
  consumed_ = consumed;
  owner_->CountQueued(-static_cast<int64_t>(bytes));
}

OpenHandshake::OutputResult OpenHandshake::OnOutput(const HandshakeStream& stream,
                                                    v1::ConnectionOutput& output) {
  std::shared_ptr<HandshakeStream> to_close;
  {
    absl::MutexLock lock(&mu_);
    if (ended_ || stream_.get() != &stream || id_ != output.connection_id()) {
      return OutputResult::kTaken;
    }
    if (TakeOutputLocked(output, &to_close)) return OutputResult::kDraining;
  }
  CloseOn(to_close, output.connection_id());
  Deliver();
  return OutputResult::kTaken;
}

bool OpenHandshake::TakeOutputLocked(v1::ConnectionOutput& output,
                                     std::shared_ptr<HandshakeStream>* to_close) {
  const bool resuming = std::exchange(resuming_, false);
  if (CanMoveLocked() && IsDrainingRefusal(output)) {
    refusal_ = std::make_unique<Refusal>(
        Refusal{std::move(*output.mutable_to_send()), OutcomeFromWire(*output.mutable_outcome())});
    stream_.reset();
    return true;
  }
  if (resuming && IsResumeRefusal(output)) {
    RefuseResumeLocked(*output.mutable_outcome());
    return false;
  }
  if (std::string fault = FaultLocked(output); !fault.empty()) {
    *to_close = RefuseLocked(FailedOutcome(FailureReason::kInternal, std::move(fault)));
    return false;
  }
  ConsumeLocked(output.consumed());
  if (!output.to_send().empty() || consumed_ > 0 || output.has_outcome()) {
    answered_ = true;
    refusal_.reset();
    resume_token_ = std::move(*output.mutable_resume_token());
    if (!CanMoveLocked()) facts_.reset();
  }
  if (!output.has_outcome()) {
    greeted_ = greeted_ || !output.to_send().empty();
    AppendTo(to_send_, *output.mutable_to_send());
    return false;
  }
  const v1::SaslCode code = output.outcome().code();
  Outcome outcome = OutcomeFromWire(*output.mutable_outcome());
  // Where the outcome could not be believed, its bytes may tell the client that
  // it is in.
  const bool believed = outcome.code != amqp::SaslCode::kSys || code == v1::SASL_CODE_SYS;
  if (!believed) {
    RefuseLocked(std::move(outcome));
    return false;
  }
  AppendTo(to_send_, *output.mutable_to_send());
  EndLocked(std::move(outcome));
  return false;
}

void OpenHandshake::RefuseResumeLocked(v1::Outcome& refusal) {
  if (refusal.reason() != v1::FAILURE_REASON_RESUME_REFUSED) {
    RefuseLocked(OutcomeFromWire(refusal));
    return;
  }
  // The client is not at fault: its handshake was lost on the way.
  RefuseLocked(FailedOutcome(
      FailureReason::kServiceUnreachable,
      absl::StrCat("the stream that began the handshake ended, and no other went on with it: ",
                   refusal.detail())));
}

std::shared_ptr<HandshakeStream> OpenHandshake::RefuseLocked(Outcome outcome) {
  // The client hears nothing of its broker's fault.
  if (outcome.reason != FailureReason::kBrokerFault) {
    if (!greeted_) to_send_.append(amqp::kSaslProtocolHeader);
    amqp::AppendSaslOutcome({.code = outcome.code}, &to_send_);
  }
  return EndLocked(std::move(outcome));
}

std::shared_ptr<HandshakeStream> OpenHandshake::EndLocked(Outcome outcome) {
  ended_ = true;
  owner_->CountQueued(-static_cast<int64_t>(kept_.size()));
  // What a client that is not in has sent may be its password.
  if (outcome.code != amqp::SaslCode::kOk) Wipe(&kept_);
  ending_ = std::make_unique<Ending>(Ending{std::move(outcome), std::move(kept_)});
  kept_ = std::string();
  facts_.reset();
  refusal_.reset();
  resume_token_ = std::string();
  return std::exchange(stream_, nullptr);
}

void OpenHandshake::CloseOn(const std::shared_ptr<HandshakeStream>& stream, uint64_t id) {
  if (stream) stream->Close(id);
}

bool OpenHandshake::OnStreamEnded(const HandshakeStream& stream, const std::string& why) {
  {
    absl::MutexLock lock(&mu_);
    if (ended_ || stream_.get() != &stream) return false;
    stream_.reset();
    if (CanMoveLocked() && ++moves_ <= kMaxMoves) return true;
    RefuseLocked(FailedOutcome(FailureReason::kServiceUnreachable,
                               absl::StrCat("the stream to the service ended: ", why)));
  }
  Deliver();
  return false;
}

bool OpenHandshake::begun() const {
  absl::MutexLock lock(&mu_);
  return answered_;
}

void OpenHandshake::EndWaiting(const std::string& why) {
  {
    absl::MutexLock lock(&mu_);
    if (ended_ || stream_) return;
    if (refusal_ && !answered_) {
      const std::unique_ptr<Refusal> refusal = std::move(refusal_);
      to_send_ = std::move(refusal->to_send);
      EndLocked(std::move(refusal->outcome));
    } else {
      RefuseLocked(FailedOutcome(FailureReason::kServiceUnreachable, why));
    }
  }
  Deliver();
}

void OpenHandshake::End(Outcome outcome) {
  std::shared_ptr<HandshakeStream> stream;
  uint64_t id;
  {
    absl::MutexLock lock(&mu_);
    if (!ended_) stream = RefuseLocked(std::move(outcome));
    id = id_;
  }
  CloseOn(stream, id);
  Deliver();
}

void OpenHandshake::EndSoon(Outcome outcome) {
  std::shared_ptr<HandshakeStream> stream;
  uint64_t id;
  {
    absl::MutexLock lock(&mu_);
    if (ended_) return;
    stream = RefuseLocked(std::move(outcome));
    id = id_;
  }
  CloseOn(stream, id);
  owner_->DeliverSoon(shared_from_this());
}

void OpenHandshake::Deliver() {
  {
    absl::MutexLock lock(&mu_);
    if (!idle_) return;
    idle_ = false;
    deliverer_ = std::this_thread::get_id();
  }
  while (DeliverNext()) {
  }
}

bool OpenHandshake::DeliverNext() {
  std::shared_ptr<HandshakeObserver> observer;
  std::unique_ptr<Ending> ending;
  std::string to_send;
  {
    absl::MutexLock lock(&mu_);
    if (!observer_ || (to_send_.empty() && !ending_)) {
      idle_ = true;
      return false;
    }
    if (to_send_.empty()) {
      ending = std::move(ending_);
      observer = std::move(observer_);
    } else {
      to_send = std::exchange(to_send_, std::string());
      observer = observer_;
    }
  }
  if (!ending) {
    observer->OnSend(to_send);
    return true;
  }
  // First, so that a handshake that the callback opens finds the place free.
  owner_->Forget(*this);
  observer->OnOutcome(std::move(ending->outcome), std::move(ending->rest));
  return true;
}

}  // namespace sallyport::client
