#include "core/sasl/sequenced_server_mechanism.h"

#include <utility>

namespace sallyport {
namespace {

StepResult Unexpected() {
  return Failure{FailureReason::kInternal, "the mechanism was given what it never asks for"};
}

Failure FailureOf(const DerivationRefused& refused) {
  if (refused.store_unavailable) {
    return {FailureReason::kStoreUnavailable, "the store could not tell if the password is right"};
  }
  return {refused.overloaded ? FailureReason::kOverloaded : FailureReason::kInternal,
          "a key was not derived"};
}

}  // namespace

absl::StatusOr<StepResult> SequencedServerMechanism::Step(
    std::optional<std::string_view> response) {
  if (turn_ == Turn::kInitialResponse) return Begin(response);
  if (turn_ != Turn::kFirstMessage && turn_ != Turn::kNextMessage) {
    return absl::FailedPreconditionError("the mechanism is not waiting for the client");
  }
  if (!response.has_value()) {
    return absl::FailedPreconditionError("only an initial response can be absent");
  }
  return Settle(turn_ == Turn::kFirstMessage ? FirstMessage(*response) : NextMessage(*response));
}

absl::StatusOr<StepResult> SequencedServerMechanism::Begin(
    std::optional<std::string_view> response) {
  switch (opening_) {
    case Opening::kClient:
      if (response.has_value()) return Settle(FirstMessage(*response));
      turn_ = Turn::kFirstMessage;
      return Challenge{};
    case Opening::kClientOrNothing:
      return Settle(FirstMessage(response.value_or("")));
    case Opening::kEither:
      if (response.value_or("").empty()) return Settle(FirstChallenge());
      return Settle(FirstMessage(*response));
    case Opening::kServer:
      if (response.value_or("").empty()) return Settle(FirstChallenge());
      return Settle(Failure{FailureReason::kMalformedMessage,
                            "an initial response in a mechanism in which the server begins"});
  }
  return Settle(Unexpected());
}

absl::StatusOr<StepResult> SequencedServerMechanism::Resume(uint64_t ticket,
                                                            CredentialAnswer answer) {
  if (turn_ != Turn::kCredentials || ticket != ticket_) {
    return absl::FailedPreconditionError("no query for credentials has this ticket");
  }
  if (const auto* unavailable = std::get_if<CredentialsUnavailable>(&answer)) {
    return Settle(Failure{unavailable->reason});
  }
  return Settle(OnCredentials(std::get<CredentialsFound>(std::move(answer))));
}

absl::StatusOr<StepResult> SequencedServerMechanism::Resume(uint64_t ticket,
                                                            DerivationAnswer answer) {
  const bool awaited =
      turn_ == Turn::kPasswordVerdict || turn_ == Turn::kSaltedPassword || turn_ == Turn::kSlowStep;
  if (!awaited || ticket != ticket_) {
    return absl::FailedPreconditionError("no derivation has this ticket");
  }
  if (const auto* refused = std::get_if<DerivationRefused>(&answer)) {
    return Settle(FailureOf(*refused));
  }
  const bool fits =
      (turn_ == Turn::kPasswordVerdict) == std::holds_alternative<PasswordVerdict>(answer) &&
      (turn_ == Turn::kSaltedPassword) == std::holds_alternative<Secret>(answer) &&
      (turn_ == Turn::kSlowStep) == std::holds_alternative<SlowStepDone>(answer);
  if (!fits) {
    return absl::InvalidArgumentError("the answer is not of the kind that was asked for");
  }
  return Settle(TakeDerived(std::move(answer)));
}

StepResult SequencedServerMechanism::TakeDerived(DerivationAnswer answer) {
  if (const auto* verdict = std::get_if<PasswordVerdict>(&answer)) {
    return OnPasswordVerdict(*verdict);
  }
  if (auto* salted_password = std::get_if<Secret>(&answer)) {
    return OnSaltedPassword(std::move(*salted_password));
  }
  return OnSlowStep();
}

absl::StatusOr<StepResult> SequencedServerMechanism::Resume(uint64_t ticket, SessionAnswer answer) {
  if (turn_ != Turn::kSession || ticket != ticket_) {
    return absl::FailedPreconditionError("no question for a session has this ticket");
  }
  return Settle(OnSession(std::move(answer)));
}

absl::Status SequencedServerMechanism::SaveState(StateWriter& state) const {
  if (turn_ != Turn::kFirstMessage && turn_ != Turn::kNextMessage) {
    return absl::FailedPreconditionError("the mechanism is not waiting for the client");
  }
  state.Number(static_cast<uint64_t>(turn_));
  return turn_ == Turn::kNextMessage ? SaveMessages(state) : absl::OkStatus();
}

absl::Status SequencedServerMechanism::RestoreState(StateReader& state) {
  if (turn_ != Turn::kInitialResponse) {
    return absl::FailedPreconditionError("the mechanism has been stepped already");
  }
  const uint64_t turn = state.Number();
  if (turn == static_cast<uint64_t>(Turn::kFirstMessage) && opening_ == Opening::kClient) {
    turn_ = Turn::kFirstMessage;
    return absl::OkStatus();
  }
  if (turn != static_cast<uint64_t>(Turn::kNextMessage)) {
    return absl::InvalidArgumentError("the state is of another kind of mechanism");
  }
  turn_ = Turn::kNextMessage;
  return RestoreMessages(state);
}

SequencedServerMechanism::Turn SequencedServerMechanism::TurnFor(const KeyDerivation& work) {
  if (std::holds_alternative<PasswordCheck>(work)) return Turn::kPasswordVerdict;
  if (std::holds_alternative<DelegatedCheck>(work)) return Turn::kPasswordVerdict;
  if (std::holds_alternative<SaltedPassword>(work)) return Turn::kSaltedPassword;
  return Turn::kSlowStep;
}

absl::StatusOr<StepResult> SequencedServerMechanism::Settle(StepResult result) {
  turn_ = Turn::kFinished;
  if (std::holds_alternative<Challenge>(result)) {
    turn_ = Turn::kNextMessage;
  } else if (auto* query = std::get_if<NeedCredentials>(&result)) {
    turn_ = Turn::kCredentials;
    query->ticket = ++ticket_;
  } else if (auto* derivation = std::get_if<NeedDerivation>(&result)) {
    turn_ = TurnFor(derivation->work);
    derivation->ticket = ++ticket_;
  } else if (auto* session = std::get_if<NeedSession>(&result)) {
    turn_ = Turn::kSession;
    session->ticket = ++ticket_;
  }
  return result;
}

StepResult SequencedServerMechanism::FirstChallenge() { return Unexpected(); }

StepResult SequencedServerMechanism::FirstMessage(std::string_view) { return Unexpected(); }

StepResult SequencedServerMechanism::NextMessage(std::string_view) { return Unexpected(); }

StepResult SequencedServerMechanism::OnCredentials(CredentialsFound) { return Unexpected(); }

StepResult SequencedServerMechanism::OnPasswordVerdict(PasswordVerdict) { return Unexpected(); }

StepResult SequencedServerMechanism::OnSaltedPassword(Secret) { return Unexpected(); }

StepResult SequencedServerMechanism::OnSlowStep() { return Unexpected(); }

StepResult SequencedServerMechanism::OnSession(SessionAnswer) { return Unexpected(); }

absl::Status SequencedServerMechanism::SaveMessages(StateWriter&) const {
  return absl::FailedPreconditionError("the mechanism has one message only");
}

absl::Status SequencedServerMechanism::RestoreMessages(StateReader&) {
  return absl::InvalidArgumentError("the mechanism has one message only");
}

}  // namespace sallyport
