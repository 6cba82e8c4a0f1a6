#include "server/rpc/handshake_table.h"

#include <utility>
#include <variant>

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
    Advance(live, live->handshake.Receive(input.received(), &to_send_));
  }
}

void HandshakeTable::Open(const v1::ConnectionInput& input) {
  if (host_.draining.load(std::memory_order_relaxed)) {
    return RefuseOpen(input, FailureReason::kDraining);
  }
  if (!input.resume_token().empty()) return RefuseOpen(input, FailureReason::kResumeRefused);
  if (live_.size() >= host_.quotas.max_handshakes_per_stream ||
      host_.live_handshakes.load(std::memory_order_relaxed) >= host_.quotas.max_handshakes) {
    return RefuseOpen(input, FailureReason::kOverloaded);
  }
  const v1::ConnectionContext& context = input.open();
  if (!IsBounded(context)) return RefuseOpen(input, FailureReason::kBrokerFault);
  std::shared_ptr<const ListenerPolicy> policy = host_.policies->Find(context.listener());
  if (policy == nullptr) return RefuseOpen(input, FailureReason::kNoPolicy);
  std::vector<ChannelBinding> bindings = AcceptedBindings(context, *policy);
  const auto& offer = policy->OfferFor(TraitsOf(context, bindings));
  if (const auto* reason = std::get_if<FailureReason>(&offer)) return RefuseOpen(input, *reason);

  live_.emplace_back(input.connection_id(), next_serial_++, host_.ids.Next(), context,
                     std::move(bindings), std::move(policy),
                     std::get<std::shared_ptr<const MechanismOffer>>(offer), host_.random);
  const auto live = std::prev(live_.end());
  by_id_.emplace(input.connection_id(), live);
  host_.live_handshakes.fetch_add(1, std::memory_order_relaxed);
  live->handshake.Start(&to_send_);
  Advance(live, live->handshake.Receive(input.received(), &to_send_));
}

void HandshakeTable::RefuseOpen(const v1::ConnectionInput& input, FailureReason reason) {
  const std::string id = host_.ids.Next();
  const HandshakeOutcome outcome = {.code = CodeFor(reason), .reason = reason};
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
  if (live->handshake.suspended()) --suspended_;
  auto outcome = live->handshake.Fail(reason, &to_send_);
  if (outcome.ok()) Finish(live, *outcome);
}

void HandshakeTable::Advance(Live::iterator live, HandshakeStep step) {
  while (AnswerAtOnce(live, &step)) {
  }
  if (const auto* outcome = std::get_if<HandshakeOutcome>(&step)) {
    Finish(live, *outcome);
    return;
  }
  if (!to_send_.empty()) Emit(live, nullptr);
  if (!std::holds_alternative<WaitForClient>(step)) Suspend(live, std::move(step));
}

// Goes one step on with an answer that is at hand; false where there is none, or
// nothing was asked.
bool HandshakeTable::AnswerAtOnce(Live::iterator live, HandshakeStep* step) {
  absl::StatusOr<HandshakeStep> next = HandshakeStep();
  if (const auto* need = std::get_if<NeedCredentials>(step)) {
    live->authentication_id = need->query.authentication_id;
    auto answer = host_.resolver.ResolveCached(need->query);
    if (!answer) return false;
    next = live->handshake.Resume(need->ticket, *std::move(answer), &to_send_);
  } else if (const auto* need = std::get_if<NeedDerivation>(step)) {
    auto answer = host_.derivations.DeriveCached(need->work);
    if (!answer) return false;
    next = live->handshake.Resume(need->ticket, *std::move(answer), &to_send_);
  } else {
    return false;
  }
  // Its own ticket was just handed back: it cannot be refused.
  *step = next.ok() ? *std::move(next) : *live->handshake.Fail(FailureReason::kInternal, &to_send_);
  return true;
}

void HandshakeTable::Suspend(Live::iterator live, HandshakeStep step) {
  ++suspended_;
  const uint64_t id = live->connection_id;
  const uint64_t serial = live->serial;
  const auto answer_with = [&reenter = reenter_, id, serial](uint64_t ticket) {
    return [reenter, id, serial, ticket](auto answer) {
      reenter(
          [&](HandshakeTable& table) { table.OnAnswer(id, serial, ticket, std::move(answer)); });
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
void HandshakeTable::OnAnswer(uint64_t connection_id, uint64_t serial, uint64_t ticket,
                              Answer answer) {
  auto found = by_id_.find(connection_id);
  if (found == by_id_.end() || found->second->serial != serial) return;
  const Live::iterator live = found->second;
  auto step = live->handshake.Resume(ticket, std::move(answer), &to_send_);
  if (!step.ok()) return;
  --suspended_;
  Advance(live, *std::move(step));
}

void HandshakeTable::ExpireOpenedBefore(Clock::time_point time) {
  while (!live_.empty() && live_.front().opened_at < time) {
    End(live_.begin(), FailureReason::kTimedOut);
  }
}

void HandshakeTable::Finish(Live::iterator live, const HandshakeOutcome& outcome) {
  Emit(live, &outcome);
  const MechanismDescriptor* mechanism = live->handshake.mechanism();
  LogHandshake({.id = live->id,
                .listener = live->listener,
                .remote_address = live->remote_address,
                .mechanism = mechanism == nullptr ? "" : mechanism->name,
                .authentication_id = live->authentication_id,
                .hostname = live->handshake.hostname(),
                .duration = Clock::now() - live->opened_at,
                .outcome = outcome});
  Erase(live);
}

void HandshakeTable::Emit(Live::iterator live, const HandshakeOutcome* outcome) {
  v1::ConnectionOutput* output = batch_.Begin(live->connection_id);
  output->mutable_to_send()->swap(to_send_);
  to_send_.clear();
  output->set_consumed(live->handshake.consumed());
  if (outcome != nullptr) {
    WriteOutcome(*outcome, live->handshake.hostname(), live->id, output->mutable_outcome());
  }
  batch_.End(*output);
}

void HandshakeTable::Erase(Live::iterator live) {
  if (live->handshake.suspended()) --suspended_;
  by_id_.erase(live->connection_id);
  live_.erase(live);
  host_.live_handshakes.fetch_sub(1, std::memory_order_relaxed);
}

void HandshakeTable::Clear() {
  while (!live_.empty()) Erase(live_.begin());
}

}  // namespace sallyport::server
