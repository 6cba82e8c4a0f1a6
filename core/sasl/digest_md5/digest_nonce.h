#ifndef SALLYPORT_CORE_SASL_DIGEST_MD5_DIGEST_NONCE_H_
#define SALLYPORT_CORE_SASL_DIGEST_MD5_DIGEST_NONCE_H_

// The nonce of either side of DIGEST-MD5. Pure but for the randomness that it is
// handed.

#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "core/crypto/random_source.h"
#include "core/sasl/mechanism_parameter.h"

namespace sallyport {

// DigestNonceOf is the parameter "nonce" where there is one, else a new one, empty where
// `random` fails. InvalidArgument where the parameter cannot be quoted, or is empty.
absl::StatusOr<std::string> DigestNonceOf(std::span<const MechanismParameter> parameters,
                                          RandomSource& random);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_DIGEST_MD5_DIGEST_NONCE_H_
