#include "server/login/login_exchange.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "core/sasl/create_mechanism.h"
#include "core/sasl/mechanism_registry.h"
#include "server/login/login_report.h"

namespace sallyport::server {

std::shared_ptr<LoginExchange> LoginExchange::Create(HandshakeHost& host, OnStep on_step) {
  return std::shared_ptr<LoginExchange>(new LoginExchange(host, std::move(on_step)));
}

LoginExchange::~LoginExchange() { Abandon(); }

absl::Status LoginExchange::Begin(LoginStart start, bool* resumed) {
  *resumed = false;
  // What the exchange is not going to have is left for it to refuse.
  if (const MechanismDescriptor* const mechanism = FindMechanism(start.mechanism)) {
    auto admitted = AdmitParameters(*mechanism, std::move(start.parameters));
    if (!admitted.ok()) return admitted.status();
    start.parameters = *std::move(admitted);
  }
  auto admitted = Admit(host_, ResumableRpc::kExchange, start.context, start.broker, start.hostname,
                        start.resume_token);
  if (const auto* refusal = std::get_if<Refusal>(&admitted)) {
    Refuse(start, *refusal);
    return absl::OkStatus();
  }
  auto& admission = std::get<Admission>(admitted);
  if (absl::Status status = CheckParameters(start, admission.connection); !status.ok()) {
    return status;
  }
  Todo todo;
  {
    absl::MutexLock lock(&mutex_);
    connection_ = std::move(admission.connection);
    hostname_ = start.hostname;
    parameters_ = std::move(start.parameters);
    ServerMechanismContext context = connection_.MechanismContext(host_.random);
    context.parameters = parameters_;
    exchange_ = std::make_unique<SaslExchange>(
        connection_.offer, context,
        start.final_data_as_challenge ||
            connection_.party.scope.login->limits().final_data_as_challenge);
    host_.live_handshakes.fetch_add(1, std::memory_order_relaxed);
    opened_at_ = Clock::now();
    if (!admission.token) {
      place_ = {.handshake_id = host_.ids.Next(), .opened_at = absl::Now()};
      const bool absent = !start.initial_response.has_value();
      todo = TakeLocked(absent ? std::string_view() : start.initial_response->view(),
                        start.mechanism, absent);
    } else if (absl::Status status = RestoreLocked(start, *admission.token); status.ok()) {
      *resumed = true;
    } else {
      LeaveLocked();
      if (status.code() == absl::StatusCode::kInvalidArgument) return status;
      todo.tell = EndLocked({.code = CodeFor(FailureReason::kResumeRefused),
                             .reason = FailureReason::kResumeRefused,
                             .what = "the exchange cannot go on under this replica's policy"});
    }
  }
  Do(std::move(todo));
  return absl::OkStatus();
}

// Whether the mechanism, if it is offered, can be made with the call's parameters.
absl::Status LoginExchange::CheckParameters(const LoginStart& start,
                                            const AdmittedConnection& connection) const {
  const MechanismDescriptor* const mechanism = connection.offer->Find(start.mechanism);
  if (mechanism == nullptr || start.parameters.empty()) return absl::OkStatus();
  ServerMechanismContext context = connection.MechanismContext(host_.random);
  context.parameters = start.parameters;
  return CreateServerMechanism(*mechanism, context).status();
}

void LoginExchange::Refuse(const LoginStart& start, const Refusal& refusal) {
  Todo todo;
  {
    absl::MutexLock lock(&mutex_);
    place_.handshake_id = host_.ids.Next();
    opened_at_ = Clock::now();
    connection_.listener = start.context.listener();
    connection_.party.broker = start.broker;
    connection_.remote_address = start.context.remote_address();
    todo.tell = EndLocked(
        {.code = CodeFor(refusal.reason), .reason = refusal.reason, .what = refusal.what});
  }
  Do(std::move(todo));
}

// InvalidArgument for the call's own mistakes, FailedPrecondition where the
// exchange cannot go on.
absl::Status LoginExchange::RestoreLocked(const LoginStart& start, OpenedToken& token) {
  if (start.initial_response.has_value()) {
    return absl::InvalidArgumentError("an initial response comes with a resume token");
  }
  place_ = token.place();
  const absl::Duration age = std::max(absl::Now() - place_.opened_at, absl::ZeroDuration());
  opened_at_ -= absl::ToChronoNanoseconds(age);
  StateReader state = token.state();
  bytes_ = state.Number();
  if (!exchange_->RestoreState(state).ok() || !state.at_end()) {
    return absl::FailedPreconditionError("the state cannot be restored");
  }
  if (exchange_->mechanism()->name != start.mechanism) {
    return absl::InvalidArgumentError("the resume token is of another mechanism");
  }
  return absl::OkStatus();
}

void LoginExchange::Respond(std::string_view response) {
  Todo todo;
  {
    absl::MutexLock lock(&mutex_);
    if (exchange_ == nullptr) return;
    GoOnLocked();
    todo = TakeLocked(response, std::nullopt, false);
  }
  Do(std::move(todo));
}

LoginExchange::Todo LoginExchange::TakeLocked(std::string_view message,
                                              std::optional<std::string_view> mechanism,
                                              bool absent) {
  const HandshakeLimits& limits = connection_.party.scope.login->limits();
  bytes_ += message.size();
  const uint32_t from = place_.steps++;
  if (message.size() > limits.max_frame_size || bytes_ > limits.max_bytes) {
    return AdvanceLocked(
        exchange_->Fail(FailureReason::kTooLarge, "the exchange is over its limit of bytes"));
  }
  if (place_.steps > limits.max_steps) {
    return AdvanceLocked(
        exchange_->Fail(FailureReason::kTooManySteps, "the exchange is over its limit of steps"));
  }
  if (!connection_.token_binding.empty() && !host_.resume.Continue(place_, from)) {
    return AdvanceLocked(
        exchange_->Fail(FailureReason::kResumeRefused, "the exchange was continued elsewhere"));
  }
  if (!mechanism) return AdvanceLocked(exchange_->Respond(message));
  if (absent) return AdvanceLocked(exchange_->Begin(*mechanism, std::nullopt));
  return AdvanceLocked(exchange_->Begin(*mechanism, message));
}

LoginExchange::Todo LoginExchange::AdvanceLocked(ExchangeStep step) {
  while (true) {
    connection_.stages.Lap(LoginStage::kDecode);
    if (auto* challenge = std::get_if<Challenge>(&step)) {
      return {.tell = ChallengeLocked(std::move(challenge->bytes))};
    }
    if (auto* outcome = std::get_if<HandshakeOutcome>(&step)) {
      return {.tell = EndLocked(std::move(*outcome))};
    }
    if (const auto* need = std::get_if<NeedCredentials>(&step)) {
      authentication_id_ = need->query.authentication_id;
    }
    std::optional<Answer> answer = AnswerAtOnce(host_, connection_.party, step);
    const bool asks_store = AsksStore(step);
    awaits_store_ = asks_store && !answer;
    if (!answer) return {.need = std::move(step), .party = connection_.party};
    if (asks_store) connection_.stages.Lap(LoginStage::kStore);
    auto next = ResumeLocked(TicketOf(step), *std::move(answer));
    // Its own ticket was just handed back: it cannot be refused.
    step = next.ok() ? *std::move(next) : exchange_->Fail(FailureReason::kInternal, nullptr);
  }
}

absl::StatusOr<ExchangeStep> LoginExchange::ResumeLocked(uint64_t ticket, Answer answer) {
  SaslExchange& exchange = *exchange_;
  return std::visit([&](auto& kind) { return exchange.Resume(ticket, std::move(kind)); }, answer);
}

LoginStep LoginExchange::ChallengeLocked(std::string bytes) {
  LoginChallenge challenge = {.bytes = std::move(bytes)};
  if (connection_.resumable) {
    const SaslExchange& exchange = *exchange_;
    const uint64_t bytes_used = bytes_;
    auto token = host_.resume.Seal(connection_.token_binding, place_, [&](StateWriter& state) {
      state.Number(bytes_used);
      return exchange.SaveState(state);
    });
    if (token) challenge.resume_token = *std::move(token);
  }
  return challenge;
}

LoginStep LoginExchange::EndLocked(HandshakeOutcome outcome) {
  Settle(host_, connection_.party, &outcome);
  const MechanismDescriptor* mechanism = exchange_ == nullptr ? nullptr : exchange_->mechanism();
  ReportLogin(host_, {.id = place_.handshake_id,
                      .connection = connection_,
                      .mechanism = mechanism,
                      .authentication_id = authentication_id_,
                      .hostname = hostname_,
                      .duration = Clock::now() - opened_at_,
                      .outcome = outcome});
  LeaveLocked();
  return LoginOutcome{.outcome = std::move(outcome),
                      .handshake_id = place_.handshake_id,
                      .party = connection_.party};
}

void LoginExchange::GoOnLocked() {
  if (std::exchange(awaits_store_, false)) {
    connection_.stages.Lap(LoginStage::kStore);
  } else {
    connection_.stages.Start();
  }
}

void LoginExchange::LeaveLocked() {
  if (exchange_ == nullptr) return;
  exchange_.reset();
  connection_.place_of_broker = {};
  host_.live_handshakes.fetch_sub(1, std::memory_order_relaxed);
}

void LoginExchange::Do(Todo todo) {
  if (todo.tell) {
    on_step_(*std::move(todo.tell));
  } else if (const uint64_t ticket = TicketOf(todo.need); ticket != 0) {
    AnswerLater(host_, std::move(todo.party), std::move(todo.need),
                [weak = weak_from_this(), ticket](Answer answer) {
                  if (const auto self = weak.lock()) self->OnAnswer(ticket, std::move(answer));
                });
  }
}

void LoginExchange::OnAnswer(uint64_t ticket, Answer answer) {
  Todo todo;
  {
    absl::MutexLock lock(&mutex_);
    if (exchange_ == nullptr) return;
    GoOnLocked();
    auto next = ResumeLocked(ticket, std::move(answer));
    if (!next.ok()) return;
    todo = AdvanceLocked(*std::move(next));
  }
  Do(std::move(todo));
}

void LoginExchange::ExpireDue(Clock::time_point now) {
  Todo todo;
  {
    absl::MutexLock lock(&mutex_);
    if (exchange_ == nullptr) return;
    if (opened_at_ + host_.TimeoutOf(*connection_.party.scope.login) >= now) return;
    GoOnLocked();
    todo = AdvanceLocked(exchange_->Fail(FailureReason::kTimedOut, nullptr));
  }
  Do(std::move(todo));
}

void LoginExchange::Abandon() {
  absl::MutexLock lock(&mutex_);
  LeaveLocked();
}

}  // namespace sallyport::server
