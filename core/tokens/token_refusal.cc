#include "core/tokens/token_refusal.h"

namespace sallyport {

const char* Describe(TokenRefusal refusal) {
  using enum TokenRefusal;
  switch (refusal) {
    case kTooLarge:
      return "The token is larger than is allowed.";
    case kMalformed:
      return "The token is not a signed JSON Web Token in compact form.";
    case kEncrypted:
      return "The token is encrypted; only signed ones are accepted.";
    case kUnsupportedHeader:
      return "The token's header asks for an extension ('crit', 'b64') that is not supported.";
    case kWrongType:
      return "The token's 'typ' is neither JWT nor at+jwt.";
    case kAlgorithmNotAllowed:
      return "The token's signature algorithm is not allowed.";
    case kUnknownKey:
      return "The issuer's key set has no key for the token's key id and algorithm.";
    case kBadSignature:
      return "The token's signature is wrong.";
    case kIssuer:
      return "The token's issuer is not accepted.";
    case kAudience:
      return "The token is for another audience.";
    case kNoExpiry:
      return "The token does not say when it expires.";
    case kExpired:
      return "The token has expired.";
    case kNotYetValid:
      return "The token is not valid yet.";
    case kLivesTooLong:
      return "The token lives longer than is allowed, or does not say since when.";
    case kLacksScope:
      return "The token lacks a required scope.";
    case kName:
      return "The token's name claim is missing, or is not a usable name.";
    case kGroups:
      return "The token's groups claim is neither a string nor a list of strings.";
  }
  return "The token was refused.";
}

}  // namespace sallyport
