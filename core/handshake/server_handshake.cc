#include "core/handshake/server_handshake.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "core/amqp/protocol_header.h"

namespace sallyport {
namespace {

template <typename... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};
// clang 14 does not deduce an aggregate's arguments by itself.
template <typename... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

HandshakeEvent EventOf(const amqp::SaslFrame& frame) {
  return std::visit(Overloaded{
                        [](const amqp::EmptyFrame&) { return HandshakeEvent::kEmptyFrame; },
                        [](const amqp::SaslInit&) { return HandshakeEvent::kInit; },
                        [](const amqp::SaslResponse&) { return HandshakeEvent::kResponse; },
                        [](const auto&) { return HandshakeEvent::kServerFrame; },
                    },
                    frame);
}

size_t FrameSizeWithin(const HandshakeLimits& limits) {
  return std::min(limits.max_frame_size, limits.max_bytes);
}

FailureReason ReasonOf(amqp::DecodeErrorKind kind) {
  return kind == amqp::DecodeErrorKind::kTooLarge ? FailureReason::kTooLarge
                                                  : FailureReason::kMalformedFrame;
}

}  // namespace

ServerHandshake::ServerHandshake(std::shared_ptr<const MechanismOffer> offer,
                                 const HandshakeLimits& limits,
                                 const ServerMechanismContext& context, HostnameJudge* judge)
    : offer_(std::move(offer)),
      limits_(limits),
      judge_(judge),
      reader_(FrameSizeWithin(limits)),
      exchange_(offer_, context, limits.final_data_as_challenge) {}

HandshakeStep ServerHandshake::Receive(std::string_view bytes, std::string* to_send) {
  if (ended()) return WaitForClient{};
  if (suspended()) {
    Defer(bytes);
    return WaitForClient{};
  }
  return Advance(bytes, to_send);
}

void ServerHandshake::Defer(std::string_view bytes) {
  // What goes beyond this could only be used by a handshake that is over its
  // limit; and at an outcome the broker still has it.
  const size_t most = limits_.max_bytes + limits_.max_frame_size;
  bytes = bytes.substr(0, most - std::min(most, deferred_.size()));
  deferred_.insert(deferred_.end(), bytes.begin(), bytes.end());
}

HandshakeStep ServerHandshake::Advance(std::string_view bytes, std::string* to_send) {
  if (state_ == HandshakeState::kHeader) {
    if (auto refused = ReadHeader(&bytes)) return *std::move(refused);
    if (state_ == HandshakeState::kHeader) return WaitForClient{};
  }
  while (!ended()) {
    auto next = reader_.Next(&bytes);
    if (std::holds_alternative<std::monostate>(next)) return WaitForClient{};
    if (const auto* error = std::get_if<amqp::DecodeError>(&next)) {
      consumed_ += error->frame_size;
      return Refuse(ReasonOf(error->kind), error->what, to_send);
    }
    HandshakeStep step = OnFrame(std::get<amqp::Frame>(next), to_send);
    if (suspended()) Defer(bytes);
    if (!std::holds_alternative<WaitForClient>(step)) return step;
  }
  return WaitForClient{};
}

std::optional<HandshakeOutcome> ServerHandshake::ReadHeader(std::string_view* bytes) {
  const std::string_view expected = amqp::kSaslProtocolHeader.substr(header_matched_);
  const size_t size = std::min(bytes->size(), expected.size());
  if (bytes->substr(0, size) != expected.substr(0, size)) {
    // Our header has been sent already; a peer that speaks something else could
    // not read a frame.
    state_ = HandshakeState::kEnded;
    return HandshakeOutcome{.code = CodeFor(FailureReason::kProtocolHeader),
                            .reason = FailureReason::kProtocolHeader,
                            .what = "the client did not begin with the AMQP SASL header"};
  }
  header_matched_ += static_cast<uint8_t>(size);
  bytes->remove_prefix(size);
  if (header_matched_ == amqp::kSaslProtocolHeader.size()) {
    consumed_ = header_matched_;
    state_ = HandshakeState::kInit;
  }
  return std::nullopt;
}

