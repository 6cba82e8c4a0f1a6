#include "core/sasl/client_mechanism.h"

namespace sallyport {

absl::StatusOr<ClientStepResult> ClientMechanism::Resume(uint64_t, DerivationAnswer) {
  return absl::FailedPreconditionError("the mechanism asked for no derivation");
}

}  // namespace sallyport
