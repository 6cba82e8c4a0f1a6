#include <array>
#include <optional>

#include "core/crypto/base64.h"
#include "core/sasl/scram/scram.h"
#include "core/sasl/scram/scram_syntax.h"

namespace sallyport {

std::string NewScramNonce(RandomSource& random) {
  std::array<char, 18> bytes;
  std::string nonce;
  if (!random.Fill(bytes)) return nonce;
  nonce.reserve(24);
  AppendBase64(std::string_view(bytes.data(), bytes.size()), &nonce);
  return nonce;
}

absl::StatusOr<std::string> ScramNonceOf(std::span<const MechanismParameter> parameters,
                                         RandomSource& random) {
  const std::optional<std::string_view> given = FindParameter(parameters, "nonce");
  if (!given.has_value()) return NewScramNonce(random);
  if (IsScramNonce(*given)) return std::string(*given);
  return absl::InvalidArgumentError("SCRAM: the nonce must be printable, without commas");
}

}  // namespace sallyport
