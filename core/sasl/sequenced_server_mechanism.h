#ifndef SALLYPORT_CORE_SASL_SEQUENCED_SERVER_MECHANISM_H_
#define SALLYPORT_CORE_SASL_SEQUENCED_SERVER_MECHANISM_H_

// The server's side of a mechanism, with the order of its steps kept: whose turn
// it is, the tickets, and what an initial response means that is absent or not
// asked for (RFC 4422 section 5). A mechanism only says what it does with each
// message and each answer. Not thread-safe.

#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/sasl/server_mechanism.h"

namespace sallyport {

// Opening says how an exchange begins.
enum class Opening : uint8_t {
  // The client does. An initial response that is absent is asked for with an
  // empty challenge.
  kClient,
  // The client does; no initial response is an empty one.
  kClientOrNothing,
  // The client may. Without an initial response, or with an empty one, the server
  // does.
  kEither,
  // The server does. An initial response must be absent or empty.
  kServer,
};

// SequencedServerMechanism is the base of a mechanism.
class SequencedServerMechanism : public ServerMechanism {
 public:
  absl::StatusOr<StepResult> Step(std::optional<std::string_view> response) final;
  absl::StatusOr<StepResult> Resume(uint64_t ticket, CredentialAnswer answer) final;
  absl::StatusOr<StepResult> Resume(uint64_t ticket, DerivationAnswer answer) final;
  absl::StatusOr<StepResult> Resume(uint64_t ticket, SessionAnswer answer) final;
  absl::Status SaveState(StateWriter& state) const final;
  absl::Status RestoreState(StateReader& state) final;

 protected:
  explicit SequencedServerMechanism(Opening opening) : opening_(opening) {}

  // FirstChallenge begins where the server does. Here and below, a ticket in the
  // result is filled in by the caller.
  virtual StepResult FirstChallenge();

  // FirstMessage takes the client's first message, where the client begins.
  virtual StepResult FirstMessage(std::string_view message);

  // NextMessage takes the answer to a Challenge.
  virtual StepResult NextMessage(std::string_view message);

  // OnCredentials takes what a NeedCredentials asked for.
  virtual StepResult OnCredentials(CredentialsFound found);

  // OnPasswordVerdict takes what a PasswordCheck or a DelegatedCheck asked for.
  virtual StepResult OnPasswordVerdict(PasswordVerdict verdict);

  // OnSaltedPassword takes what a SaltedPassword asked for.
  virtual StepResult OnSaltedPassword(Secret salted_password);

  // OnSlowStep hears that the work that it asked for is done.
  virtual StepResult OnSlowStep();

  // OnSession takes what a NeedSession asked for.
  virtual StepResult OnSession(SessionAnswer answer);

  // SaveMessages writes what NextMessage needs; FailedPrecondition where it cannot
  // be written. Whoever sends a Challenge has it.
  virtual absl::Status SaveMessages(StateWriter& state) const;

  // RestoreMessages reads what SaveMessages wrote: see RestoreState.
  virtual absl::Status RestoreMessages(StateReader& state);

 private:
  enum class Turn : uint8_t {
    kInitialResponse,
    kFirstMessage,
    kNextMessage,
    kCredentials,
    kPasswordVerdict,
    kSaltedPassword,
    kSlowStep,
    kSession,
    kFinished,
  };

  absl::StatusOr<StepResult> Begin(std::optional<std::string_view> response);
  StepResult TakeDerived(DerivationAnswer answer);
  static Turn TurnFor(const KeyDerivation& work);

  // Settle notes whose turn it is after `result`, and gives it its ticket.
  absl::StatusOr<StepResult> Settle(StepResult result);

  const Opening opening_;
  Turn turn_ = Turn::kInitialResponse;
  uint64_t ticket_ = 0;
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_SEQUENCED_SERVER_MECHANISM_H_
