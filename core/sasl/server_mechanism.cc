#include "core/sasl/server_mechanism.h"

namespace sallyport {

absl::StatusOr<StepResult> ServerMechanism::Resume(uint64_t, CredentialAnswer) {
  return absl::FailedPreconditionError("the mechanism asked for no credentials");
}

absl::StatusOr<StepResult> ServerMechanism::Resume(uint64_t, DerivationAnswer) {
  return absl::FailedPreconditionError("the mechanism asked for no derivation");
}

absl::StatusOr<StepResult> ServerMechanism::Resume(uint64_t, SessionAnswer) {
  return absl::FailedPreconditionError("the mechanism asked for no session");
}

absl::Status ServerMechanism::SaveState(StateWriter&) const {
  return absl::FailedPreconditionError("the mechanism never waits for its client");
}

absl::Status ServerMechanism::RestoreState(StateReader&) {
  return absl::InvalidArgumentError("the mechanism never waits for its client");
}

}  // namespace sallyport
