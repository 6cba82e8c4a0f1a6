#ifndef SALLYPORT_CORE_TOKENS_TOKEN_RULES_H_
#define SALLYPORT_CORE_TOKENS_TOKEN_RULES_H_

// What the tokens of one issuer must look like to be accepted (RFC 7519, RFC
// 9068, RFC 8725).

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/tokens/token_algorithm.h"

namespace sallyport {

// kMaxTokenSize bounds every token, in bytes.
inline constexpr size_t kMaxTokenSize = 64 * 1024;

// TokenRules: a claim is named as the token names it ("groups"), or, where it
// lies inside of objects, by a JSON Pointer (RFC 6901): "/realm_access/roles".
struct TokenRules {
  // What "iss" must be, to the letter.
  std::string issuer;
  // "aud" must hold one of these; where there is none, nothing is accepted.
  std::vector<std::string> audiences;
  std::vector<TokenAlgorithm> algorithms = PublicKeyAlgorithms();
  // How far the issuer's clock may differ.
  absl::Duration clock_skew = absl::Seconds(60);
  // Where set, a token must say when it was issued, and live no longer.
  std::optional<absl::Duration> max_lifetime;
  // The claim that is the user's name.
  std::string name_claim = "sub";
  // The claim with the user's groups: a string, or a list of strings. Empty: none.
  std::string groups_claim;
  // Claims to hand on. One that is no string, integer or boolean is left out.
  std::vector<std::string> attribute_claims;
  // Each must be among the "scope" or "scp" of the token.
  std::vector<std::string> required_scopes;
  // Up to kMaxTokenSize.
  size_t max_size = 16 * 1024;
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_TOKENS_TOKEN_RULES_H_
