#include "server/rpc/exchange_stream.h"

#include <grpcpp/impl/codegen/proto_utils.h>

#include <string>
#include <utility>
#include <variant>

#include "server/login/stream_registry.h"
#include "server/rpc/wire_conversion.h"

namespace sallyport::server {
namespace {

grpc::Status Mistake(const std::string& what) { return {grpc::StatusCode::INVALID_ARGUMENT, what}; }

}  // namespace

ExchangeStream* ExchangeStream::Start(HandshakeHost& host, policy::BrokerIdentity broker,
                                      BrokerUsage::Lease place, StreamRegistry& registry) {
  std::shared_ptr<ExchangeStream> stream(
      new ExchangeStream(host, std::move(broker), std::move(place), registry));
  stream->self_ = stream;
  registry.Add(stream);
  stream->Read();
  return stream.get();
}

ExchangeStream::ExchangeStream(HandshakeHost& host, policy::BrokerIdentity broker,
                               BrokerUsage::Lease place, StreamRegistry& registry)
    : host_(host), broker_(std::move(broker)), place_(std::move(place)), registry_(registry) {
  host_.unstarted_exchanges.fetch_add(1, std::memory_order_relaxed);
}

void ExchangeStream::Read() {
  absl::MutexLock lock(&mutex_);
  if (!finished_) StartRead(&received_);
}

void ExchangeStream::OnReadDone(bool ok) {
  // A half-close before the outcome abandons the exchange.
  if (!ok) return End(grpc::Status::OK);
  v1::ExchangeRequest request;
  const grpc::Status parsed =
      grpc::SerializationTraits<v1::ExchangeRequest>::Deserialize(&received_, &request);
  if (!parsed.ok()) return End(Mistake("not a sallyport.v1.ExchangeRequest"));
  Take(std::move(request));
}

void ExchangeStream::Take(v1::ExchangeRequest request) {
  bool started = false;
  {
    absl::MutexLock lock(&mutex_);
    started = exchange_ != nullptr;
  }
  switch (request.message_case()) {
    case v1::ExchangeRequest::kStart:
      if (started) return End(Mistake("a second start"));
      return Begin(*request.mutable_start());
    case v1::ExchangeRequest::kResponse:
      if (!started) return End(Mistake("a response before the start"));
      Respond(Secret(request.response()));
      return Wipe(request.mutable_response());
    case v1::ExchangeRequest::MESSAGE_NOT_SET:
      return End(Mistake("a message that is neither a start nor a response"));
  }
}

void ExchangeStream::Respond(Secret response) {
  std::shared_ptr<LoginExchange> exchange;
  {
    absl::MutexLock lock(&mutex_);
    if (busy_) {
      early_ = std::move(response);
      return;
    }
    busy_ = true;
    exchange = exchange_;
  }
  Read();
  exchange->Respond(response.view());
}

void ExchangeStream::Proceed() {
  std::optional<Secret> early;
  {
    absl::MutexLock lock(&mutex_);
    busy_ = false;
    early = std::exchange(early_, std::nullopt);
  }
  if (early) Respond(*std::move(early));
}

void ExchangeStream::Begin(v1::ExchangeStart& start) {
  LoginStart login = {.context = std::move(*start.mutable_context()),
                      .broker = std::make_shared<BrokerScope>(host_.policies.Current(), broker_),
                      .hostname = std::move(*start.mutable_hostname()),
                      .mechanism = std::move(*start.mutable_mechanism()),
                      .resume_token = std::move(*start.mutable_resume_token())};
  for (v1::Parameter& parameter : *start.mutable_parameters()) {
    login.parameters.push_back({.name = std::move(*parameter.mutable_name()),
                                .value = std::move(*parameter.mutable_value()),
                                .critical = parameter.critical()});
  }
  if (start.has_initial_response()) {
    login.initial_response.emplace(start.initial_response());
    Wipe(start.mutable_initial_response());
  }
  const std::shared_ptr<LoginExchange> exchange =
      LoginExchange::Create(host_, [weak = std::weak_ptr(self_)](LoginStep step) {
        if (const auto stream = weak.lock()) stream->OnStep(std::move(step));
      });
  {
    absl::MutexLock lock(&mutex_);
    exchange_ = exchange;
    busy_ = true;
  }
  host_.unstarted_exchanges.fetch_sub(1, std::memory_order_relaxed);
  place_ = {};
  Read();
  bool resumed = false;
  const absl::Status begun = exchange->Begin(std::move(login), &resumed);
  if (!begun.ok()) return End(Mistake(std::string(begun.message())));
  if (resumed) Proceed();
}

void ExchangeStream::OnStep(LoginStep step) {
  v1::ExchangeResponse response;
  if (auto* challenge = std::get_if<LoginChallenge>(&step)) {
    response.set_challenge(std::move(challenge->bytes));
    response.set_resume_token(std::move(challenge->resume_token));
    return Write(response, /*last=*/false);
  }
  const auto& end = std::get<LoginOutcome>(step);
  WriteExchangeOutcome(end.outcome, end.party, end.handshake_id, response.mutable_outcome());
  Write(response, /*last=*/true);
}

void ExchangeStream::Write(const v1::ExchangeResponse& response, bool last) {
  absl::MutexLock lock(&mutex_);
  // An outcome that the time brought about may come while a challenge is being
  // written: the call then ends without it.
  if (finished_) return;
  finished_ = last;
  if (last && writing_) return Finish({grpc::StatusCode::DEADLINE_EXCEEDED, "the time is up"});
  sent_.Clear();
  bool own_buffer = false;
  const grpc::Status serialized =
      grpc::SerializationTraits<v1::ExchangeResponse>::Serialize(response, &sent_, &own_buffer);
  if (!serialized.ok()) {
    finished_ = true;
    return Finish(serialized);
  }
  if (last) return StartWriteAndFinish(&sent_, {}, grpc::Status::OK);
  writing_ = true;
  StartWrite(&sent_);
}

void ExchangeStream::OnWriteDone(bool ok) {
  {
    absl::MutexLock lock(&mutex_);
    writing_ = false;
  }
  if (!ok) return End(grpc::Status::CANCELLED);
  Proceed();
}

void ExchangeStream::End(const grpc::Status& status) {
  std::shared_ptr<LoginExchange> exchange;
  {
    absl::MutexLock lock(&mutex_);
    if (std::exchange(finished_, true)) return;
    exchange = exchange_;
  }
  if (exchange != nullptr) exchange->Abandon();
  Finish(status);
}

void ExchangeStream::OnCancel() { End(grpc::Status::CANCELLED); }

void ExchangeStream::OnDone() {
  {
    absl::MutexLock lock(&mutex_);
    if (exchange_ == nullptr) host_.unstarted_exchanges.fetch_sub(1, std::memory_order_relaxed);
  }
  registry_.Remove(this);
  self_.reset();
}

void ExchangeStream::ExpireDue(Clock::time_point now) {
  std::shared_ptr<LoginExchange> exchange;
  {
    absl::MutexLock lock(&mutex_);
    exchange = exchange_;
  }
  if (exchange != nullptr) return exchange->ExpireDue(now);
  if (opened_at_ + host_.quotas.handshake_timeout < now)
    End({grpc::StatusCode::DEADLINE_EXCEEDED, "no start came in time"});
}

void ExchangeStream::FinishWhenIdle() {
  bool idle = false;
  {
    absl::MutexLock lock(&mutex_);
    idle = exchange_ == nullptr;
  }
  if (idle) End({grpc::StatusCode::UNAVAILABLE, "draining"});
}

}  // namespace sallyport::server
