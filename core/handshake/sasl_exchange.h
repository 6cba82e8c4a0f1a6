#ifndef SALLYPORT_CORE_HANDSHAKE_SASL_EXCHANGE_H_
#define SALLYPORT_CORE_HANDSHAKE_SASL_EXCHANGE_H_

// The server's side of one SASL exchange (RFC 4422 section 3), without the
// framing of any protocol: the choice of a mechanism and the client's responses
// in, challenges and the outcome out. ServerHandshake puts AMQP's frames around
// it. Like the mechanisms it never waits. Not thread-safe.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "absl/status/statusor.h"
#include "core/amqp/sasl_code.h"
#include "core/handshake/hostname_judge.h"
#include "core/handshake/mechanism_offer.h"
#include "core/sasl/server_mechanism.h"

namespace sallyport {

// HandshakeOutcome is how a handshake ended. `identity` is set if and only if
// `code` is kOk, `reason` if and only if it is not.
struct HandshakeOutcome {
  amqp::SaslCode code = amqp::SaslCode::kSys;
  std::optional<Identity> identity;
  std::optional<FailureReason> reason;
  // What exactly was wrong, for the log: a static sentence, or null.
  const char* what = nullptr;
  // What the mechanism has to say at its success, where the client was not told
  // in a challenge.
  std::optional<std::string> final_data;
  // Facts about a successful exchange.
  MechanismProperties properties;
  // For the host to remember, where the client may log in faster the next time.
  std::optional<RememberedSession> session;
  // The password that was verified, where the settings ask for it.
  std::optional<Secret> password;
};

using ExchangeStep =
    std::variant<Challenge, NeedCredentials, NeedDerivation, NeedSession, HandshakeOutcome>;

class SaslExchange {
 public:
  // SaslExchange offers `offer`. What `context` points to must outlive it; its
  // plus_offered is taken from the offer. With `final_data_as_challenge` the
  // mechanism's final data is sent as a last challenge, whose answer must be
  // empty (RFC 4422 section 3.6), rather than with the outcome.
  SaslExchange(std::shared_ptr<const MechanismOffer> offer, const ServerMechanismContext& context,
               bool final_data_as_challenge);
  SaslExchange(const SaslExchange&) = delete;
  SaslExchange& operator=(const SaslExchange&) = delete;

  // KeepTo has the exchange keep to `terms`, which were not known when it was made.
  // Before Begin or RestoreState.
  void KeepTo(const LoginTerms& terms);

  // Begin takes the client's choice and its initial response: nullopt where it
  // sent none. Once, before anything else.
  ExchangeStep Begin(std::string_view mechanism, std::optional<std::string_view> initial_response);

  // Respond takes the answer to a challenge.
  ExchangeStep Respond(std::string_view response);

  // Resume hands in what the last step asked for. FailedPrecondition, and nothing
  // happens, where `ticket` is not that of what is awaited.
  absl::StatusOr<ExchangeStep> Resume(uint64_t ticket, CredentialAnswer answer);
  absl::StatusOr<ExchangeStep> Resume(uint64_t ticket, DerivationAnswer answer);
  absl::StatusOr<ExchangeStep> Resume(uint64_t ticket, SessionAnswer answer);

  // Fail ends the exchange for a reason that is not the mechanism's.
  HandshakeOutcome Fail(FailureReason reason, const char* what);

  // SaveState writes what RestoreState goes on from. FailedPrecondition unless a
  // challenge waits for its answer.
  absl::Status SaveState(StateWriter& state) const;

  // RestoreState takes the place of Begin. Whether `state` was whole is its
  // reader's to say. InvalidArgument where the mechanism is no longer offered.
  absl::Status RestoreState(StateReader& state);

  // mechanism is what the client chose; null before that.
  const MechanismDescriptor* mechanism() const { return chosen_; }

 private:
  // Proved is an account as it was when its client proved itself.
  struct Proved {
    std::string store;
    std::string tenant;
    int64_t revision = 0;
  };

  enum class Turn : uint8_t {
    kBegin,
    kResponse,
    kCredentials,
    kDerivation,
    kSession,
    kFinalAnswer,
    // As kFinalAnswer, restored: the account is looked up again behind it.
    kRestoredFinalAnswer,
    kFinalLookup,
    kEnded,
  };

  // Sets chosen_ if `mechanism` may be used, or says why not.
  std::optional<FailureReason> Choose(std::string_view mechanism);
  ExchangeStep Apply(absl::StatusOr<StepResult> result);
  ExchangeStep Succeed(Success success, MechanismProperties properties);
  static HandshakeOutcome Accept(Success success, MechanismProperties properties);
  ExchangeStep LookUpAgain();
  ExchangeStep SucceedAgain(CredentialAnswer answer);
  template <typename Answer>
  absl::StatusOr<ExchangeStep> ResumeWith(Turn turn, uint64_t ticket, Answer answer);

  const std::shared_ptr<const MechanismOffer> offer_;
  // Besides offer_; null: none.
  const MechanismOffer* narrowed_ = nullptr;
  ServerMechanismContext context_;
  bool final_data_as_challenge_;
  Turn turn_ = Turn::kBegin;
  uint64_t awaited_ticket_ = 0;
  const MechanismDescriptor* chosen_ = nullptr;
  std::unique_ptr<ServerMechanism> mechanism_;
  // Whose proof a restored state tells of.
  Proved proved_;
  // What the end will be, while the final data waits for its answer.
  std::optional<HandshakeOutcome> accepted_;
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_HANDSHAKE_SASL_EXCHANGE_H_
