#include "server/tokens/token_issuer.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/tokens/key_url.h"

namespace sallyport::server {
namespace {

using process::YamlMapping;

constexpr size_t kMaxAttributes = 32;

void ReadKeys(YamlMapping& issuer, TokenIssuer* read) {
  read->keys = issuer.RequiredString("keys");
  if (!IsKeyUrl(read->keys)) {
    for (const char* key : {"ca", "allow_plaintext", "refresh", "max_age", "min_interval"}) {
      if (issuer.Has(key)) {
        issuer.Refuse(key, "leave it out: it is for a URL, and 'keys' names a file");
      }
    }
    return;
  }
  if (issuer.Has("ca")) read->ca_file = issuer.RequiredString("ca");
  read->allow_plaintext = issuer.Bool("allow_plaintext", false);
  if (const absl::Status status = CheckKeyUrl(read->keys, read->allow_plaintext); !status.ok()) {
    issuer.Refuse("keys", std::string(status.message()));
  }
  read->refresh = issuer.Duration("refresh", read->refresh, absl::Seconds(1), absl::Hours(24));
  read->max_age = issuer.Duration("max_age", read->max_age, absl::Seconds(1), absl::Hours(24 * 7));
  read->min_interval =
      issuer.Duration("min_interval", read->min_interval, absl::Seconds(1), absl::Minutes(10));
  if (read->max_age < read->refresh) {
    issuer.Refuse("max_age", "expected a duration that is no shorter than 'refresh'");
  }
}

void ReadAlgorithms(YamlMapping& issuer, TokenIssuer* read) {
  if (!issuer.Has("algorithms")) return;
  std::vector<TokenAlgorithm>& algorithms = read->rules.algorithms;
  algorithms.clear();
  for (const std::string& name : issuer.StringList("algorithms")) {
    const auto algorithm = FindTokenAlgorithm(name);
    if (!algorithm.has_value()) {
      issuer.Refuse("algorithms",
                    absl::StrCat("unknown algorithm '", name,
                                 "'; there are RS, PS, ES and HS, each with 256, 384 or 512"));
      continue;
    }
    if (SignsWithASecret(*algorithm) && IsKeyUrl(read->keys)) {
      issuer.Refuse("algorithms", absl::StrCat("'", name,
                                               "' takes a secret, which must not be published: "
                                               "have 'keys' name a file"));
    }
    algorithms.push_back(*algorithm);
  }
  if (algorithms.empty()) issuer.Refuse("algorithms", "name at least one algorithm");
}

std::vector<std::string> NotEmpty(YamlMapping& issuer, std::string_view key) {
  std::vector<std::string> list = issuer.StringList(key);
  if (std::find(list.begin(), list.end(), "") != list.end()) {
    issuer.Refuse(key, "expected strings that are not empty");
  }
  return list;
}

void ReadClaims(YamlMapping& issuer, TokenRules* rules) {
  if (issuer.Has("name_claim")) rules->name_claim = issuer.RequiredString("name_claim");
  if (issuer.Has("groups_claim")) rules->groups_claim = issuer.RequiredString("groups_claim");
  rules->attribute_claims = NotEmpty(issuer, "attributes");
  if (rules->attribute_claims.size() > kMaxAttributes) {
    issuer.Refuse("attributes", absl::StrCat("expected up to ", kMaxAttributes, " claims"));
  }
  if (issuer.Has("required_scope")) {
    rules->required_scopes =
        absl::StrSplit(issuer.RequiredString("required_scope"), ' ', absl::SkipEmpty());
    if (rules->required_scopes.empty()) {
      issuer.Refuse("required_scope", "expected scopes with blanks between them");
    }
  }
}

}  // namespace

bool IsKeyUrl(const std::string& keys) { return keys.find("://") != std::string::npos; }

TokenIssuer ReadTokenIssuer(YamlMapping issuer) {
  TokenIssuer read;
  TokenRules& rules = read.rules;
  rules.issuer = issuer.RequiredString("issuer");
  read.name = issuer.Has("name") ? issuer.RequiredString("name") : rules.issuer;
  ReadKeys(issuer, &read);
  ReadAlgorithms(issuer, &read);
  rules.audiences = NotEmpty(issuer, "audience");
  if (rules.audiences.empty()) {
    issuer.Refuse("audience", "name the audience that tokens for this fleet have, in a list");
  }
  ReadClaims(issuer, &rules);
  rules.clock_skew =
      issuer.Duration("clock_skew", rules.clock_skew, absl::ZeroDuration(), absl::Minutes(10));
  if (issuer.Has("max_lifetime")) {
    rules.max_lifetime =
        issuer.Duration("max_lifetime", absl::Hours(24), absl::Seconds(1), absl::Hours(24 * 366));
  }
  rules.max_size = issuer.Size("max_token_size", rules.max_size, 256, kMaxTokenSize);
  return read;
}

}  // namespace sallyport::server
