#include "server/tokens/token_issuer.h"

#include "absl/strings/str_split.h"
#include "policy/values.h"

namespace sallyport::server {

using policy::ToDuration;

bool IsKeyUrl(const std::string& keys) { return keys.find("://") != std::string::npos; }

TokenIssuer ToTokenIssuer(const v1::TokenIssuer& issuer) {
  TokenIssuer read;
  read.name = issuer.name().empty() ? issuer.issuer() : issuer.name();
  read.keys = issuer.keys();
  read.ca_file = issuer.ca();
  read.allow_plaintext = issuer.allow_plaintext();
  if (issuer.has_refresh()) read.refresh = ToDuration(issuer.refresh());
  if (issuer.has_max_age()) read.max_age = ToDuration(issuer.max_age());
  if (issuer.has_min_interval()) read.min_interval = ToDuration(issuer.min_interval());
  TokenRules& rules = read.rules;
  rules.issuer = issuer.issuer();
  rules.audiences.assign(issuer.audience().begin(), issuer.audience().end());
  if (issuer.algorithms_size() > 0) rules.algorithms.clear();
  for (const std::string& name : issuer.algorithms()) {
    if (const auto algorithm = FindTokenAlgorithm(name)) rules.algorithms.push_back(*algorithm);
  }
  if (!issuer.name_claim().empty()) rules.name_claim = issuer.name_claim();
  rules.groups_claim = issuer.groups_claim();
  rules.attribute_claims.assign(issuer.attributes().begin(), issuer.attributes().end());
  rules.required_scopes = absl::StrSplit(issuer.required_scope(), ' ', absl::SkipEmpty());
  if (issuer.has_clock_skew()) rules.clock_skew = ToDuration(issuer.clock_skew());
  if (issuer.has_max_lifetime()) rules.max_lifetime = ToDuration(issuer.max_lifetime());
  if (issuer.max_token_size() != 0) rules.max_size = issuer.max_token_size();
  return read;
}

}  // namespace sallyport::server
