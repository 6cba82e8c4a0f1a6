#ifndef SALLYPORT_CORE_TOKENS_TOKEN_CLAIMS_H_
#define SALLYPORT_CORE_TOKENS_TOKEN_CLAIMS_H_

// What a token says of its bearer, and whether that may be accepted (RFC 7519
// section 4). Pure.

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "core/tokens/json_object.h"
#include "core/tokens/token_refusal.h"
#include "core/tokens/token_rules.h"

namespace sallyport {

// TokenClaims are those that the rules name. All of it together is smaller than
// the token.
struct TokenClaims {
  std::string issuer;
  // Not empty; as the token spells it.
  std::string name;
  std::vector<std::string> groups;
  std::map<std::string, std::string> attributes;
  absl::Time expires_at;
};

// JudgeClaims reads the payload of a token whose signature is good.
std::variant<TokenRefusal, TokenClaims> JudgeClaims(const json_t* payload, const TokenRules& rules,
                                                    absl::Time now);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_TOKENS_TOKEN_CLAIMS_H_
