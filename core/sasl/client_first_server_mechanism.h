#ifndef SALLYPORT_CORE_SASL_CLIENT_FIRST_SERVER_MECHANISM_H_
#define SALLYPORT_CORE_SASL_CLIENT_FIRST_SERVER_MECHANISM_H_

// The server's side of a mechanism in which the client speaks first (RFC 4422
// section 5): keeps the order of steps, the tickets, and what an absent initial
// response means, so that a mechanism only says what it does with each message
// and each answer. Not thread-safe.

#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/sasl/server_mechanism.h"

namespace sallyport {

// AbsentResponse says what it means that no initial response was sent.
enum class AbsentResponse : uint8_t {
  // It is asked for, with an empty challenge.
  kIsAskedFor,
  // The same as an empty one.
  kIsEmpty,
};

// ClientFirstServerMechanism is the base of such a mechanism.
class ClientFirstServerMechanism : public ServerMechanism {
 public:
  absl::StatusOr<StepResult> Step(std::optional<std::string_view> response) final;
  absl::StatusOr<StepResult> Resume(uint64_t ticket, CredentialAnswer answer) final;
  absl::StatusOr<StepResult> Resume(uint64_t ticket, DerivationAnswer answer) final;
  absl::Status SaveState(StateWriter& state) const final;
  absl::Status RestoreState(StateReader& state) final;

 protected:
  explicit ClientFirstServerMechanism(AbsentResponse absent) : absent_(absent) {}

  // FirstMessage takes the client's first message. Here and below, a ticket in
  // the result is filled in by the caller.
  virtual StepResult FirstMessage(std::string_view message) = 0;

  // NextMessage takes the answer to a Challenge.
  virtual StepResult NextMessage(std::string_view message);

  // OnCredentials takes what a NeedCredentials asked for.
  virtual StepResult OnCredentials(CredentialsFound found);

  // OnPasswordVerdict takes what a PasswordCheck asked for.
  virtual StepResult OnPasswordVerdict(PasswordVerdict verdict);

  // OnSaltedPassword takes what a SaltedPassword asked for.
  virtual StepResult OnSaltedPassword(Secret salted_password);

  // SaveMessages writes what NextMessage needs. Whoever sends a Challenge has it.
  virtual void SaveMessages(StateWriter& state) const;

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
    kFinished,
  };

  // Settle notes whose turn it is after `result`, and gives it its ticket.
  absl::StatusOr<StepResult> Settle(StepResult result);

  const AbsentResponse absent_;
  Turn turn_ = Turn::kInitialResponse;
  uint64_t ticket_ = 0;
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_CLIENT_FIRST_SERVER_MECHANISM_H_
