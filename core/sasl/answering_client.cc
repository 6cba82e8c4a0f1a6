#include "core/sasl/answering_client.h"

namespace sallyport {

absl::StatusOr<ClientStepResult> AnsweringClient::Step(std::optional<std::string_view> challenge) {
  if (failed_ || challenge.has_value() != started_) {
    return absl::FailedPreconditionError("the mechanism is not waiting for this");
  }
  if (!started_) {
    started_ = true;
    return ClientResponse{};
  }
  failed_ = true;
  if (answered_ == challenges_) return ServerFault{"a challenge more than the mechanism has"};
  absl::StatusOr<ClientStepResult> answer = Answer(answered_, *challenge);
  if (answer.ok() && std::holds_alternative<ClientResponse>(*answer)) {
    ++answered_;
    failed_ = false;
  }
  return answer;
}

std::optional<ServerFault> AnsweringClient::Finish(std::optional<std::string_view>) {
  if (failed_ || answered_ != challenges_) return ServerFault{"success before the last answer"};
  return std::nullopt;
}

absl::Status AnsweringClient::SaveState(StateWriter& state) const {
  if (!started_ || failed_) {
    return absl::FailedPreconditionError("the mechanism is not waiting for its server");
  }
  state.Number(answered_);
  return absl::OkStatus();
}

absl::Status AnsweringClient::RestoreState(StateReader& state) {
  if (started_) return absl::FailedPreconditionError("the mechanism has been stepped already");
  const uint64_t answered = state.Number();
  if (answered > challenges_) {
    return absl::InvalidArgumentError("the state is of another kind of mechanism");
  }
  started_ = true;
  answered_ = answered;
  return absl::OkStatus();
}

}  // namespace sallyport
