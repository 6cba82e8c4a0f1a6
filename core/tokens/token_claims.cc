#include "core/tokens/token_claims.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "absl/strings/str_split.h"
#include "core/tokens/claim_values.h"

namespace sallyport {
namespace {

std::optional<TokenRefusal> JudgeIssuerAndAudience(const json_t* payload, const TokenRules& rules) {
  if (TextOf(Member(payload, "iss")) != std::string_view(rules.issuer)) {
    return TokenRefusal::kIssuer;
  }
  const json_t* const claim = Member(payload, "aud");
  if (claim == nullptr) return TokenRefusal::kAudience;
  const auto audiences = StringsOf(claim);
  if (!audiences.has_value()) return TokenRefusal::kMalformed;
  const auto accepted = std::find_first_of(audiences->begin(), audiences->end(),
                                           rules.audiences.begin(), rules.audiences.end());
  if (accepted == audiences->end()) return TokenRefusal::kAudience;
  return std::nullopt;
}

// Absent: nothing. Present: a time, or the token is malformed.
bool ReadTime(const json_t* payload, std::string_view name, std::optional<absl::Time>* time) {
  const json_t* const claim = Member(payload, name);
  if (claim != nullptr) *time = NumericDate(claim);
  return claim == nullptr || time->has_value();
}

std::optional<TokenRefusal> JudgeTimes(const json_t* payload, const TokenRules& rules,
                                       absl::Time now, absl::Time* expires_at) {
  std::optional<absl::Time> expires;
  std::optional<absl::Time> begins;
  std::optional<absl::Time> issued;
  if (!ReadTime(payload, "exp", &expires) || !ReadTime(payload, "nbf", &begins) ||
      !ReadTime(payload, "iat", &issued)) {
    return TokenRefusal::kMalformed;
  }
  if (!expires.has_value()) return TokenRefusal::kNoExpiry;
  if (*expires + rules.clock_skew <= now) return TokenRefusal::kExpired;
  for (const auto& from : {begins, issued}) {
    if (from.has_value() && *from > now + rules.clock_skew) return TokenRefusal::kNotYetValid;
  }
  if (rules.max_lifetime.has_value() &&
      (!issued.has_value() || *expires - *issued > *rules.max_lifetime)) {
    return TokenRefusal::kLivesTooLong;
  }
  *expires_at = *expires;
  return std::nullopt;
}

// RFC 8693 section 4.2 has one string with blanks between the scopes; some
// issuers have a list, and some call it "scp".
bool HasScopes(const json_t* payload, const std::vector<std::string>& required) {
  if (required.empty()) return true;
  const json_t* claim = Member(payload, "scope");
  if (claim == nullptr) claim = Member(payload, "scp");
  const auto strings = StringsOf(claim);
  if (!strings.has_value()) return false;
  std::vector<std::string> scopes;
  for (const std::string_view string : *strings) {
    for (const absl::string_view scope :
         absl::StrSplit(absl::string_view(string.data(), string.size()), ' ')) {
      scopes.emplace_back(scope);
    }
  }
  return std::all_of(required.begin(), required.end(), [&scopes](const std::string& scope) {
    return std::find(scopes.begin(), scopes.end(), scope) != scopes.end();
  });
}

}  // namespace

std::variant<TokenRefusal, TokenClaims> JudgeClaims(const json_t* payload, const TokenRules& rules,
                                                    absl::Time now) {
  if (const auto refusal = JudgeIssuerAndAudience(payload, rules)) return *refusal;
  TokenClaims claims;
  claims.issuer = rules.issuer;
  if (const auto refusal = JudgeTimes(payload, rules, now, &claims.expires_at)) return *refusal;
  if (!HasScopes(payload, rules.required_scopes)) return TokenRefusal::kLacksScope;

  const auto name = TextOf(FindClaim(payload, rules.name_claim));
  if (!name.has_value() || name->empty()) return TokenRefusal::kName;
  claims.name = *name;
  if (const json_t* const claim = FindClaim(payload, rules.groups_claim);
      claim != nullptr && !rules.groups_claim.empty()) {
    const auto groups = StringsOf(claim);
    if (!groups.has_value()) return TokenRefusal::kGroups;
    claims.groups.assign(groups->begin(), groups->end());
  }
  for (const std::string& attribute : rules.attribute_claims) {
    if (auto value = PlainText(FindClaim(payload, attribute))) {
      claims.attributes[attribute] = *std::move(value);
    }
  }
  return claims;
}

}  // namespace sallyport
