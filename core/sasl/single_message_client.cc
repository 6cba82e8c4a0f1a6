#include "core/sasl/single_message_client.h"

#include <string>

namespace sallyport {

absl::StatusOr<ClientStepResult> SingleMessageClient::Step(
    std::optional<std::string_view> challenge) {
  if (!challenge.has_value()) {
    if (sent_) return absl::FailedPreconditionError("the mechanism has already started");
    sent_ = true;
    ClientResponse response{std::string(message_.view())};
    message_ = Secret();
    return response;
  }
  if (!sent_) return absl::FailedPreconditionError("the mechanism has not started");
  return ServerFault{"a challenge in a mechanism that has none"};
}

std::optional<ServerFault> SingleMessageClient::Finish(std::optional<std::string_view>) {
  if (!sent_) return ServerFault{"success before the client's message"};
  return std::nullopt;
}

absl::Status SingleMessageClient::SaveState(StateWriter& state) const {
  if (!sent_) return absl::FailedPreconditionError("the mechanism has not started");
  state.Number(1);
  return absl::OkStatus();
}

absl::Status SingleMessageClient::RestoreState(StateReader& state) {
  if (sent_) return absl::FailedPreconditionError("the mechanism has already started");
  if (state.Number() != 1) {
    return absl::InvalidArgumentError("the state is of another kind of mechanism");
  }
  message_ = Secret();
  sent_ = true;
  return absl::OkStatus();
}

}  // namespace sallyport
