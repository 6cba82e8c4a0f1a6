#include "core/sasl/server_mechanism.h"

namespace sallyport {

absl::StatusOr<StepResult> ServerMechanism::Resume(uint64_t, CredentialAnswer) {
  return absl::FailedPreconditionError("the mechanism asked for no credentials");
}

absl::StatusOr<StepResult> ServerMechanism::Resume(uint64_t, DerivationAnswer) {
  return absl::FailedPreconditionError("the mechanism asked for no derivation");
}

}  // namespace sallyport
