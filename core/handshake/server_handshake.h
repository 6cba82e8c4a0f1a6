#ifndef SALLYPORT_CORE_HANDSHAKE_SERVER_HANDSHAKE_H_
#define SALLYPORT_CORE_HANDSHAKE_SERVER_HANDSHAKE_H_

// The server's side of an AMQP 1.0 SASL handshake (AMQP 1.0 part 5 section 3):
// the client's raw bytes in, bytes to send and what to do next out. It never
// waits, and holds no transport and no clock: the host looks up credentials, runs
// slow derivations, keeps the time, and resumes it. The result does not depend
// on how the bytes were split. Not thread-safe.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "absl/status/statusor.h"
#include "core/amqp/frame_reader.h"
#include "core/amqp/sasl_code.h"
#include "core/amqp/sasl_frames.h"
#include "core/amqp/wiped_buffer.h"
#include "core/handshake/handshake_limits.h"
#include "core/handshake/hostname_judge.h"
#include "core/handshake/mechanism_offer.h"
#include "core/handshake/sasl_exchange.h"
#include "core/handshake/transition.h"
#include "core/sasl/server_mechanism.h"

namespace sallyport {

// kMaxHostnameSize is the longest hostname that sasl-init may carry, in bytes: a
// DNS name takes 253, and some brokers' virtual hosts a prefix and 255.
inline constexpr size_t kMaxHostnameSize = 512;

// WaitForClient says that the handshake needs more bytes.
struct WaitForClient {};

using HandshakeStep =
    std::variant<WaitForClient, NeedCredentials, NeedDerivation, NeedSession, HandshakeOutcome>;

class ServerHandshake {
 public:
  // ServerHandshake offers `offer`. What `context` points to must outlive it, and so
  // must `judge`; its plus_offered is taken from the offer. Without a judge (null), the
  // context's settings hold whatever the hostname.
  ServerHandshake(std::shared_ptr<const MechanismOffer> offer, const HandshakeLimits& limits,
                  const ServerMechanismContext& context, HostnameJudge* judge = nullptr);
  ServerHandshake(const ServerHandshake&) = delete;
  ServerHandshake& operator=(const ServerHandshake&) = delete;

  // Start appends the protocol header and the mechanisms, which do not wait for
  // the client's header. Once, before anything else.
  void Start(std::string* to_send) const { to_send->append(offer_->greeting()); }

  // Receive takes the client's next bytes and appends what is to be sent to
  // `to_send`. While the handshake is suspended, and once it has ended, it
  // returns WaitForClient.
  HandshakeStep Receive(std::string_view bytes, std::string* to_send);

  // Resume hands in what the last step asked for, and goes on with the bytes
  // that came meanwhile. FailedPrecondition, and nothing happens, where `ticket`
  // is not that of what is awaited.
  absl::StatusOr<HandshakeStep> Resume(uint64_t ticket, CredentialAnswer answer,
                                       std::string* to_send);
  absl::StatusOr<HandshakeStep> Resume(uint64_t ticket, DerivationAnswer answer,
                                       std::string* to_send);
  absl::StatusOr<HandshakeStep> Resume(uint64_t ticket, SessionAnswer answer, std::string* to_send);

  // Fail ends the handshake for a reason of the host's: a time out, draining.
  // FailedPrecondition where it has already ended.
  absl::StatusOr<HandshakeOutcome> Fail(FailureReason reason, std::string* to_send);

  // SaveState writes what RestoreState goes on from: the handshake at consumed(),
  // so that what the client sent behind it has to be received again.
  // FailedPrecondition unless the handshake waits for its client.
  absl::Status SaveState(StateWriter& state) const;

  // RestoreState takes the place of Start, in a context equal to the one that the
  // state was saved in. InvalidArgument, and the handshake must be destroyed, for
  // a state that is not whole, whose mechanism is no longer offered, or whose
  // client was shown channel binding where this offer has none, or the reverse.
  absl::Status RestoreState(StateReader& state);

  // consumed is how many of the client's bytes the handshake has used up.
  uint64_t consumed() const { return consumed_; }

  // steps is how many whole frames of the client's it has used.
  uint32_t steps() const { return steps_; }

  // hostname is what the client named in sasl-init; empty: nothing.
  const std::string& hostname() const { return hostname_; }

  // mechanism is what the client chose; null before that.
  const MechanismDescriptor* mechanism() const { return exchange_.mechanism(); }

  // suspended is whether the handshake waits for its host.
  bool suspended() const {
    return state_ == HandshakeState::kCredentials || state_ == HandshakeState::kDerivation ||
           state_ == HandshakeState::kSession;
  }

  bool ended() const { return state_ == HandshakeState::kEnded; }

 private:
  HandshakeStep Advance(std::string_view bytes, std::string* to_send);
  std::optional<HandshakeOutcome> ReadHeader(std::string_view* bytes);
  HandshakeStep OnFrame(const amqp::Frame& frame, std::string* to_send);
  HandshakeStep Begin(const amqp::SaslInit& init, size_t frame_size, std::string* to_send);
  // Has the exchange keep to what the judge says of the hostname, if there is one.
  std::optional<Failure> Judge();
  std::optional<Failure> OverLimit() const;
  HandshakeStep Apply(ExchangeStep step, std::string* to_send);
  HandshakeStep SendChallenge(std::string_view challenge, std::string* to_send);
  HandshakeOutcome Finish(HandshakeOutcome outcome, std::string* to_send);
  HandshakeOutcome Refuse(FailureReason reason, const char* what, std::string* to_send);
  void Defer(std::string_view bytes);
  template <typename Answer>
  absl::StatusOr<HandshakeStep> ResumeWith(HandshakeEvent event, uint64_t ticket, Answer answer,
                                           std::string* to_send);

  const std::shared_ptr<const MechanismOffer> offer_;
  HandshakeLimits limits_;
  HostnameJudge* const judge_;
  HandshakeState state_ = HandshakeState::kHeader;
  uint8_t header_matched_ = 0;
  uint32_t steps_ = 0;
  uint64_t consumed_ = 0;
  amqp::FrameReader reader_;
  // What came while the host was looking something up.
  amqp::WipedBuffer deferred_;
  SaslExchange exchange_;
  std::string hostname_;
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_HANDSHAKE_SERVER_HANDSHAKE_H_
