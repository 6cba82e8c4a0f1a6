#include "core/sasl/client_first_server_mechanism.h"

#include <utility>

namespace sallyport {
namespace {

StepResult Unexpected() {
  return Failure{FailureReason::kInternal, "the mechanism was given what it never asks for"};
}

}  // namespace

absl::StatusOr<StepResult> ClientFirstServerMechanism::Step(
    std::optional<std::string_view> response) {
  switch (turn_) {
    case Turn::kInitialResponse:
      if (response.has_value()) return Settle(FirstMessage(*response));
      if (absent_ == AbsentResponse::kIsEmpty) return Settle(FirstMessage({}));
      turn_ = Turn::kFirstMessage;
      return Challenge{};
    case Turn::kFirstMessage:
    case Turn::kNextMessage:
      if (!response.has_value()) {
        return absl::FailedPreconditionError("only an initial response can be absent");
      }
      return Settle(turn_ == Turn::kFirstMessage ? FirstMessage(*response)
                                                 : NextMessage(*response));
    default:
      return absl::FailedPreconditionError("the mechanism is not waiting for the client");
  }
}

absl::StatusOr<StepResult> ClientFirstServerMechanism::Resume(uint64_t ticket,
                                                              CredentialAnswer answer) {
  if (turn_ != Turn::kCredentials || ticket != ticket_) {
    return absl::FailedPreconditionError("no query for credentials has this ticket");
  }
  if (const auto* unavailable = std::get_if<CredentialsUnavailable>(&answer)) {
    return Settle(Failure{unavailable->reason});
  }
  return Settle(OnCredentials(std::get<CredentialsFound>(std::move(answer))));
}

absl::StatusOr<StepResult> ClientFirstServerMechanism::Resume(uint64_t ticket,
                                                              DerivationAnswer answer) {
  const bool awaited = turn_ == Turn::kPasswordVerdict || turn_ == Turn::kSaltedPassword;
  if (!awaited || ticket != ticket_) {
    return absl::FailedPreconditionError("no derivation has this ticket");
  }
  if (const auto* refused = std::get_if<DerivationRefused>(&answer)) {
    return Settle(
        Failure{refused->overloaded ? FailureReason::kOverloaded : FailureReason::kInternal,
                "a key was not derived"});
  }
  const auto* verdict = std::get_if<PasswordVerdict>(&answer);
  if ((verdict != nullptr) != (turn_ == Turn::kPasswordVerdict)) {
    return absl::InvalidArgumentError("the answer is not of the kind that was asked for");
  }
  if (verdict != nullptr) return Settle(OnPasswordVerdict(*verdict));
  return Settle(OnSaltedPassword(std::get<Secret>(std::move(answer))));
}

absl::Status ClientFirstServerMechanism::SaveState(StateWriter& state) const {
  if (turn_ != Turn::kFirstMessage && turn_ != Turn::kNextMessage) {
    return absl::FailedPreconditionError("the mechanism is not waiting for the client");
  }
  state.Number(static_cast<uint64_t>(turn_));
  if (turn_ == Turn::kNextMessage) SaveMessages(state);
  return absl::OkStatus();
}

absl::Status ClientFirstServerMechanism::RestoreState(StateReader& state) {
  if (turn_ != Turn::kInitialResponse) {
    return absl::FailedPreconditionError("the mechanism has been stepped already");
  }
  const uint64_t turn = state.Number();
  if (turn == static_cast<uint64_t>(Turn::kFirstMessage)) {
    turn_ = Turn::kFirstMessage;
    return absl::OkStatus();
  }
  if (turn != static_cast<uint64_t>(Turn::kNextMessage)) {
    return absl::InvalidArgumentError("the state is of another kind of mechanism");
  }
  turn_ = Turn::kNextMessage;
  return RestoreMessages(state);
}

absl::StatusOr<StepResult> ClientFirstServerMechanism::Settle(StepResult result) {
  turn_ = Turn::kFinished;
  if (std::holds_alternative<Challenge>(result)) {
    turn_ = Turn::kNextMessage;
  } else if (auto* query = std::get_if<NeedCredentials>(&result)) {
    turn_ = Turn::kCredentials;
    query->ticket = ++ticket_;
  } else if (auto* derivation = std::get_if<NeedDerivation>(&result)) {
    turn_ = std::holds_alternative<PasswordCheck>(derivation->work) ? Turn::kPasswordVerdict
                                                                    : Turn::kSaltedPassword;
    derivation->ticket = ++ticket_;
  }
  return result;
}

StepResult ClientFirstServerMechanism::NextMessage(std::string_view) { return Unexpected(); }

StepResult ClientFirstServerMechanism::OnCredentials(CredentialsFound) { return Unexpected(); }

StepResult ClientFirstServerMechanism::OnPasswordVerdict(PasswordVerdict) { return Unexpected(); }

StepResult ClientFirstServerMechanism::OnSaltedPassword(Secret) { return Unexpected(); }

void ClientFirstServerMechanism::SaveMessages(StateWriter&) const {}

absl::Status ClientFirstServerMechanism::RestoreMessages(StateReader&) {
  return absl::InvalidArgumentError("the mechanism has one message only");
}

}  // namespace sallyport
