#include "server/rpc/handshake_table.h"

#include <algorithm>
#include <tuple>
#include <utility>
#include <variant>

#include "absl/time/clock.h"
#include "core/amqp/protocol_header.h"
#include "core/amqp/sasl_frames.h"
#include "server/rpc/handshake_log.h"
#include "server/rpc/wire_conversion.h"

namespace sallyport::server {

HandshakeTable::HandshakeTable(HandshakeHost& host, ResponseBatch& batch, Reenter reenter)
    : host_(host), batch_(batch), reenter_(std::move(reenter)) {}

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
    Receive(live, input.received());
  }
}

void HandshakeTable::Open(const v1::ConnectionInput& input) {
  if (host_.draining.load(std::memory_order_relaxed)) {
    return RefuseOpen(input, FailureReason::kDraining);
  }
  if (live_.size() >= host_.quotas.max_handshakes_per_stream ||
      host_.live_handshakes.load(std::memory_order_relaxed) >= host_.quotas.max_handshakes) {
    return RefuseOpen(input, FailureReason::kOverloaded);
  }
  const v1::ConnectionContext& context = input.open();
  if (!IsBounded(context)) return RefuseOpen(input, FailureReason::kBrokerFault);

  const bool resumes = !input.resume_token().empty();
  LiveHandshake::Connection connection = {.id = input.connection_id(),
                                          .listener = context.listener(),
                                          .remote_address = context.remote_address(),
                                          .peer_certificate = context.tls().peer_certificate(),
                                          .resumable = context.resumable()};
  if (resumes || context.resumable()) {
    connection.token_binding = BindingOf(ResumableRpc::kHandshake, context, "");
  }
  std::variant<const char*, OpenedToken> token = nullptr;
  if (resumes) {
    token = host_.resume.Open(connection.token_binding, input.resume_token());
    if (const auto* what = std::get_if<const char*>(&token)) {
      return RefuseOpen(input, FailureReason::kResumeRefused, *what);
    }
  }
  connection.policy = host_.policies->Find(context.listener());
  if (connection.policy == nullptr) return RefuseOpen(input, FailureReason::kNoPolicy);
  connection.bindings = AcceptedBindings(context, *connection.policy);
  const auto& offer = connection.policy->OfferFor(TraitsOf(context, connection.bindings));
  if (const auto* reason = std::get_if<FailureReason>(&offer)) return RefuseOpen(input, *reason);

  const auto& offered = std::get<std::shared_ptr<const MechanismOffer>>(offer);
  if (resumes) return Restore(input, std::get<OpenedToken>(token), std::move(connection), offered);
  Begin(input, std::move(connection), offered);
}

void HandshakeTable::Begin(const v1::ConnectionInput& input, LiveHandshake::Connection connection,
                           std::shared_ptr<const MechanismOffer> offer) {
  HandshakePlace place = {.handshake_id = host_.ids.Next()};
  if (connection.resumable) place.opened_at = absl::Now();
  const auto live = Insert(Clock::now(), std::move(connection), std::move(place), std::move(offer));
  live->second.handshake.Start(&to_send_);
  // On its own, so that the handshake can go on from here wherever the bytes that
  // came along have led it to.
  if (live->second.connection.resumable) Emit(live->second, nullptr);
  Receive(live, input.received());
}

void HandshakeTable::Restore(const v1::ConnectionInput& input, const OpenedToken& token,
                             LiveHandshake::Connection connection,
                             std::shared_ptr<const MechanismOffer> offer) {
  const absl::Duration age = std::max(absl::Now() - token.place().opened_at, absl::ZeroDuration());
  const auto live = Insert(Clock::now() - absl::ToChronoNanoseconds(age), std::move(connection),
                           token.place(), std::move(offer));
  StateReader state = token.state();
  if (!live->second.handshake.RestoreState(state).ok()) {
    Erase(live);
    return RefuseOpen(input, FailureReason::kResumeRefused,
                      "the handshake cannot go on under this replica's policy");
  }
  if (!input.received().empty()) Receive(live, input.received());
}

HandshakeTable::Live::iterator HandshakeTable::Insert(Clock::time_point opened_at,
                                                      LiveHandshake::Connection connection,
                                                      HandshakePlace place,
                                                      std::shared_ptr<const MechanismOffer> offer) {
  const uint64_t id = connection.id;
  // A new one is the youngest; one that is resumed may be older.
  const auto live = live_.emplace_hint(
      live_.end(), std::piecewise_construct, std::forward_as_tuple(opened_at, next_serial_++),
      std::forward_as_tuple(std::move(connection), std::move(place), std::move(offer),
                            host_.random));
  by_id_.emplace(id, live);
  host_.live_handshakes.fetch_add(1, std::memory_order_relaxed);
  return live;
}

void HandshakeTable::RefuseOpen(const v1::ConnectionInput& input, FailureReason reason,
                                const char* what) {
  const std::string id = host_.ids.Next();
  const HandshakeOutcome outcome = {.code = CodeFor(reason), .reason = reason, .what = what};
  LogHandshake({.id = id,
                .listener = input.open().listener(),
                .remote_address = input.open().remote_address(),
                .outcome = outcome});
  v1::ConnectionOutput* output = batch_.Begin(input.connection_id());
  // The client of a resumed handshake is already past the header, and hears
  // nothing of a broker's fault.
  if (input.resume_token().empty() && reason != FailureReason::kBrokerFault) {
    output->mutable_to_send()->append(amqp::kSaslProtocolHeader);
    amqp::AppendSaslOutcome({.code = outcome.code}, output->mutable_to_send());
  }
  WriteOutcome(outcome, "", id, output->mutable_outcome());
  batch_.End(*output);
}

