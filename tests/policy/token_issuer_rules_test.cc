#include <gtest/gtest.h>

#include <string>

#include "tests/policy/load_policy.h"

namespace sallyport::policy {
namespace {

std::string ErrorOf(const std::string& issuers) {
  return Error("rules: {mechanisms: [ANONYMOUS]}\ntoken_issuers: " + issuers);
}

void Refused(const std::string& issuers, const std::string& why) {
  const std::string error = ErrorOf(issuers);
  EXPECT_NE(error.find(why), std::string::npos) << issuers << "\n" << error;
}

std::string With(const std::string& more) {
  return "[{issuer: 'https://i', audience: [b], " + more + "}]";
}

TEST(TokenIssuers, NeedAnIssuerAnAudienceAndKeys) {
  EXPECT_EQ(ErrorOf("[{issuer: 'https://i', audience: [b], keys: /k}]"), "");
  Refused("[{name: a, audience: [b], keys: /k}]", "token_issuers[0]: expected 'issuer'");
  Refused("[{issuer: i, keys: /k}]", "token_issuers[0]: expected 'audience'");
  Refused("[{issuer: i, audience: [b]}]", "token_issuers[0]: expected 'keys'");
}

TEST(TokenIssuers, HaveNamesAndIssuersOfTheirOwn) {
  Refused(
      "[{name: a, issuer: i, audience: [b], keys: /k}, "
      "{name: b, issuer: i, audience: [c], keys: /l}]",
      "token_issuers[1].issuer: 'i' is another's already");
  Refused(
      "[{name: a, issuer: i, audience: [b], keys: /k}, "
      "{name: a, issuer: j, audience: [c], keys: /l}]",
      "'a' is named twice");
  Refused(
      "[{name: a, issuer: i, audience: [b], keys: /k}]\nstores: [{name: a, sqlite: {path: /x}}]",
      "'a' is named twice");
}

TEST(TokenIssuers, FetchKeysOverTlsOnly) {
  EXPECT_EQ(ErrorOf(With("keys: 'https://i/jwks'")), "");
  EXPECT_EQ(ErrorOf(With("keys: 'http://localhost/jwks'")), "");
  EXPECT_EQ(ErrorOf(With("keys: 'http://i/jwks', allow_plaintext: true")), "");
  Refused(With("keys: 'http://i/jwks'"), "token_issuers[0].keys: expected https://");
  Refused(With("keys: 'http://localhost.i/jwks'"), "token_issuers[0].keys: expected https://");
  Refused(With("keys: 'file:///k'"), "token_issuers[0].keys: expected a URL");
  Refused(With("keys: 'https://u:p@i/jwks'"), "does not belong here");
}

TEST(TokenIssuers, NameAlgorithmsThatTheirKeysMayHave) {
  Refused(With("keys: /k, algorithms: [none]"), "algorithms[0]: unknown algorithm 'none'");
  Refused(With("keys: 'https://i/k', algorithms: [HS256]"), "takes a secret");
  EXPECT_EQ(ErrorOf(With("keys: /k, algorithms: [HS256, RS256]")), "");
}

TEST(TokenIssuers, HaveBounds) {
  Refused(With("keys: /k, refresh: 5m"), "are for a URL, and 'keys' names a file");
  Refused(With("keys: /k, ca: /ca"), "are for a URL");
  Refused(With("keys: /k, allow_plaintext: true"), "are for a URL");
  Refused(With("keys: 'https://i/k', refresh: 10ms"), "refresh: expected a duration");
  Refused(With("keys: 'https://i/k', max_age: 200h"), "max_age: expected a duration");
  Refused(With("keys: 'https://i/k', refresh: 2h"), "no shorter than 'refresh'");
  Refused(With("keys: 'https://i/k', min_interval: 11m"), "min_interval: expected a duration");
  Refused(With("keys: /k, clock_skew: 11m"), "clock_skew: expected a duration");
  Refused(With("keys: /k, max_lifetime: 0s"), "max_lifetime: expected a duration");
  Refused(With("keys: /k, max_token_size: 255"), "max_token_size: expected a number");
  std::string many = "keys: /k, attributes: [a";
  for (int i = 0; i < 32; ++i) many += ", a" + std::to_string(i);
  Refused(With(many + "]"), "attributes: expected up to 32");
}

}  // namespace
}  // namespace sallyport::policy
