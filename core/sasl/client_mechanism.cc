#include "core/sasl/client_mechanism.h"

namespace sallyport {

absl::StatusOr<ClientStepResult> ClientMechanism::Resume(uint64_t, DerivationAnswer) {
  return absl::FailedPreconditionError("the mechanism asked for no derivation");
}

absl::Status ClientMechanism::SaveState(StateWriter&) const {
  return absl::FailedPreconditionError("the mechanism never waits for its server's challenge");
}

absl::Status ClientMechanism::RestoreState(StateReader&) {
  return absl::InvalidArgumentError("the mechanism never waits for its server's challenge");
}

}  // namespace sallyport