HandshakeStep ServerHandshake::OnFrame(const amqp::Frame& frame, std::string* to_send) {
  consumed_ += frame.size;
  ++steps_;
  if (const auto over = OverLimit()) return Refuse(over->reason, over->what, to_send);
  auto decoded = amqp::DecodeSaslFrame(frame);
  if (const auto* error = std::get_if<amqp::DecodeError>(&decoded)) {
    return Refuse(ReasonOf(error->kind), error->what, to_send);
  }
  const auto& sasl = std::get<amqp::SaslFrame>(decoded);
  switch (TransitionFor(state_, EventOf(sasl))) {
    // SRS_SASL_SERVER_IO_01_082 SRS_SASL_SERVER_IO_01_084 SRS_SASL_SERVER_IO_01_098
    case HandshakeAction::kBegin:
      return Begin(std::get<amqp::SaslInit>(sasl), frame.size, to_send);
    // SRS_SASL_SERVER_IO_01_086 SRS_SASL_SERVER_IO_01_105
    case HandshakeAction::kStep:
      return Apply(exchange_.Respond(std::get<amqp::SaslResponse>(sasl).response), to_send);
    case HandshakeAction::kSkipOrRefuse:
      if (limits_.skip_empty_frames) return WaitForClient{};
      return Refuse(FailureReason::kMalformedFrame, "an empty frame during SASL", to_send);
    default:
      // SRS_SASL_SERVER_IO_01_089
      return Refuse(FailureReason::kOutOfTurn, "a frame that is out of turn", to_send);
  }
}

std::optional<Failure> ServerHandshake::OverLimit() const {
  if (consumed_ > limits_.max_bytes) {
    return Failure{FailureReason::kTooLarge, "the handshake is over its limit of bytes"};
  }
  if (steps_ > limits_.max_steps) {
    return Failure{FailureReason::kTooManySteps, "the handshake is over its limit of steps"};
  }
  return std::nullopt;
}

HandshakeStep ServerHandshake::Begin(const amqp::SaslInit& init, size_t frame_size,
                                     std::string* to_send) {
  const std::string_view hostname = init.hostname.value_or("");
  if (hostname.size() > kMaxHostnameSize) {
    return Refuse(FailureReason::kMalformedMessage, "the hostname is too long", to_send);
  }
  // SRS_SASL_SERVER_IO_01_102
  hostname_ = hostname;
  if (const auto failure = Judge()) return Refuse(failure->reason, failure->what, to_send);
  if (frame_size > FrameSizeWithin(limits_)) {
    return Refuse(FailureReason::kTooLarge, "the frame is over its limit of bytes", to_send);
  }
  if (const auto over = OverLimit()) return Refuse(over->reason, over->what, to_send);
  return Apply(exchange_.Begin(init.mechanism, init.initial_response), to_send);
}

std::optional<Failure> ServerHandshake::Judge() {
  if (judge_ == nullptr) return std::nullopt;
  const auto verdict = judge_->Judge(hostname_);
  if (const auto* failure = std::get_if<Failure>(&verdict)) return *failure;
  const auto& terms = std::get<LoginTerms>(verdict);
  exchange_.KeepTo(terms);
  if (terms.limits != nullptr) {
    limits_ = *terms.limits;
    reader_.set_max_frame_size(FrameSizeWithin(limits_));
  }
  return std::nullopt;
}

HandshakeStep ServerHandshake::Apply(ExchangeStep step, std::string* to_send) {
  return std::visit(
      Overloaded{
          [&](Challenge& challenge) { return SendChallenge(challenge.bytes, to_send); },
          [&](NeedCredentials& need) -> HandshakeStep {
            state_ = HandshakeState::kCredentials;
            return std::move(need);
          },
          [&](NeedDerivation& need) -> HandshakeStep {
            state_ = HandshakeState::kDerivation;
            return std::move(need);
          },
          [&](NeedSession& need) -> HandshakeStep {
            state_ = HandshakeState::kSession;
            return std::move(need);
          },
          [&](HandshakeOutcome& outcome) -> HandshakeStep {
            return Finish(std::move(outcome), to_send);
          },
      },
      step);
}

HandshakeStep ServerHandshake::SendChallenge(std::string_view challenge, std::string* to_send) {
  const size_t before = to_send->size();
  // SRS_SASL_SERVER_IO_01_062 SRS_SASL_SERVER_IO_01_085 SRS_SASL_SERVER_IO_01_103
  amqp::AppendSaslChallenge(challenge, to_send);
  const bool large = mechanism() != nullptr && mechanism()->large_tokens;
  const size_t most =
      large ? std::max(limits_.max_frame_size, amqp::kMinMaxFrameSize) : amqp::kMinMaxFrameSize;
  if (to_send->size() - before > most) {
    to_send->resize(before);
    // SRS_SASL_SERVER_IO_01_063
    return Refuse(FailureReason::kInternal, "our challenge does not fit a frame", to_send);
  }
  state_ = HandshakeState::kResponse;
  return WaitForClient{};
}