void HandshakeTable::End(Live::iterator live, FailureReason reason) {
  auto outcome = live->second.handshake.Fail(reason, &to_send_);
  if (outcome.ok()) Finish(live, *outcome);
}

void HandshakeTable::Receive(Live::iterator live, std::string_view bytes) {
  Advance(live, live->second.handshake.Receive(bytes, &to_send_));
}

void HandshakeTable::Advance(Live::iterator live, HandshakeStep step) {
  while (AnswerAtOnce(live, &step)) {
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
  if (const auto* outcome = std::get_if<HandshakeOutcome>(&step)) return Finish(live, *outcome);
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

// Goes one step on with an answer that is at hand; false where there is none, or
// nothing was asked.
bool HandshakeTable::AnswerAtOnce(Live::iterator live, HandshakeStep* step) {
  absl::StatusOr<HandshakeStep> next = HandshakeStep();
  ServerHandshake& handshake = live->second.handshake;
  if (const auto* need = std::get_if<NeedCredentials>(step)) {
    live->second.authentication_id = need->query.authentication_id;
    auto answer = host_.resolver.ResolveCached(need->query);
    if (!answer) return false;
    next = handshake.Resume(need->ticket, *std::move(answer), &to_send_);
  } else if (const auto* need = std::get_if<NeedDerivation>(step)) {
    auto answer = host_.derivations.DeriveCached(need->work);
    if (!answer) return false;
    next = handshake.Resume(need->ticket, *std::move(answer), &to_send_);
  } else {
    return false;
  }
  // Its own ticket was just handed back: it cannot be refused.
  *step = next.ok() ? *std::move(next) : *handshake.Fail(FailureReason::kInternal, &to_send_);
  return true;
}

void HandshakeTable::Suspend(Live::iterator live, HandshakeStep step) {
  ++suspended_;
  live->second.awaits_host = true;
  const auto answer_with = [&reenter = reenter_, key = live->first](uint64_t ticket) {
    return [reenter, key, ticket](auto answer) {
      reenter([&](HandshakeTable& table) { table.OnAnswer(key, ticket, std::move(answer)); });
    };
  };
  if (auto* need = std::get_if<NeedCredentials>(&step)) {
    tasks_.push_back([&resolver = host_.resolver, query = std::move(need->query),
                      done = answer_with(need->ticket)]() mutable {
      resolver.Resolve(query, [done = std::move(done)](CredentialAnswer answer) mutable {
        done(std::move(answer));
      });
    });
  } else if (auto* need = std::get_if<NeedDerivation>(&step)) {
    tasks_.push_back([&pool = host_.derivations, work = std::move(need->work),
                      done = answer_with(need->ticket)]() mutable {
      pool.Derive(std::move(work), [done = std::move(done)](DerivationAnswer answer) mutable {
        done(std::move(answer));
      });
    });
  }
}

template <typename Answer>
void HandshakeTable::OnAnswer(const Key& key, uint64_t ticket, Answer answer) {
  const auto live = live_.find(key);
  if (live == live_.end()) return;
  auto step = live->second.handshake.Resume(ticket, std::move(answer), &to_send_);
  if (!step.ok()) return;
  --suspended_;
  live->second.awaits_host = false;
  Advance(live, *std::move(step));
}

void HandshakeTable::ExpireOpenedBefore(Clock::time_point time) {
  while (!live_.empty() && live_.begin()->first.first < time) {
    End(live_.begin(), FailureReason::kTimedOut);
  }
}

void HandshakeTable::Finish(Live::iterator live, const HandshakeOutcome& outcome) {
  Emit(live->second, &outcome);
  const LiveHandshake& ended = live->second;
  const MechanismDescriptor* mechanism = ended.handshake.mechanism();
  LogHandshake({.id = ended.place.handshake_id,
                .listener = ended.connection.listener,
                .remote_address = ended.connection.remote_address,
                .mechanism = mechanism == nullptr ? "" : mechanism->name,
                .authentication_id = ended.authentication_id,
                .hostname = ended.handshake.hostname(),
                .duration = Clock::now() - live->first.first,
                .outcome = outcome});
  Erase(live);
}

void HandshakeTable::Emit(LiveHandshake& live, const HandshakeOutcome* outcome) {
  v1::ConnectionOutput* output = batch_.Begin(live.connection.id);
  if (!live.held.empty()) to_send_.insert(0, std::exchange(live.held, {}));
  output->mutable_to_send()->swap(to_send_);
  to_send_.clear();
  output->set_consumed(live.handshake.consumed());
  if (outcome != nullptr) {
    WriteOutcome(*outcome, live.handshake.hostname(), live.place.handshake_id,
                 output->mutable_outcome());
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
  by_id_.erase(live->second.connection.id);
  live_.erase(live);
  host_.live_handshakes.fetch_sub(1, std::memory_order_relaxed);
}

void HandshakeTable::Clear() {
  while (!live_.empty()) Erase(live_.begin());
}

}  // namespace sallyport::server
