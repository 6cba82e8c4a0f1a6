#include "core/io/embedded_handshake_driver.h"

#include <algorithm>
#include <cstddef>
#include <new>
#include <optional>
#include <utility>

#include "absl/status/status.h"

namespace sallyport {
namespace {

const uint8_t* Bytes(const char* chars) { return reinterpret_cast<const uint8_t*>(chars); }

OpenResult ResultOf(HandshakeOutcome outcome, const std::string& hostname) {
  OpenResult result;
  result.identity = std::move(outcome.identity);
  result.sasl_code = outcome.code;
  result.reason = outcome.reason;
  result.hostname = hostname;
  if (outcome.what != nullptr) {
    result.detail = outcome.what;
  } else if (outcome.reason.has_value()) {
    result.detail = Describe(*outcome.reason);
  }
  return result;
}

}  // namespace

EmbeddedHandshakeDriver::EmbeddedHandshakeDriver(const EmbeddedSaslServerIoConfig& config)
    : mechanisms_(config.mechanisms.begin(), config.mechanisms.end()),
      channel_bindings_(config.channel_bindings),
      peer_certificate_(config.peer_certificate),
      limits_(config.limits),
      credentials_(*config.credentials),
      settings_(*config.settings),
      random_(*config.random),
      // SRS_SASL_SERVER_IO_01_008 SRS_SASL_SERVER_IO_01_010: the room of both codecs, and
      // all of them that can fail.
      next_run_(std::make_shared<Run>()) {}

absl::Status EmbeddedHandshakeDriver::Start(HandshakeEvents events) {
  if (std::find(mechanisms_.begin(), mechanisms_.end(), nullptr) != mechanisms_.end()) {
    return absl::InvalidArgumentError("one of the mechanisms is null");
  }
  // SRS_SASL_SERVER_IO_01_019 SRS_SASL_SERVER_IO_01_020 SRS_SASL_SERVER_IO_01_095
  // SRS_SASL_SERVER_IO_01_094: ANONYMOUS, too, is offered only where it was named.
  auto offer = MechanismOffer::Create(mechanisms_, {});
  // SRS_SASL_SERVER_IO_01_021 SRS_SASL_SERVER_IO_01_022 SRS_SASL_SERVER_IO_01_027
  if (!offer.ok()) return offer.status();
  if (next_run_ == nullptr) next_run_ = std::make_shared<Run>();
  const auto run = std::exchange(next_run_, nullptr);
  run->handshake.emplace(*std::move(offer), limits_,
                         ServerMechanismContext{
                             .settings = &settings_,
                             .random = &random_,
                             .channel_bindings = channel_bindings_,
                             .peer_certificate = peer_certificate_,
                         });
  run->events = std::move(events);
  std::string to_send;
  // SRS_SASL_SERVER_IO_01_023 SRS_SASL_SERVER_IO_01_081 SRS_SASL_SERVER_IO_01_083
  run->handshake->Start(&to_send);
  run_ = run;
  run->events.on_send(Bytes(to_send.data()), to_send.size());
  return absl::OkStatus();
}

void EmbeddedHandshakeDriver::Stop() { run_.reset(); }

void EmbeddedHandshakeDriver::Receive(std::span<const uint8_t> bytes) {
  const auto run = run_;
  if (run == nullptr) return;
  // SRS_SASL_SERVER_IO_01_055 SRS_SASL_SERVER_IO_01_060
  Advance(run, [&](std::string* to_send) -> std::optional<HandshakeStep> {
    const auto* chars = reinterpret_cast<const char*>(bytes.data());
    run->kept.insert(run->kept.end(), chars, chars + bytes.size());
    return run->handshake->Receive({chars, bytes.size()}, to_send);
  });
}

template <typename TakeStep>
void EmbeddedHandshakeDriver::Advance(const std::shared_ptr<Run>& run, TakeStep take_step) {
  try {
    std::string to_send;
    std::optional<HandshakeStep> step = take_step(&to_send);
    if (!step.has_value()) return;
    run->DropConsumed();
    // A client may send on while something is looked up, but not without end.
    if (run->handshake->suspended() && run->kept.size() > limits_.max_bytes) {
      step = *run->handshake->Fail(FailureReason::kOverloaded, &to_send);
    }
    if (!to_send.empty()) {
      // SRS_SASL_SERVER_IO_01_062
      run->events.on_send(Bytes(to_send.data()), to_send.size());
      if (run_ != run) return;
    }
    Act(run, *std::move(step));
  } catch (const std::bad_alloc&) {
    // Thrown by a callback of the program's, and none of ours.
    if (run_ != run) throw;
    Stop();
    run->events.on_outcome(
        {.sasl_code = CodeFor(FailureReason::kOverloaded), .reason = FailureReason::kOverloaded},
        {});
  }
}

void EmbeddedHandshakeDriver::Run::DropConsumed() {
  const uint64_t now = handshake->consumed();
  kept.erase(kept.begin(), kept.begin() + static_cast<ptrdiff_t>(now - consumed));
  consumed = now;
}

void EmbeddedHandshakeDriver::Act(const std::shared_ptr<Run>& run, HandshakeStep step) {
  if (auto* need = std::get_if<NeedCredentials>(&step)) {
    credentials_.Find(need->query, AnswerTo<CredentialAnswer>(run, need->ticket));
  } else if (auto* need = std::get_if<NeedDerivation>(&step)) {
    credentials_.Derive(std::move(need->work), AnswerTo<DerivationAnswer>(run, need->ticket));
  } else if (auto* need = std::get_if<NeedSession>(&step)) {
    AnswerTo<SessionAnswer>(run, need->ticket)(credentials_.TakeSession(need->id));
  } else if (auto* outcome = std::get_if<HandshakeOutcome>(&step)) {
    End(run, std::move(*outcome));
  }
}

template <typename Answer>
std::function<void(Answer)> EmbeddedHandshakeDriver::AnswerTo(const std::shared_ptr<Run>& run,
                                                              uint64_t ticket) {
  return [weak = weak_from_this(), weak_run = std::weak_ptr<Run>(run), ticket](Answer answer) {
    const auto self = weak.lock();
    const auto run = weak_run.lock();
    if (self == nullptr || run == nullptr || self->run_ != run) return;
    self->Advance(run, [&](std::string* to_send) -> std::optional<HandshakeStep> {
      auto step = run->handshake->Resume(ticket, std::move(answer), to_send);
      // The ticket of a question that has been answered.
      if (!step.ok()) return std::nullopt;
      return *std::move(step);
    });
  };
}

void EmbeddedHandshakeDriver::End(const std::shared_ptr<Run>& run, HandshakeOutcome outcome) {
  if (outcome.session.has_value()) credentials_.RememberSession(*std::move(outcome.session));
  const auto reason = outcome.reason;
  OpenResult result = ResultOf(std::move(outcome), run->handshake->hostname());
  Stop();
  if (reason.has_value() && IsCodecError(*reason)) {
    run->events.on_codec_error(std::move(result));
    return;
  }
  run->events.on_outcome(std::move(result), {Bytes(run->kept.data()), run->kept.size()});
}

}  // namespace sallyport
