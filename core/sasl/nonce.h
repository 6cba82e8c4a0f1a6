#ifndef SALLYPORT_CORE_SASL_NONCE_H_
#define SALLYPORT_CORE_SASL_NONCE_H_

// The nonces of mechanisms: what makes an exchange differ from every other. Pure but
// for the randomness that it is handed.

#include <string>

#include "core/crypto/random_source.h"

namespace sallyport {

// NewNonce is 24 characters of base64 from 18 random bytes; empty where `random` has
// none.
std::string NewNonce(RandomSource& random);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_NONCE_H_
