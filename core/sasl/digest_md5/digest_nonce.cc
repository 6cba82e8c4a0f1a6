#include "core/sasl/digest_md5/digest_nonce.h"

#include <optional>
#include <string_view>

#include "core/sasl/digest_md5/digest_directives.h"
#include "core/sasl/nonce.h"

namespace sallyport {

absl::StatusOr<std::string> DigestNonceOf(std::span<const MechanismParameter> parameters,
                                          RandomSource& random) {
  const std::optional<std::string_view> given = FindParameter(parameters, "nonce");
  if (!given.has_value()) return NewNonce(random);
  if (!given->empty() && IsDigestText(*given)) return std::string(*given);
  return absl::InvalidArgumentError(
      "DIGEST-MD5: the nonce must not be empty, and without control characters");
}

}  // namespace sallyport
