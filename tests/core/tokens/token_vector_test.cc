// Tokens that others have made and published.

#include <string>
#include <variant>

#include "core/tokens/compact_token.h"
#include "core/tokens/key_set.h"
#include "core/tokens/token_signature.h"
#include "core/tokens/verify_token.h"
#include "gtest/gtest.h"
#include "tests/vectors/vector_file.h"

namespace sallyport {
namespace {

// The token with one bit changed, at about that part of its length.
std::string Altered(std::string token, size_t part, size_t parts) {
  char& c = token[token.size() * part / parts];
  c = c == 'A' ? 'B' : 'A';
  return token;
}

TEST(TokenVectors, SignaturesOfTheStandardsAreVerified) {
  ForEachVector("tests/vectors/tokens/jose.txt", [](VectorRecord& vector) {
    const auto keys = KeySet::Parse(vector.Bytes("Keys"));
    ASSERT_TRUE(keys.ok()) << keys.status();
    const std::string text = vector.Bytes("Token");
    const auto token = CompactToken::Parse(text);
    ASSERT_TRUE(std::holds_alternative<CompactToken>(token));
    const auto& compact = std::get<CompactToken>(token);
    EXPECT_EQ(TokenAlgorithmName(compact.algorithm()), vector.Bytes("Algorithm"));
    EXPECT_EQ(compact.payload(), vector.Bytes("Payload"));
    EXPECT_EQ(CheckSignature(compact, **keys), std::nullopt);
  });
}

TEST(TokenVectors, SignaturesOfTheStandardsAreRefusedOnceAltered) {
  ForEachVector("tests/vectors/tokens/jose.txt", [](VectorRecord& vector) {
    vector.Bytes("Algorithm");
    vector.Bytes("Payload");
    const auto keys = KeySet::Parse(vector.Bytes("Keys"));
    ASSERT_TRUE(keys.ok()) << keys.status();
    const std::string text = vector.Bytes("Token");
    for (size_t part = 0; part < 200; ++part) {
      const std::string altered = Altered(text, part, 200);
      const auto token = CompactToken::Parse(altered);
      if (const auto* compact = std::get_if<CompactToken>(&token)) {
        EXPECT_NE(CheckSignature(*compact, **keys), std::nullopt) << altered;
      }
    }
  });
}

TEST(TokenVectors, TokensOfAnotherImplementationAreAccepted) {
  TokenRules rules;
  rules.issuer = "https://issuer.example";
  rules.audiences = {"amqp"};
  rules.groups_claim = "groups";
  rules.attribute_claims = {"tenant"};
  const absl::Time now = absl::FromUnixSeconds(1'760'000'000);
  ForEachVector("tests/vectors/tokens/pyjwt.txt", [&](VectorRecord& vector) {
    const auto algorithm = FindTokenAlgorithm(vector.Bytes("Algorithm"));
    ASSERT_TRUE(algorithm.has_value());
    rules.algorithms = {*algorithm};
    const auto keys = KeySet::Parse(vector.Bytes("Keys"));
    ASSERT_TRUE(keys.ok()) << keys.status();
    const std::string token = vector.Bytes("Token");
    const auto verdict = VerifyToken(token, **keys, rules, now);
    ASSERT_TRUE(std::holds_alternative<TokenClaims>(verdict))
        << Describe(std::get<TokenRefusal>(verdict));
    const auto& claims = std::get<TokenClaims>(verdict);
    EXPECT_EQ(claims.issuer, "https://issuer.example");
    EXPECT_EQ(claims.name, "alice");
    EXPECT_EQ(claims.groups, (std::vector<std::string>{"ops", "dev"}));
    EXPECT_EQ(claims.attributes, (std::map<std::string, std::string>{{"tenant", "north"}}));
    EXPECT_EQ(claims.expires_at, absl::FromUnixSeconds(4'102'444'800));
    for (size_t part = 0; part < 50; ++part) {
      EXPECT_FALSE(std::holds_alternative<TokenClaims>(
          VerifyToken(Altered(token, part, 50), **keys, rules, now)));
    }
  });
}

TEST(TokenVectors, UnsecuredAndEncryptedAndUnencodedTokensAreRefused) {
  const auto refusal = [](std::string_view token) {
    return std::get<TokenRefusal>(CompactToken::Parse(token));
  };
  // RFC 7515 appendix A.5.
  EXPECT_EQ(refusal("eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6"
                    "Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."),
            TokenRefusal::kAlgorithmNotAllowed);
  // RFC 7520 section 5.6, with a shorter ciphertext.
  EXPECT_EQ(refusal("eyJhbGciOiJkaXIiLCJraWQiOiI3N2M3ZTJiOC02ZTEzLTQ1Y2YtODY3Mi02MTdiNWI0NTI0M2EiLC"
                    "JlbmMiOiJBMTI4R0NNIn0..refa467QzzKx6QAB.JW_i_f52hww_ELQPGaYyeAB6HYGcR559l9TY."
                    "vbb32Xvllea2OtmHAdccRQ"),
            TokenRefusal::kEncrypted);
  // RFC 7797 section 4.2, {"alg":"HS256","b64":false,"crit":["b64"]}, detached.
  EXPECT_EQ(refusal("eyJhbGciOiJIUzI1NiIsImI2NCI6ZmFsc2UsImNyaXQiOlsiYjY0Il19.."
                    "A5dxf2s96_n5FLueVuW1Z_vh161FwXZC4YLPff6dmDY"),
            TokenRefusal::kUnsupportedHeader);
}

}  // namespace
}  // namespace sallyport
