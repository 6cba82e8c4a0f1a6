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

}  // namespace sallyport
