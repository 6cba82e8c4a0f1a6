#include "core/tokens/verify_token.h"

#include <algorithm>

#include "core/tokens/compact_token.h"
#include "core/tokens/json_object.h"
#include "core/tokens/token_signature.h"

namespace sallyport {

std::variant<TokenRefusal, TokenHeader> ReadTokenHeader(std::string_view token) {
  const auto parsed = CompactToken::Parse(token);
  if (const auto* refusal = std::get_if<TokenRefusal>(&parsed)) return *refusal;
  const auto& compact = std::get<CompactToken>(parsed);
  const auto payload = ParseJsonObject(compact.payload());
  if (!payload.ok()) return TokenRefusal::kMalformed;
  const json_t* const issuer = Member(payload->get(), "iss");
  if (issuer != nullptr && !json_is_string(issuer)) return TokenRefusal::kMalformed;
  return TokenHeader{.issuer = std::string(TextOf(issuer).value_or("")),
                     .key_id = compact.key_id(),
                     .algorithm = compact.algorithm()};
}

std::variant<TokenRefusal, TokenClaims> VerifyToken(std::string_view token, const KeySet& keys,
                                                    const TokenRules& rules, absl::Time now) {
  if (token.size() > rules.max_size) return TokenRefusal::kTooLarge;
  const auto parsed = CompactToken::Parse(token);
  if (const auto* refusal = std::get_if<TokenRefusal>(&parsed)) return *refusal;
  const auto& compact = std::get<CompactToken>(parsed);
  if (std::find(rules.algorithms.begin(), rules.algorithms.end(), compact.algorithm()) ==
      rules.algorithms.end()) {
    return TokenRefusal::kAlgorithmNotAllowed;
  }
  if (const auto refusal = CheckSignature(compact, keys)) return *refusal;
  const auto payload = ParseJsonObject(compact.payload());
  if (!payload.ok()) return TokenRefusal::kMalformed;
  return JudgeClaims(payload->get(), rules, now);
}

}  // namespace sallyport
