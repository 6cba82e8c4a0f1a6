#include "server/tokens/token_issuer.h"

#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "process/yaml_reader.h"
#include "server/tokens/key_url.h"

namespace sallyport::server {
namespace {

using testing::HasSubstr;

absl::StatusOr<TokenIssuer> Read(std::string_view yaml) {
  auto document = process::YamlDocument::FromText(yaml, "sallyportd.yaml");
  if (!document.ok()) return document.status();
  TokenIssuer issuer = ReadTokenIssuer(document->root());
  if (absl::Status status = document->Finish(); !status.ok()) return status;
  return issuer;
}

// What is wrong with a good description and this line.
std::string Error(const std::string& line) {
  const auto issuer = Read(absl::StrCat("issuer: https://i.example\nkeys: https://i.example/keys\n",
                                        "audience: [amqp]\n", line));
  return issuer.ok() ? "it was read" : std::string(issuer.status().message());
}

TEST(TokenIssuer, ReadsEveryKey) {
  const auto issuer = Read(R"(
name: corp
issuer: https://i.example
keys: https://i.example/keys
ca: /etc/ca.pem
audience: [amqp, "urn:fleet"]
algorithms: [RS256, ES384]
name_claim: preferred_username
groups_claim: /realm_access/roles
attributes: [tenant, department]
required_scope: amqp:connect  amqp:read
clock_skew: 5s
max_lifetime: 1h
max_token_size: 8KiB
refresh: 1m
max_age: 10m
min_interval: 20s
)");
  ASSERT_TRUE(issuer.ok()) << issuer.status();
  EXPECT_EQ(issuer->name, "corp");
  EXPECT_EQ(issuer->keys, "https://i.example/keys");
  EXPECT_EQ(issuer->ca_file, "/etc/ca.pem");
  EXPECT_FALSE(issuer->allow_plaintext);
  EXPECT_EQ(issuer->refresh, absl::Minutes(1));
  EXPECT_EQ(issuer->max_age, absl::Minutes(10));
  EXPECT_EQ(issuer->min_interval, absl::Seconds(20));
  const TokenRules& rules = issuer->rules;
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
  const auto issuer = Read("{issuer: i, keys: /etc/keys.json, audience: [amqp]}");
  ASSERT_TRUE(issuer.ok()) << issuer.status();
  EXPECT_EQ(issuer->name, "i");
  EXPECT_EQ(issuer->rules.name_claim, "sub");
  EXPECT_EQ(issuer->rules.groups_claim, "");
  EXPECT_EQ(issuer->rules.clock_skew, absl::Seconds(60));
  EXPECT_EQ(issuer->rules.max_lifetime, std::nullopt);
  EXPECT_EQ(issuer->refresh, absl::Minutes(5));
  EXPECT_EQ(issuer->max_age, absl::Hours(1));
  EXPECT_EQ(issuer->min_interval, absl::Seconds(10));
  EXPECT_EQ(issuer->rules.algorithms.size(), 9u);
  for (const TokenAlgorithm algorithm : issuer->rules.algorithms) {
    EXPECT_FALSE(SignsWithASecret(algorithm));
  }
}

TEST(TokenIssuer, NamesThePlaceOfWhatIsWrong) {
  EXPECT_EQ(Error("clock_skwe: 5s"),
            "sallyportd.yaml:4:1: unknown key 'clock_skwe'; did you mean 'clock_skew'?");
  EXPECT_THAT(Error("algorithms: [RS256, none]"),
              HasSubstr("sallyportd.yaml:4:13: key 'algorithms': unknown algorithm 'none'"));
  EXPECT_THAT(Error("algorithms: []"), HasSubstr("at least one"));
  EXPECT_THAT(Error("algorithms: [HS256]"), HasSubstr("must not be published"));
  EXPECT_THAT(Error("attributes: ['']"), HasSubstr("not empty"));
  EXPECT_THAT(Error("name_claim: ''"), HasSubstr("not empty"));
  EXPECT_THAT(Error("required_scope: ' '"), HasSubstr("scopes with blanks"));
  EXPECT_THAT(Error("clock_skew: 1h"), HasSubstr("from 0 to 10m"));
  EXPECT_THAT(Error("refresh: 2h"), HasSubstr("no shorter than 'refresh'"));
  EXPECT_THAT(Error("max_token_size: 1MiB"), HasSubstr("from 256 to 65536"));
  EXPECT_EQ(Error("max_age: 2h"), "it was read");
}

TEST(TokenIssuer, NeedsAnIssuerKeysAndAnAudience) {
  EXPECT_THAT(std::string(Read("{keys: k, audience: [a]}").status().message()),
              HasSubstr("key 'issuer' is missing"));
  EXPECT_THAT(std::string(Read("{issuer: i, audience: [a]}").status().message()),
              HasSubstr("key 'keys' is missing"));
  EXPECT_THAT(std::string(Read("{issuer: i, keys: k}").status().message()),
              HasSubstr("key 'audience': name the audience"));
  EXPECT_THAT(std::string(Read("{issuer: i, keys: k, audience: ['']}").status().message()),
              HasSubstr("not empty"));
}

TEST(TokenIssuer, AFileTakesSecretsAndNothingThatIsForUrls) {
  EXPECT_TRUE(Read("{issuer: i, keys: k, audience: [a], algorithms: [HS256]}").ok());
  for (const char* line :
       {"ca: c", "allow_plaintext: true", "refresh: 1m", "max_age: 2h", "min_interval: 10s"}) {
    const auto issuer = Read(absl::StrCat("issuer: i\nkeys: k\naudience: [a]\n", line));
    EXPECT_THAT(std::string(issuer.status().message()), HasSubstr("'keys' names a file"));
  }
}

TEST(TokenIssuer, RefusesUrlsThatOthersCouldAlter) {
  const auto read = [](const std::string& url, const char* more) {
    return Read(absl::StrCat("issuer: i\naudience: [a]\nkeys: ", url, "\n", more)).status();
  };
  EXPECT_THAT(std::string(read("http://i.example/keys", "").message()),
              HasSubstr("sallyportd.yaml:3:7: key 'keys': over http anybody"));
  EXPECT_TRUE(read("http://i.example/keys", "allow_plaintext: true").ok());
  EXPECT_TRUE(read("http://127.0.0.1:8080/keys", "").ok());
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
