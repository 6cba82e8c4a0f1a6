#ifndef SALLYPORT_CORE_TOKENS_VERIFY_TOKEN_H_
#define SALLYPORT_CORE_TOKENS_VERIFY_TOKEN_H_

// Bearer tokens that are signed JSON Web Tokens (RFC 7519, RFC 7515): who issued
// one, and whether it may be believed. In two steps, so that the caller can find
// the rules and the keys of the issuer in between. Thread-safe; nothing of a token
// is kept, and what the libraries copied of it is wiped.

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "absl/time/time.h"
#include "core/tokens/key_set.h"
#include "core/tokens/token_algorithm.h"
#include "core/tokens/token_claims.h"
#include "core/tokens/token_refusal.h"
#include "core/tokens/token_rules.h"

namespace sallyport {

// TokenHeader is what a token says of itself: nothing of it is proved.
struct TokenHeader {
  // Empty where the token names none.
  std::string issuer;
  std::optional<std::string> key_id;
  TokenAlgorithm algorithm;
};

// ReadTokenHeader reads what the rules and the keys are chosen by.
std::variant<TokenRefusal, TokenHeader> ReadTokenHeader(std::string_view token);

// VerifyToken judges `token` at `now`. kUnknownKey: newer keys might verify it.
// It takes some 30 to 80 microseconds with RS256 or ES256, and up to 700 with ES384
// or ES512, for which OpenSSL has no fast code; four times that at the most, where
// a token names no key.
std::variant<TokenRefusal, TokenClaims> VerifyToken(std::string_view token, const KeySet& keys,
                                                    const TokenRules& rules, absl::Time now);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_TOKENS_VERIFY_TOKEN_H_
