#include "core/sasl/gssapi/gssapi_client.h"

#include <utility>

#include "absl/status/status.h"

namespace sallyport {

GssapiClient::GssapiClient(InitiatorSettings settings, std::string authorization_id)
    : settings_(std::move(settings)), authorization_id_(std::move(authorization_id)) {}

ServerFault GssapiClient::Fail(const char* what) {
  turn_ = Turn::kFailed;
  return ServerFault{what};
}

NeedDerivation GssapiClient::Suspend(Turn turn, std::shared_ptr<SlowStep> step) {
  turn_ = turn;
  return NeedDerivation{++ticket_, std::move(step)};
}

absl::StatusOr<ClientStepResult> GssapiClient::Step(std::optional<std::string_view> challenge) {
  if (challenge.has_value() == (turn_ == Turn::kStart)) {
    return absl::FailedPreconditionError("the mechanism is not waiting for this");
  }
  switch (turn_) {
    case Turn::kStart:
      initiate_ = std::make_shared<InitiateStep>(settings_);
      return Suspend(Turn::kInitiating, initiate_);
    case Turn::kServerToken:
      complete_ = std::make_shared<CompleteStep>(std::move(initiation_), *challenge);
      return Suspend(Turn::kCompleting, complete_);
    case Turn::kLayerOffer:
      choose_ = std::make_shared<ChooseLayerStep>(std::move(context_.token), *challenge,
                                                  authorization_id_);
      return Suspend(Turn::kChoosing, choose_);
    case Turn::kOutcome:
      return Fail("a challenge after the server's last message");
    default:
      return absl::FailedPreconditionError("the mechanism is not waiting for this");
  }
}

absl::StatusOr<ClientStepResult> GssapiClient::Resume(uint64_t ticket, DerivationAnswer answer) {
  const Turn turn = turn_;
  if ((turn != Turn::kInitiating && turn != Turn::kCompleting && turn != Turn::kChoosing) ||
      ticket != ticket_) {
    return absl::FailedPreconditionError("no work has this ticket");
  }
  turn_ = Turn::kFailed;
  if (std::holds_alternative<DerivationRefused>(answer)) {
    return absl::UnavailableError("Kerberos was not asked");
  }
  if (!std::holds_alternative<SlowStepDone>(answer)) {
    return absl::InvalidArgumentError("the answer is not of the kind that was asked for");
  }
  if (turn == Turn::kInitiating) return OnInitiated();
  return turn == Turn::kCompleting ? OnCompleted() : OnChosen();
}

absl::StatusOr<ClientStepResult> GssapiClient::OnInitiated() {
  const auto step = std::exchange(initiate_, nullptr);
  if (!step->result().ok()) return step->result().status();
  initiation_ = *std::move(step->result());
  turn_ = Turn::kServerToken;
  return ClientResponse{std::exchange(initiation_.token, {})};
}

ClientStepResult GssapiClient::OnCompleted() {
  const auto step = std::exchange(complete_, nullptr);
  if (const auto* fault = std::get_if<ServerFault>(&step->result())) return *fault;
  context_ = std::get<KerberosContext>(std::move(step->result()));
  turn_ = Turn::kLayerOffer;
  return ClientResponse{std::string()};
}

ClientStepResult GssapiClient::OnChosen() {
  const auto step = std::exchange(choose_, nullptr);
  if (const auto* fault = std::get_if<ServerFault>(&step->result())) return *fault;
  turn_ = Turn::kOutcome;
  return ClientResponse{std::get<std::string>(std::move(step->result()))};
}

std::optional<ServerFault> GssapiClient::Finish(std::optional<std::string_view> additional_data) {
  if (turn_ != Turn::kOutcome) return Fail("success out of turn");
  if (!additional_data.value_or("").empty()) return Fail("data with the outcome");
  return std::nullopt;
}

absl::Status GssapiClient::SaveState(StateWriter& state) const {
  if (turn_ != Turn::kLayerOffer && turn_ != Turn::kOutcome) {
    return absl::FailedPreconditionError("the mechanism cannot be saved here");
  }
  state.Number(static_cast<uint64_t>(turn_));
  SaveContext(context_, state);
  return absl::OkStatus();
}

absl::Status GssapiClient::RestoreState(StateReader& state) {
  if (turn_ != Turn::kStart) {
    return absl::FailedPreconditionError("the mechanism has been stepped already");
  }
  const uint64_t turn = state.Number();
  if (turn != static_cast<uint64_t>(Turn::kLayerOffer) &&
      turn != static_cast<uint64_t>(Turn::kOutcome)) {
    return absl::InvalidArgumentError("the state is of another kind of mechanism");
  }
  context_ = RestoreContext(state);
  turn_ = state.ok() ? static_cast<Turn>(turn) : Turn::kFailed;
  return absl::OkStatus();
}

}  // namespace sallyport
