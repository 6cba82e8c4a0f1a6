#ifndef SALLYPORT_CORE_TOKENS_TOKEN_REFUSAL_H_
#define SALLYPORT_CORE_TOKENS_TOKEN_REFUSAL_H_

// Why a token was refused: for the log, never for the client. Pure.

#include <cstdint>

namespace sallyport {

enum class TokenRefusal : uint8_t {
  kTooLarge,
  kMalformed,
  kEncrypted,
  kUnsupportedHeader,
  kWrongType,
  kAlgorithmNotAllowed,
  // Newer keys might have it.
  kUnknownKey,
  kBadSignature,
  kIssuer,
  kAudience,
  kNoExpiry,
  kExpired,
  kNotYetValid,
  kLivesTooLong,
  kLacksScope,
  kName,
  kGroups,
};

// Describe is a sentence about `refusal` for a person. Valid for the life of the
// process.
const char* Describe(TokenRefusal refusal);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_TOKENS_TOKEN_REFUSAL_H_
