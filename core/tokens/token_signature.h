#ifndef SALLYPORT_CORE_TOKENS_TOKEN_SIGNATURE_H_
#define SALLYPORT_CORE_TOKENS_TOKEN_SIGNATURE_H_

// Whether a token was signed by its issuer (RFC 7515 section 5.2). Pure.

#include <optional>

#include "core/tokens/compact_token.h"
#include "core/tokens/key_set.h"
#include "core/tokens/token_refusal.h"

namespace sallyport {

// CheckSignature is nullopt where a key of `keys` that fits the token's algorithm
// verifies it: of the key id that the token names, if it names one; the first four
// are tried. kUnknownKey or kBadSignature otherwise; a token that names no key and
// that none verifies is of an unknown one. Whether the algorithm is allowed is the
// caller's to judge.
std::optional<TokenRefusal> CheckSignature(const CompactToken& token, const KeySet& keys);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_TOKENS_TOKEN_SIGNATURE_H_
