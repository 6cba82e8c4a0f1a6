#include <optional>

#include "core/sasl/nonce.h"
#include "core/sasl/scram/scram.h"
#include "core/sasl/scram/scram_syntax.h"

namespace sallyport {

absl::StatusOr<std::string> ScramNonceOf(std::span<const MechanismParameter> parameters,
                                         RandomSource& random) {
  const std::optional<std::string_view> given = FindParameter(parameters, "nonce");
  if (!given.has_value()) return NewNonce(random);
  if (IsScramNonce(*given)) return std::string(*given);
  return absl::InvalidArgumentError("SCRAM: the nonce must be printable, without commas");
}

}  // namespace sallyport