HandshakeOutcome ServerHandshake::Finish(HandshakeOutcome outcome, std::string* to_send) {
  const size_t before = to_send->size();
  // SRS_SASL_SERVER_IO_01_062 SRS_SASL_SERVER_IO_01_087 SRS_SASL_SERVER_IO_01_107
  // SRS_SASL_SERVER_IO_01_108 SRS_SASL_SERVER_IO_01_111
  amqp::AppendSaslOutcome({.code = outcome.code, .additional_data = outcome.final_data}, to_send);
  if (to_send->size() - before > amqp::kMinMaxFrameSize) {
    to_send->resize(before);
    // SRS_SASL_SERVER_IO_01_063
    return Refuse(FailureReason::kInternal, "our outcome does not fit a frame", to_send);
  }
  state_ = HandshakeState::kEnded;
  return outcome;
}

HandshakeOutcome ServerHandshake::Refuse(FailureReason reason, const char* what,
                                         std::string* to_send) {
  return Finish(exchange_.Fail(reason, what), to_send);
}

template <typename Answer>
absl::StatusOr<HandshakeStep> ServerHandshake::ResumeWith(HandshakeEvent event, uint64_t ticket,
                                                          Answer answer, std::string* to_send) {
  if (TransitionFor(state_, event) != HandshakeAction::kResume) {
    return absl::FailedPreconditionError("the handshake does not wait for this answer");
  }
  absl::StatusOr<ExchangeStep> resumed = exchange_.Resume(ticket, std::move(answer));
  if (!resumed.ok()) return resumed.status();
  HandshakeStep step = Apply(*std::move(resumed), to_send);
  if (suspended() || ended() || deferred_.empty()) return step;
  const amqp::WipedBuffer bytes = std::exchange(deferred_, {});
  return Advance(std::string_view(bytes.data(), bytes.size()), to_send);
}

absl::StatusOr<HandshakeStep> ServerHandshake::Resume(uint64_t ticket, CredentialAnswer answer,
                                                      std::string* to_send) {
  return ResumeWith(HandshakeEvent::kCredentials, ticket, std::move(answer), to_send);
}

absl::StatusOr<HandshakeStep> ServerHandshake::Resume(uint64_t ticket, DerivationAnswer answer,
                                                      std::string* to_send) {
  return ResumeWith(HandshakeEvent::kDerivation, ticket, std::move(answer), to_send);
}

absl::StatusOr<HandshakeStep> ServerHandshake::Resume(uint64_t ticket, SessionAnswer answer,
                                                      std::string* to_send) {
  return ResumeWith(HandshakeEvent::kSession, ticket, std::move(answer), to_send);
}

absl::StatusOr<HandshakeOutcome> ServerHandshake::Fail(FailureReason reason, std::string* to_send) {
  if (TransitionFor(state_, HandshakeEvent::kHostFailure) != HandshakeAction::kFail) {
    return absl::FailedPreconditionError("the handshake has already ended");
  }
  // The client hears nothing of a broker's fault: what the broker would write
  // for us can no longer be trusted.
  std::string unsent;
  return Refuse(reason, nullptr, reason == FailureReason::kBrokerFault ? &unsent : to_send);
}

absl::Status ServerHandshake::SaveState(StateWriter& state) const {
  if (suspended() || ended()) {
    return absl::FailedPreconditionError("the handshake does not wait for its client");
  }
  // Half a header is not consumed: it comes again.
  state.Number(static_cast<uint64_t>(state_));
  state.Number(consumed_);
  state.Number(steps_);
  // SCRAM's flag `y` is about what the client was shown.
  state.Number(offer_->plus_offered() ? 1 : 0);
  if (state_ != HandshakeState::kResponse) return absl::OkStatus();
  state.Bytes(hostname_);
  return exchange_.SaveState(state);
}

absl::Status ServerHandshake::RestoreState(StateReader& state) {
  const uint64_t place = state.Number();
  const auto waits_in =
      place < kHandshakeStates ? static_cast<HandshakeState>(place) : HandshakeState::kEnded;
  const uint64_t consumed = state.Number();
  const uint64_t steps = state.Number();
  if ((state.Number() == 1) != offer_->plus_offered()) {
    return absl::InvalidArgumentError("the state is of another offer");
  }
  if (waits_in == HandshakeState::kResponse) {
    hostname_ = state.Bytes();
    if (Judge()) return absl::InvalidArgumentError("nobody gets in by the state's hostname now");
    if (absl::Status status = exchange_.RestoreState(state); !status.ok()) return status;
  } else if (waits_in != HandshakeState::kHeader && waits_in != HandshakeState::kInit) {
    state.Fail();
  }
  if (steps > limits_.max_steps) state.Fail();
  if (!state.at_end()) return absl::InvalidArgumentError("the state is not whole");
  state_ = waits_in;
  consumed_ = consumed;
  steps_ = static_cast<uint32_t>(steps);
  return absl::OkStatus();
}

}  // namespace sallyport
