#include "server/tokens/token_issuer.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "policy/policy_document.h"
#include "server/tokens/key_url.h"

namespace sallyport::server {
namespace {

TokenIssuer Read(const std::string& flow) {
  auto document = policy::PolicyDocument::FromText("token_issuers: [" + flow + "]", "p");
  EXPECT_TRUE(document.ok()) << document.status();
  return ToTokenIssuer(document->policy().token_issuers(0));
}

TEST(TokenIssuer, ReadsEveryKey) {
  const TokenIssuer issuer = Read(R"({
name: corp, issuer: "https://i.example", keys: "https://i.example/keys", ca: /etc/ca.pem,
audience: [amqp, "urn:fleet"], algorithms: [RS256, ES384], name_claim: preferred_username,
groups_claim: /realm_access/roles, attributes: [tenant, department],
required_scope: "amqp:connect  amqp:read", clock_skew: 5s, max_lifetime: 1h,
max_token_size: 8KiB, refresh: 1m, max_age: 10m, min_interval: 20s})");
  EXPECT_EQ(issuer.name, "corp");
  EXPECT_EQ(issuer.keys, "https://i.example/keys");
  EXPECT_EQ(issuer.ca_file, "/etc/ca.pem");
  EXPECT_FALSE(issuer.allow_plaintext);
  EXPECT_EQ(issuer.refresh, absl::Minutes(1));
  EXPECT_EQ(issuer.max_age, absl::Minutes(10));
  EXPECT_EQ(issuer.min_interval, absl::Seconds(20));
  const TokenRules& rules = issuer.rules;
  EXPECT_EQ(rules.issuer, "https://i.example");
  EXPECT_EQ(rules.audiences, (std::vector<std::string>{"amqp", "urn:fleet"}));
  EXPECT_EQ(rules.algorithms,
            (std::vector<TokenAlgorithm>{TokenAlgorithm::kRs256, TokenAlgorithm::kEs384}));
  EXPECT_EQ(rules.name_claim, "preferred_username");
  EXPECT_EQ(rules.groups_claim, "/realm_access/roles");
  EXPECT_EQ(rules.attribute_claims, (std::vector<std::string>{"tenant", "department"}));
  EXPECT_EQ(rules.required_scopes, (std::vector<std::string>{"amqp:connect", "amqp:read"}));
  EXPECT_EQ(rules.clock_skew, absl::Seconds(5));
  EXPECT_EQ(rules.max_lifetime, absl::Hours(1));
  EXPECT_EQ(rules.max_size, 8192u);
}

TEST(TokenIssuer, HasSafeDefaults) {
  const TokenIssuer issuer = Read("{issuer: i, keys: /etc/keys.json, audience: [amqp]}");
  EXPECT_EQ(issuer.name, "i");
  EXPECT_EQ(issuer.rules.name_claim, "sub");
  EXPECT_EQ(issuer.rules.groups_claim, "");
  EXPECT_EQ(issuer.rules.clock_skew, absl::Seconds(60));
  EXPECT_EQ(issuer.rules.max_lifetime, std::nullopt);
  EXPECT_EQ(issuer.refresh, absl::Minutes(5));
  EXPECT_EQ(issuer.max_age, absl::Hours(1));
  EXPECT_EQ(issuer.min_interval, absl::Seconds(10));
  EXPECT_EQ(issuer.rules.algorithms.size(), 9u);
  for (const TokenAlgorithm algorithm : issuer.rules.algorithms) {
    EXPECT_FALSE(SignsWithASecret(algorithm));
  }
}

TEST(KeyUrl, IsHttpsOrLoopback) {
  for (const char* url :
       {"https://i.example/keys", "HTTPS://i.example:8443/keys?x=y", "http://localhost/keys",
        "http://127.0.0.1:80", "http://[::1]:8080/keys"}) {
    EXPECT_TRUE(CheckKeyUrl(url, false).ok()) << url;
  }
  for (const char* url :
       {"", "i.example/keys", "https://", "file:///etc/passwd", "ftp://i.example/keys",
        "gopher://localhost/", "http://i.example/keys", "http://localhost.example/keys",
        "http://127.0.0.1.example/keys", "http://[::2]/keys", "http://10.0.0.1/",
        "http://localhost@i.example/", "https://user@i.example/keys",
        "https://user:word@i.example/keys", "https://i.example:99999/keys"}) {
    EXPECT_EQ(CheckKeyUrl(url, false).code(), absl::StatusCode::kInvalidArgument) << url;
  }
  EXPECT_TRUE(CheckKeyUrl("http://i.example/keys", true).ok());
  EXPECT_FALSE(CheckKeyUrl("file:///etc/passwd", true).ok());
}

}  // namespace
}  // namespace sallyport::server
