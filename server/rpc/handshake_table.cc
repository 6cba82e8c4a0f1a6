#include "server/rpc/handshake_table.h"

#include <algorithm>
#include <tuple>
#include <utility>
#include <variant>

#include "absl/time/clock.h"
#include "core/amqp/protocol_header.h"
#include "core/amqp/sasl_frames.h"
#include "server/login/login_report.h"
#include "server/rpc/wire_conversion.h"

namespace sallyport::server {

HandshakeTable::HandshakeTable(HandshakeHost& host, BrokerSession broker, ResponseBatch& batch,
                               Reenter reenter)
    : host_(host), broker_(std::move(broker)), batch_(batch), reenter_(std::move(reenter)) {}

HandshakeTable::~HandshakeTable() { Clear(); }

void HandshakeTable::Apply(const v1::ConnectionInput& input) {
  auto found = by_id_.find(input.connection_id());
  if (found == by_id_.end()) {
    // Input for a handshake that has just ended crosses its outcome: no fault.
    if (input.has_open() && !input.closed()) {
      Open(input);
    } else {
      host_.dropped_inputs.fetch_add(1, std::memory_order_relaxed);
    }
    return;
  }
  const Live::iterator live = found->second;
  if (input.closed()) {
    Erase(live);
  } else if (input.has_open() || !input.resume_token().empty()) {
    End(live, FailureReason::kBrokerFault);
  } else if (!input.received().empty()) {
    GoOn(live->second);
    Receive(live, input.received());
  }
}

void HandshakeTable::Open(const v1::ConnectionInput& input) {
  auto admitted = Admit(host_, ResumableRpc::kHandshake, input.open(), broker_.Scope(),
                        std::nullopt, input.resume_token());
  if (const auto* refusal = std::get_if<Refusal>(&admitted)) return RefuseOpen(input, *refusal);
  if (live_.size() >= host_.quotas.max_handshakes_per_stream) {
    return RefuseOpen(input, {FailureReason::kOverloaded});
  }
  auto& admission = std::get<Admission>(admitted);
  if (admission.token) {
    Restore(input, std::move(admission.connection), *admission.token);
  } else {
    Begin(input, std::move(admission.connection));
  }
}

void HandshakeTable::Begin(const v1::ConnectionInput& input, AdmittedConnection connection) {
  HandshakePlace place = {.handshake_id = host_.ids.Next()};
  if (connection.resumable) place.opened_at = absl::Now();
  // When it was admitted.
  const Clock::time_point opened_at = connection.stages.since();
  const auto live =
      Insert(opened_at, input.connection_id(), std::move(connection), std::move(place));
  live->second.handshake.Start(&to_send_);
  // On its own, so that the handshake can go on from here wherever the bytes that
  // came along have led it to.
  if (live->second.connection.resumable) Emit(live->second, nullptr);
  Receive(live, input.received());
}

void HandshakeTable::Restore(const v1::ConnectionInput& input, AdmittedConnection connection,
                             const OpenedToken& token) {
  const absl::Duration age = std::max(absl::Now() - token.place().opened_at, absl::ZeroDuration());
  auto live = Insert(Clock::now() - absl::ToChronoNanoseconds(age), input.connection_id(),
                     std::move(connection), token.place());
  StateReader state = token.state();
  if (!live->second.handshake.RestoreState(state).ok()) {
    Erase(live);
    return RefuseOpen(input, {FailureReason::kResumeRefused,
                              "the handshake cannot go on under this replica's policy"});
  }
  live = Reschedule(live);
  if (!input.received().empty()) Receive(live, input.received());
}

HandshakeTable::Live::iterator HandshakeTable::Insert(Clock::time_point opened_at,
                                                      uint64_t connection_id,
                                                      AdmittedConnection connection,
                                                      HandshakePlace place) {
  // A new one's time is mostly up last; that of one that is resumed may be up earlier.
  const auto due = opened_at + host_.TimeoutOf(*connection.party.scope.login);
  const auto live = live_.emplace_hint(
      live_.end(), std::piecewise_construct, std::forward_as_tuple(due, next_serial_++),
      std::forward_as_tuple(connection_id, opened_at, std::move(connection), std::move(place),
                            host_.random));
  by_id_.emplace(connection_id, live);
  host_.live_handshakes.fetch_add(1, std::memory_order_relaxed);
  return live;
}

HandshakeTable::Live::iterator HandshakeTable::Reschedule(Live::iterator live) {
  const LiveHandshake& handshake = live->second;
  const auto due = handshake.opened_at + host_.TimeoutOf(*handshake.connection.party.scope.login);
  if (due == live->first.first) return live;
  auto node = live_.extract(live);
  node.key().first = due;
  const auto moved = live_.insert(std::move(node)).position;
  by_id_[moved->second.connection_id] = moved;
  return moved;
}

void HandshakeTable::RefuseOpen(const v1::ConnectionInput& input, const Refusal& refusal) {
  const std::string id = host_.ids.Next();
  const HandshakeOutcome outcome = {
      .code = CodeFor(refusal.reason), .reason = refusal.reason, .what = refusal.what};
  AdmittedConnection connection = {.listener = input.open().listener(),
                                   .remote_address = input.open().remote_address(),
                                   .party = {.broker = broker_.Scope(), .scope = {}}};
  ReportLogin(host_, {.id = id, .connection = connection, .outcome = outcome});
  v1::ConnectionOutput* output = batch_.Begin(input.connection_id());
  // The client of a resumed handshake is already past the header, and hears
  // nothing of a broker's fault.
  if (input.resume_token().empty() && refusal.reason != FailureReason::kBrokerFault) {
    output->mutable_to_send()->append(amqp::kSaslProtocolHeader);
    amqp::AppendSaslOutcome({.code = outcome.code}, output->mutable_to_send());
  }
  WriteOutcome(outcome, {}, "", id, output->mutable_outcome());
  batch_.End(*output);
}

void HandshakeTable::End(Live::iterator live, FailureReason reason) {
  GoOn(live->second);
  auto outcome = live->second.handshake.Fail(reason, &to_send_);
  if (outcome.ok()) Finish(live, *std::move(outcome));
}

void HandshakeTable::Receive(Live::iterator live, std::string_view bytes) {
  HandshakeStep step = live->second.handshake.Receive(bytes, &to_send_);
  // Before anything waits for it: what it waits for finds it by its time.
  Advance(Reschedule(live), std::move(step));
}

// Goes on with the time that had stopped when the client or an answer was waited for.
void HandshakeTable::GoOn(LiveHandshake& live) {
  if (live.awaits_store) {
    live.connection.stages.Lap(LoginStage::kStore);
  } else {
    live.connection.stages.Start();
  }
}

void HandshakeTable::Advance(Live::iterator live, HandshakeStep step) {
  LoginStages& stages = live->second.connection.stages;
  stages.Lap(LoginStage::kDecode);
  if (const auto* need = std::get_if<NeedCredentials>(&step)) {
    live->second.authentication_id = need->query.authentication_id;
  }
  while (std::optional<Answer> answer = AnswerAtOnce(host_, live->second.connection.party, step)) {
    if (AsksStore(step)) stages.Lap(LoginStage::kStore);
    auto next = Resume(live->second, TicketOf(step), *std::move(answer));
    // Its own ticket was just handed back: it cannot be refused.
    step = next.ok() ? *std::move(next)
                     : *live->second.handshake.Fail(FailureReason::kInternal, &to_send_);
    stages.Lap(LoginStage::kDecode);
  }
  if (!MayGoOn(live->second)) {
    // The client has been told what comes of it elsewhere.
    to_send_.clear();
    live->second.held.clear();
    constexpr FailureReason kReason = FailureReason::kResumeRefused;
    return Finish(live, {.code = CodeFor(kReason),
                         .reason = kReason,
                         .what = "the handshake was continued elsewhere"});
  }
  if (auto* outcome = std::get_if<HandshakeOutcome>(&step)) {
    return Finish(live, std::move(*outcome));
  }
  const bool suspended = !std::holds_alternative<WaitForClient>(step);
  if (suspended && live->second.connection.resumable) {
    live->second.held.append(to_send_);
    to_send_.clear();
  } else if (!to_send_.empty() || !live->second.held.empty()) {
    Emit(live->second, nullptr);
  }
  if (suspended) Suspend(live, std::move(step));
}

// Notes what a handshake with tokens has used of its client's frames; false where
// it was continued from there before.
bool HandshakeTable::MayGoOn(LiveHandshake& live) {
  const uint32_t steps = live.handshake.steps();
  if (live.connection.token_binding.empty() || steps == live.place.steps) return true;
  const uint32_t from = std::exchange(live.place.steps, steps);
  return host_.resume.Continue(live.place, from);
}

absl::StatusOr<HandshakeStep> HandshakeTable::Resume(LiveHandshake& live, uint64_t ticket,
                                                     Answer answer) {
  return std::visit(
      [&](auto& kind) { return live.handshake.Resume(ticket, std::move(kind), &to_send_); },
      answer);
}

void HandshakeTable::Suspend(Live::iterator live, HandshakeStep step) {
  ++suspended_;
  live->second.awaits_host = true;
  live->second.awaits_store = AsksStore(step);
  tasks_.push_back([&host = host_, party = live->second.connection.party, reenter = reenter_,
                    key = live->first, step = std::move(step)]() mutable {
    const uint64_t ticket = TicketOf(step);
    AnswerLater(host, std::move(party), std::move(step), [reenter, key, ticket](Answer answer) {
      reenter([&](HandshakeTable& table) { table.OnAnswer(key, ticket, std::move(answer)); });
    });
  });
}

void HandshakeTable::OnAnswer(const Key& key, uint64_t ticket, Answer answer) {
  const auto live = live_.find(key);
  if (live == live_.end()) return;
  GoOn(live->second);
  auto step = Resume(live->second, ticket, std::move(answer));
  if (!step.ok()) return;
  --suspended_;
  live->second.awaits_host = false;
  live->second.awaits_store = false;
  Advance(live, *std::move(step));
}

void HandshakeTable::ExpireDue(Clock::time_point now) {
  while (!live_.empty() && live_.begin()->first.first < now) {
    End(live_.begin(), FailureReason::kTimedOut);
  }
  // A stream that is quiet must not keep a retired policy's stores open.
  broker_.Scope();
}

void HandshakeTable::Finish(Live::iterator live, HandshakeOutcome outcome) {
  // Before the client hears of it, and comes back with it.
  LiveHandshake& ended = live->second;
  Settle(host_, ended.connection.party, &outcome);
  Emit(live->second, &outcome);
  const MechanismDescriptor* mechanism = ended.handshake.mechanism();
  ReportLogin(host_, {.id = ended.place.handshake_id,
                      .connection = ended.connection,
                      .mechanism = mechanism,
                      .authentication_id = ended.authentication_id,
                      .hostname = ended.handshake.hostname(),
                      .duration = Clock::now() - ended.opened_at,
                      .outcome = outcome});
  Erase(live);
}

void HandshakeTable::Emit(LiveHandshake& live, const HandshakeOutcome* outcome) {
  v1::ConnectionOutput* output = batch_.Begin(live.connection_id);
  if (!live.held.empty()) to_send_.insert(0, std::exchange(live.held, {}));
  output->mutable_to_send()->swap(to_send_);
  to_send_.clear();
  output->set_consumed(live.handshake.consumed());
  if (outcome != nullptr) {
    WriteOutcome(*outcome, live.connection.party, live.handshake.hostname(),
                 live.place.handshake_id, output->mutable_outcome());
  } else if (live.connection.resumable) {
    WriteToken(live, output);
  }
  batch_.End(*output);
}

void HandshakeTable::WriteToken(const LiveHandshake& live, v1::ConnectionOutput* output) {
  auto token =
      host_.resume.Seal(live.connection.token_binding, live.place,
                        [&](StateWriter& state) { return live.handshake.SaveState(state); });
  if (token) output->set_resume_token(*std::move(token));
}

void HandshakeTable::Erase(Live::iterator live) {
  if (live->second.awaits_host) --suspended_;
  by_id_.erase(live->second.connection_id);
  live_.erase(live);
  host_.live_handshakes.fetch_sub(1, std::memory_order_relaxed);
}

void HandshakeTable::Clear() {
  while (!live_.empty()) Erase(live_.begin());
}

}  // namespace sallyport::server
