#include "client/remote_handshake_driver.h"

#include <deque>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "core/credentials/account.h"
#include "core/credentials/secret.h"
#include "core/sasl/mechanism_registry.h"

namespace sallyport::client {
namespace {

std::span<const uint8_t> Bytes(const std::string& bytes) {
  return {reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()};
}

Identity IdentityOf(AuthenticatedIdentity said) {
  auto account = std::make_shared<Account>();
  account->authentication_id = said.authentication_id;
  account->store = std::move(said.store);
  account->tenant = std::move(said.tenant);
  account->groups = std::move(said.groups);
  account->attributes = std::move(said.attributes);
  account->expires_at = said.expires_at;
  const MechanismDescriptor* mechanism = FindMechanism(said.mechanism);
  return {
      .authentication_id = std::move(said.authentication_id),
      .authorization_id = std::move(said.authorization_id),
      .mechanism = mechanism == nullptr ? std::string_view() : mechanism->name,
      .channel_bound = said.channel_bound,
      .account = std::move(account),
  };
}

OpenResult ResultOf(Outcome outcome) {
  OpenResult result;
  if (outcome.identity.has_value()) result.identity = IdentityOf(*std::move(outcome.identity));
  result.sasl_code = outcome.code;
  result.reason = outcome.reason;
  result.detail = std::move(outcome.detail);
  result.hostname = std::move(outcome.hostname);
  result.handshake_id = std::move(outcome.handshake_id);
  return result;
}

}  // namespace

// What has come from the SDK's threads. Thread-safe.
class RemoteHandshakeDriver::Queue final : public HandshakeObserver {
 public:
  struct Event {
    std::string bytes;  // to send, or what is behind the handshake
    std::optional<Outcome> outcome;
  };

  explicit Queue(std::function<void()> wake_up) : wake_up_(std::move(wake_up)) {}

  void OnSend(std::string_view bytes) override { Add({std::string(bytes), std::nullopt}); }
  void OnOutcome(Outcome outcome, std::string rest) override {
    Add({std::move(rest), std::move(outcome)});
  }

  std::optional<Event> Next() {
    absl::MutexLock lock(&mu_);
    if (events_.empty()) return std::nullopt;
    std::optional<Event> event = std::move(events_.front());
    events_.pop_front();
    return event;
  }

 private:
  void Add(Event event) {
    {
      absl::MutexLock lock(&mu_);
      events_.push_back(std::move(event));
    }
    if (wake_up_) wake_up_();
  }

  const std::function<void()> wake_up_;
  absl::Mutex mu_;
  std::deque<Event> events_ ABSL_GUARDED_BY(mu_);
};

struct RemoteHandshakeDriver::Run {
  HandshakeEvents events;
  std::shared_ptr<Queue> queue;
  // Null once the driver was stopped.
  std::unique_ptr<Handshake> handshake;
  // What came after the SDK had stopped taking bytes.
  std::string tail;
  // Whether that was too much.
  bool overflowed = false;
};

RemoteHandshakeDriver::RemoteHandshakeDriver(const RemoteSaslServerIoConfig& config)
    : authenticator_(*config.authenticator), facts_(config.facts), wake_up_(config.wake_up) {}

RemoteHandshakeDriver::~RemoteHandshakeDriver() { Stop(); }

absl::Status RemoteHandshakeDriver::Start(HandshakeEvents events) {
  auto run = std::make_shared<Run>();
  run->events = std::move(events);
  run->queue = std::make_shared<Queue>(wake_up_);
  run->handshake = authenticator_.Open(facts_, run->queue);
  run_ = std::move(run);
  return absl::OkStatus();
}

void RemoteHandshakeDriver::Stop() {
  const auto run = std::exchange(run_, nullptr);
  if (run == nullptr) return;
  run->handshake.reset();
  Wipe(&run->tail);
}

void RemoteHandshakeDriver::Receive(std::span<const uint8_t> bytes) {
  const auto run = run_;
  if (run == nullptr) return;
  // SRS_SASL_SERVER_IO_01_055
  const std::string_view chars(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (run->handshake->Receive(chars)) return;
  // Its outcome is on the way, and these bytes come behind it.
  // The client hears it, whatever it sends.
  if (run->tail.size() + chars.size() > kMaxBytesBehindHandshake) {
    run->overflowed = true;
    Wipe(&run->tail);
  }
  if (run->overflowed) return;
  run->tail.append(chars);
}

void RemoteHandshakeDriver::DoWork() {
  const auto run = run_;
  while (run != nullptr && run_ == run) {
    std::optional<Queue::Event> event = run->queue->Next();
    if (!event.has_value()) return;
    if (event->outcome.has_value()) {
      End(run, *std::move(event->outcome), std::move(event->bytes));
    } else {
      // SRS_SASL_SERVER_IO_01_062
      run->events.on_send(Bytes(event->bytes).data(), event->bytes.size());
    }
  }
}

void RemoteHandshakeDriver::End(const std::shared_ptr<Run>& run, Outcome outcome,
                                std::string rest) {
  if (outcome.code == amqp::SaslCode::kOk && run->overflowed) {
    outcome = {.code = CodeFor(FailureReason::kOverloaded),
               .reason = FailureReason::kOverloaded,
               .detail = "too many bytes came behind the handshake"};
    rest.clear();
  }
  const auto reason = outcome.reason;
  if (outcome.code == amqp::SaslCode::kOk) rest += run->tail;
  Stop();
  if (reason.has_value() && IsCodecError(*reason)) {
    run->events.on_codec_error(ResultOf(std::move(outcome)));
  } else {
    run->events.on_outcome(ResultOf(std::move(outcome)), Bytes(rest));
  }
}

}  // namespace sallyport::client
