#include "core/tokens/verify_token.h"

#include <openssl/err.h>

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/core/tokens/token_signer.h"

namespace sallyport {

std::ostream& operator<<(std::ostream& out, TokenRefusal refusal) {
  return out << Describe(refusal);
}

namespace {

constexpr int64_t kNow = 1'760'000'000;
constexpr char kHeader[] = R"({"alg":"ES256","kid":"k1","typ":"JWT"})";

const TokenSigner& Rsa() {
  static const auto* const signer = new TokenSigner(TokenSigner::Rsa());
  return *signer;
}

class VerifyTokenTest : public testing::Test {
 protected:
  VerifyTokenTest() {
    rules_.issuer = "https://issuer.example";
    rules_.audiences = {"amqp", "mqtt"};
    Trust({signer_.Jwk(R"("kid":"k1",)")});
  }

  void Trust(const std::vector<std::string>& jwks) {
    auto keys = KeySet::Parse(KeySetOf(jwks));
    ASSERT_TRUE(keys.ok()) << keys.status();
    ASSERT_TRUE((*keys)->skipped().empty()) << (*keys)->skipped()[0];
    keys_ = *std::move(keys);
  }

  // A good payload, with `more` members in front.
  static std::string Payload(std::string_view more = "") {
    return absl::StrCat("{", std::string(more),
                        R"("iss":"https://issuer.example","aud":"amqp","sub":"alice","exp":)",
                        kNow + 300, "}");
  }

  std::string Token(std::string_view payload, std::string_view header = kHeader) const {
    return signer_.Sign(header, payload, "ES256");
  }

  std::variant<TokenRefusal, TokenClaims> Verify(std::string_view token, int64_t now = kNow) const {
    auto verdict = VerifyToken(token, *keys_, rules_, absl::FromUnixSeconds(now));
    EXPECT_EQ(ERR_peek_error(), 0u);
    return verdict;
  }

  // Nothing where the token is accepted.
  std::optional<TokenRefusal> Refusal(std::string_view token, int64_t now = kNow) const {
    const auto verdict = Verify(token, now);
    const auto* refusal = std::get_if<TokenRefusal>(&verdict);
    return refusal == nullptr ? std::nullopt : std::optional(*refusal);
  }

  TokenClaims Claims(std::string_view token) const {
    const auto verdict = Verify(token);
    if (const auto* claims = std::get_if<TokenClaims>(&verdict)) return *claims;
    ADD_FAILURE() << Describe(std::get<TokenRefusal>(verdict));
    return {};
  }

  TokenSigner signer_ = TokenSigner::Curve("P-256");
  std::shared_ptr<const KeySet> keys_;
  TokenRules rules_;
};

TEST_F(VerifyTokenTest, TellsWhatTheTokenSaysOfItself) {
  const auto read = ReadTokenHeader(Token(Payload()));
  ASSERT_TRUE(std::holds_alternative<TokenHeader>(read));
  const auto& header = std::get<TokenHeader>(read);
  EXPECT_EQ(header.issuer, "https://issuer.example");
  EXPECT_EQ(header.key_id, "k1");
  EXPECT_EQ(header.algorithm, TokenAlgorithm::kEs256);
  const auto bare = ReadTokenHeader(Token("{}", R"({"alg":"HS512"})"));
  EXPECT_EQ(std::get<TokenHeader>(bare).issuer, "");
  EXPECT_EQ(std::get<TokenHeader>(bare).key_id, std::nullopt);
  EXPECT_EQ(std::get<TokenRefusal>(ReadTokenHeader(Token(R"({"iss":7})"))),
            TokenRefusal::kMalformed);
}

TEST_F(VerifyTokenTest, AcceptsAGoodToken) {
  const TokenClaims claims = Claims(Token(Payload()));
  EXPECT_EQ(claims.name, "alice");
  EXPECT_EQ(claims.issuer, "https://issuer.example");
  EXPECT_EQ(claims.expires_at, absl::FromUnixSeconds(kNow + 300));
  EXPECT_TRUE(claims.groups.empty());
  EXPECT_TRUE(claims.attributes.empty());
}

TEST_F(VerifyTokenTest, AcceptsTheTypesOfAccessTokensOnly) {
  for (const char* type :
       {"JWT", "jwt", "at+jwt", "AT+JWT", "application/at+jwt", "Application/JWT"}) {
    const std::string header = absl::StrCat(R"({"alg":"ES256","kid":"k1","typ":")", type, "\"}");
    EXPECT_EQ(Refusal(Token(Payload(), header)), std::nullopt) << type;
  }
  for (const char* type : {"\"JOSE\"", "\"dpop+jwt\"", "\"logout+jwt\"", "\"\"", "7", "null",
                           "\"application/\"", "\"text/JWT\"", "[\"JWT\"]"}) {
    const std::string header = absl::StrCat(R"({"alg":"ES256","kid":"k1","typ":)", type, "}");
    EXPECT_EQ(Refusal(Token(Payload(), header)), TokenRefusal::kWrongType) << type;
  }
}

TEST_F(VerifyTokenTest, RefusesHeadersThatAskForMore) {
  const auto refusal = [this](const std::string& member) {
    return Refusal(Token(Payload(), absl::StrCat(R"({"alg":"ES256","kid":"k1",)", member, "}")));
  };
  EXPECT_EQ(refusal(R"("crit":["exp"],"exp":1)"), TokenRefusal::kUnsupportedHeader);
  EXPECT_EQ(refusal(R"("crit":["b64"],"b64":true)"), TokenRefusal::kUnsupportedHeader);
  EXPECT_EQ(refusal(R"("crit":[])"), TokenRefusal::kUnsupportedHeader);
  EXPECT_EQ(refusal(R"("crit":null)"), TokenRefusal::kUnsupportedHeader);
  EXPECT_EQ(refusal(R"("b64":false)"), TokenRefusal::kUnsupportedHeader);
  EXPECT_EQ(refusal(R"("b64":"false")"), TokenRefusal::kUnsupportedHeader);
  EXPECT_EQ(refusal(R"("b64":true)"), std::nullopt);
  EXPECT_EQ(refusal(R"("enc":"A128GCM")"), TokenRefusal::kEncrypted);
}

TEST_F(VerifyTokenTest, NeverTakesAKeyFromTheToken) {
  const TokenSigner stranger = TokenSigner::Curve("P-256");
  for (const std::string kid : {R"("kid":"k1",)", R"("kid":"k2",)", ""}) {
    const std::string header =
        absl::StrCat(R"({"alg":"ES256",)", kid, R"("jwk":)", stranger.Jwk(),
                     R"(,"jku":"https://stranger.example/keys","x5u":"https://stranger.example"})");
    EXPECT_NE(Refusal(stranger.Sign(header, Payload(), "ES256")), std::nullopt);
  }
}

TEST_F(VerifyTokenTest, RefusesAlgorithmsThatAreNotAllowed) {
  for (const char* algorithm : {"none", "None", "NONE", "nOnE", "", "es256", "ES256 ", "EdDSA",
                                "ES256K", "RSA-OAEP", "HS256", "ES512"}) {
    rules_.algorithms = {TokenAlgorithm::kEs256, TokenAlgorithm::kRs256};
    const std::string header = absl::StrCat(R"({"alg":")", algorithm, R"(","kid":"k1"})");
    EXPECT_EQ(Refusal(Token(Payload(), header)), TokenRefusal::kAlgorithmNotAllowed) << algorithm;
    const std::string unsigned_token =
        absl::StrCat(EncodeBase64Url(header), ".", EncodeBase64Url(Payload()), ".");
    EXPECT_EQ(Refusal(unsigned_token), TokenRefusal::kAlgorithmNotAllowed) << algorithm;
  }
  rules_.algorithms = {};
  EXPECT_EQ(Refusal(Token(Payload())), TokenRefusal::kAlgorithmNotAllowed);
}

TEST_F(VerifyTokenTest, SecretsAreNotAllowedUnlessTheRulesNameThem) {
  const TokenSigner octets = TokenSigner::Octets(std::string(32, 'k'));
  Trust({octets.Jwk(R"("kid":"k1",)")});
  const std::string token = octets.Sign(R"({"alg":"HS256","kid":"k1"})", Payload(), "HS256");
  EXPECT_EQ(Refusal(token), TokenRefusal::kAlgorithmNotAllowed);
  rules_.algorithms = {TokenAlgorithm::kHs256};
  EXPECT_EQ(Refusal(token), std::nullopt);
}

TEST_F(VerifyTokenTest, APublicKeyIsNeverUsedAsASecret) {
  rules_.algorithms.push_back(TokenAlgorithm::kHs256);
  rules_.algorithms.push_back(TokenAlgorithm::kHs512);
  for (const TokenSigner& real : {signer_, Rsa()}) {
    const std::string jwk = real.Jwk(R"("kid":"k1",)");
    Trust({jwk});
    for (const std::string& secret : {jwk, KeySetOf({jwk}), std::string(), std::string(32, '\0')}) {
      const TokenSigner forger = TokenSigner::Octets(secret);
      for (const std::string algorithm : {"HS256", "HS512"}) {
        const std::string header = absl::StrCat(R"({"alg":")", algorithm, R"(","kid":"k1"})");
        EXPECT_EQ(Refusal(forger.Sign(header, Payload(), algorithm)), TokenRefusal::kUnknownKey);
      }
    }
  }
}

TEST_F(VerifyTokenTest, AnAlgorithmTakesKeysOfItsOwnKindOnly) {
  // Each is signed by the key that is trusted, but in another way than it fits.
  const TokenSigner p384 = TokenSigner::Curve("P-384");
  Trust({Rsa().Jwk(R"("kid":"rsa",)"), Rsa().Jwk(R"("kid":"ps","alg":"PS256",)"),
         p384.Jwk(R"("kid":"ec",)")});
  const auto refusal = [this](const TokenSigner& signer, const std::string& algorithm,
                              const std::string& kid) {
    const std::string header = absl::StrCat(R"({"alg":")", algorithm, R"(","kid":")", kid, "\"}");
    return Refusal(signer.Sign(header, Payload(), algorithm));
  };
  EXPECT_EQ(refusal(p384, "ES256", "ec"), TokenRefusal::kUnknownKey);
  EXPECT_EQ(refusal(p384, "ES512", "ec"), TokenRefusal::kUnknownKey);
  EXPECT_EQ(refusal(p384, "ES384", "rsa"), TokenRefusal::kUnknownKey);
  EXPECT_EQ(refusal(Rsa(), "RS256", "ec"), TokenRefusal::kUnknownKey);
  EXPECT_EQ(refusal(Rsa(), "RS256", "ps"), TokenRefusal::kUnknownKey);
  EXPECT_EQ(refusal(Rsa(), "PS384", "ps"), TokenRefusal::kUnknownKey);
  EXPECT_EQ(refusal(p384, "ES384", "ec"), std::nullopt);
  EXPECT_EQ(refusal(Rsa(), "PS256", "ps"), std::nullopt);
  EXPECT_EQ(refusal(Rsa(), "PS512", "rsa"), std::nullopt);
  EXPECT_EQ(refusal(Rsa(), "RS384", "rsa"), std::nullopt);
}

TEST_F(VerifyTokenTest, ASignatureOfOneAlgorithmIsNoneOfAnother) {
  Trust({Rsa().Jwk(R"("kid":"k1",)")});
  for (const std::string claimed : {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}) {
    for (const std::string made : {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}) {
      const std::string header = absl::StrCat(R"({"alg":")", claimed, R"(","kid":"k1"})");
      const auto refusal = Refusal(Rsa().Sign(header, Payload(), made));
      EXPECT_EQ(refusal,
                claimed == made ? std::nullopt : std::optional(TokenRefusal::kBadSignature))
          << claimed << " " << made;
    }
  }
}

TEST_F(VerifyTokenTest, RefusesSignaturesOfAnotherLengthOrOfNothing) {
  const std::string token = Token(Payload());
  const std::string input = token.substr(0, token.rfind('.') + 1);
  // DER, as TLS has it; both numbers zero; the empty string; and a true one with
  // a byte more, which a division by two would drop.
  for (const std::string& signature :
       {std::string(), std::string(64, '\0'), std::string(63, 'x'), std::string(65, '\0'),
        std::string(132, '\0'), std::string("\x30\x06\x02\x01\x01\x02\x01\x01", 8)}) {
    EXPECT_EQ(Refusal(input + EncodeBase64Url(signature)), TokenRefusal::kBadSignature);
  }
  EXPECT_EQ(Refusal(token), std::nullopt);
  // Of the last digit four bits lie behind the last octet: a set one is another
  // spelling of the same signature.
  std::string respelled = token;
  ++respelled.back();
  EXPECT_EQ(Refusal(respelled), TokenRefusal::kMalformed);
  for (const char* more : {"A", "AA", "AAA", "AAAA"}) {
    EXPECT_NE(Refusal(token + more), std::nullopt) << more;
  }
  Trust({Rsa().Jwk(R"("kid":"k1",)")});
  for (const char* header : {R"({"alg":"RS256","kid":"k1"})", R"({"alg":"PS256","kid":"k1"})"}) {
    const std::string head =
        absl::StrCat(EncodeBase64Url(header), ".", EncodeBase64Url(Payload()), ".");
    for (const size_t size : {0, 1, 255, 256, 257, 512}) {
      for (const char byte : {'\0', '\x01', '\xff'}) {
        EXPECT_EQ(Refusal(head + EncodeBase64Url(std::string(size, byte))),
                  TokenRefusal::kBadSignature);
      }
    }
  }
}

TEST_F(VerifyTokenTest, TakesTheKeyThatTheTokenNames) {
  const TokenSigner other = TokenSigner::Curve("P-256");
  Trust({other.Jwk(R"("kid":"k0",)"), signer_.Jwk(R"("kid":"k1",)")});
  EXPECT_EQ(Refusal(Token(Payload())), std::nullopt);
  EXPECT_EQ(Refusal(Token(Payload(), R"({"alg":"ES256","kid":"k0"})")),
            TokenRefusal::kBadSignature);
  for (const char* unknown : {"k2", "", "K1", "k1 "}) {
    const std::string header = absl::StrCat(R"({"alg":"ES256","kid":")", unknown, "\"}");
    EXPECT_EQ(Refusal(Token(Payload(), header)), TokenRefusal::kUnknownKey) << unknown;
  }
  EXPECT_EQ(Refusal(Token(Payload(), R"({"alg":"ES256","kid":7})")), TokenRefusal::kMalformed);
  Trust({});
  EXPECT_EQ(Refusal(Token(Payload())), TokenRefusal::kUnknownKey);
}

TEST_F(VerifyTokenTest, TriesAFewKeysWhereTheTokenNamesNone) {
  std::vector<std::string> jwks = {Rsa().Jwk()};
  for (int i = 0; i < 3; ++i) jwks.push_back(TokenSigner::Curve("P-256").Jwk());
  jwks.push_back(signer_.Jwk(R"("kid":"k1",)"));
  Trust(jwks);
  const std::string token = Token(Payload(), R"({"alg":"ES256"})");
  EXPECT_EQ(Refusal(token), std::nullopt);
  // One key more than is tried.
  jwks.insert(jwks.begin(), TokenSigner::Curve("P-256").Jwk());
  Trust(jwks);
  EXPECT_EQ(Refusal(token), TokenRefusal::kUnknownKey);
  // Newer keys might verify it.
  const TokenSigner stranger = TokenSigner::Curve("P-256");
  EXPECT_EQ(Refusal(stranger.Sign(R"({"alg":"ES256"})", Payload(), "ES256")),
            TokenRefusal::kUnknownKey);
}

TEST_F(VerifyTokenTest, AKeyWithoutAnIdIsNotTheOneThatTheTokenNames) {
  Trust({signer_.Jwk()});
  EXPECT_EQ(Refusal(Token(Payload())), TokenRefusal::kUnknownKey);
}

TEST_F(VerifyTokenTest, JudgesTheSignatureBeforeTheClaims) {
  // What an unsigned claim says must not reach the log as if it were known.
  const TokenSigner stranger = TokenSigner::Curve("P-256");
  for (const char* payload : {"{}", "7", "not JSON", R"({"exp":1})"}) {
    EXPECT_EQ(Refusal(stranger.Sign(kHeader, payload, "ES256")), TokenRefusal::kBadSignature);
  }
}

TEST_F(VerifyTokenTest, TheIssuerMustMatchToTheLetter) {
  for (const char* issuer : {"\"https://issuer.example/\"", "\"HTTPS://issuer.example\"", "\"\"",
                             "7", "null", "[\"https://issuer.example\"]"}) {
    const std::string payload =
        absl::StrCat(R"({"iss":)", issuer, R"(,"aud":"amqp","sub":"a","exp":)", kNow + 9, "}");
    EXPECT_EQ(Refusal(Token(payload)), TokenRefusal::kIssuer) << issuer;
  }
  EXPECT_EQ(Refusal(Token(R"({"aud":"amqp","sub":"a","exp":9999999999})")), TokenRefusal::kIssuer);
}

TEST_F(VerifyTokenTest, OneAudienceMustMatch) {
  const auto refusal = [this](const std::string& audience) {
    return Refusal(Token(absl::StrCat(R"({"iss":"https://issuer.example",)", audience,
                                      R"("sub":"a","exp":)", kNow + 9, "}")));
  };
  EXPECT_EQ(refusal(R"("aud":"mqtt",)"), std::nullopt);
  EXPECT_EQ(refusal(R"("aud":["x","amqp"],)"), std::nullopt);
  EXPECT_EQ(refusal(R"("aud":["x","y"],)"), TokenRefusal::kAudience);
  EXPECT_EQ(refusal(R"("aud":"amq",)"), TokenRefusal::kAudience);
  EXPECT_EQ(refusal(R"("aud":"amqp mqtt",)"), TokenRefusal::kAudience);
  EXPECT_EQ(refusal(R"("aud":"AMQP",)"), TokenRefusal::kAudience);
  EXPECT_EQ(refusal(R"("aud":[],)"), TokenRefusal::kAudience);
  EXPECT_EQ(refusal(""), TokenRefusal::kAudience);
  EXPECT_EQ(refusal(R"("aud":null,)"), TokenRefusal::kMalformed);
  EXPECT_EQ(refusal(R"("aud":{"amqp":1},)"), TokenRefusal::kMalformed);
  EXPECT_EQ(refusal(R"("aud":["amqp",7],)"), TokenRefusal::kMalformed);
  rules_.audiences = {};
  EXPECT_EQ(refusal(R"("aud":"amqp",)"), TokenRefusal::kAudience);
  EXPECT_EQ(refusal(R"("aud":[],)"), TokenRefusal::kAudience);
}

TEST_F(VerifyTokenTest, ExpiresAfterItsTimeAndTheSkew) {
  const std::string token = Token(Payload());  // expires at kNow + 300
  EXPECT_EQ(Refusal(token, kNow + 359), std::nullopt);
  EXPECT_EQ(Refusal(token, kNow + 360), TokenRefusal::kExpired);
  rules_.clock_skew = absl::ZeroDuration();
  EXPECT_EQ(Refusal(token, kNow + 299), std::nullopt);
  EXPECT_EQ(Refusal(token, kNow + 300), TokenRefusal::kExpired);
}

TEST_F(VerifyTokenTest, IsNotValidBeforeItsTime) {
  const std::string later = Token(Payload(absl::StrCat("\"nbf\":", kNow + 100, ",")));
  EXPECT_EQ(Refusal(later, kNow + 40), std::nullopt);
  EXPECT_EQ(Refusal(later, kNow + 39), TokenRefusal::kNotYetValid);
  const std::string issued_later = Token(Payload(absl::StrCat("\"iat\":", kNow + 100, ",")));
  EXPECT_EQ(Refusal(issued_later, kNow + 40), std::nullopt);
  EXPECT_EQ(Refusal(issued_later, kNow + 39), TokenRefusal::kNotYetValid);
}

TEST_F(VerifyTokenTest, TimesAreNumbersWithinReason) {
  const auto refusal = [this](const std::string& times) {
    return Refusal(Token(
        absl::StrCat(R"({"iss":"https://issuer.example","aud":"amqp","sub":"a",)", times, "}")));
  };
  EXPECT_EQ(refusal(R"("exp":1760000000.5)"), std::nullopt);
  EXPECT_EQ(refusal(R"("exp":1.7600003e9)"), std::nullopt);
  EXPECT_EQ(refusal(R"("exp":253402300799)"), std::nullopt);
  EXPECT_EQ(refusal(R"("x":1)"), TokenRefusal::kNoExpiry);
  EXPECT_EQ(refusal(R"("exp":0)"), TokenRefusal::kExpired);
  for (const char* wrong : {"\"1760000300\"", "null", "true", "[1760000300]", "-1", "-1.5",
                            "253402300800", "1e300", "9223372036854775807", "1e12"}) {
    EXPECT_EQ(refusal(absl::StrCat("\"exp\":", wrong)), TokenRefusal::kMalformed) << wrong;
    const std::string good = R"("exp":1760000300,)";
    EXPECT_EQ(refusal(absl::StrCat(good, "\"nbf\":", wrong)), TokenRefusal::kMalformed) << wrong;
    EXPECT_EQ(refusal(absl::StrCat(good, "\"iat\":", wrong)), TokenRefusal::kMalformed) << wrong;
  }
  // Not numbers of JSON, or beyond what one can hold.
  for (const char* wrong : {"NaN", "Infinity", "1e400", "9223372036854775808", "0x10", "01"}) {
    EXPECT_EQ(refusal(absl::StrCat("\"exp\":", wrong)), TokenRefusal::kMalformed) << wrong;
  }
}

TEST_F(VerifyTokenTest, KeepsAFractionOfASecond) {
  const std::string token =
      Token(R"({"iss":"https://issuer.example","aud":"amqp","sub":"a","exp":1760000000.25})");
  EXPECT_EQ(Claims(token).expires_at,
            absl::FromUnixSeconds(1'760'000'000) + absl::Milliseconds(250));
}

TEST_F(VerifyTokenTest, MayBoundHowLongATokenLives) {
  rules_.max_lifetime = absl::Seconds(600);
  EXPECT_EQ(Refusal(Token(Payload(absl::StrCat("\"iat\":", kNow - 300, ",")))), std::nullopt);
  EXPECT_EQ(Refusal(Token(Payload(absl::StrCat("\"iat\":", kNow - 301, ",")))),
            TokenRefusal::kLivesTooLong);
  EXPECT_EQ(Refusal(Token(Payload())), TokenRefusal::kLivesTooLong);
}

TEST_F(VerifyTokenTest, EachRequiredScopeMustBeThere) {
  rules_.required_scopes = {"amqp:connect", "amqp:read"};
  const auto refusal = [this](const std::string& claim) { return Refusal(Token(Payload(claim))); };
  EXPECT_EQ(refusal(R"("scope":"x amqp:read amqp:connect",)"), std::nullopt);
  EXPECT_EQ(refusal(R"("scope":["amqp:read","amqp:connect"],)"), std::nullopt);
  EXPECT_EQ(refusal(R"("scp":["amqp:read","amqp:connect"],)"), std::nullopt);
  EXPECT_EQ(refusal(R"("scp":"amqp:connect amqp:read",)"), std::nullopt);
  EXPECT_EQ(refusal(R"("scope":"x","scp":"amqp:connect amqp:read",)"), TokenRefusal::kLacksScope);
  EXPECT_EQ(refusal(R"("scope":"amqp:connect",)"), TokenRefusal::kLacksScope);
  EXPECT_EQ(refusal(R"("scope":"amqp:connect,amqp:read",)"), TokenRefusal::kLacksScope);
  EXPECT_EQ(refusal(R"("scope":"amqp:connectamqp:read",)"), TokenRefusal::kLacksScope);
  EXPECT_EQ(refusal(R"("scope":{"amqp:connect":1,"amqp:read":1},)"), TokenRefusal::kLacksScope);
  EXPECT_EQ(refusal(""), TokenRefusal::kLacksScope);
}

TEST_F(VerifyTokenTest, TheNameIsAClaimOfTheOperatorsChoice) {
  rules_.name_claim = "preferred_username";
  EXPECT_EQ(Claims(Token(Payload(R"("preferred_username":"al",)"))).name, "al");
  for (const char* wrong : {"", R"("preferred_username":"",)", R"("preferred_username":7,)",
                            R"("preferred_username":["al"],)", R"("Preferred_username":"al",)"}) {
    EXPECT_EQ(Refusal(Token(Payload(wrong))), TokenRefusal::kName) << wrong;
  }
}

TEST_F(VerifyTokenTest, AClaimInsideOfObjectsIsNamedByAPointer) {
  rules_.name_claim = "/user/name";
  rules_.groups_claim = "/realm_access/ro~1l~0es";
  const TokenClaims claims =
      Claims(Token(Payload(R"("user":{"name":"al"},"realm_access":{"ro/l~es":["a","b"]},)")));
  EXPECT_EQ(claims.name, "al");
  EXPECT_EQ(claims.groups, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(Refusal(Token(Payload(R"("/user/name":"al","user":"al",)"))), TokenRefusal::kName);
  EXPECT_EQ(Refusal(Token(Payload(R"("user":["al"],)"))), TokenRefusal::kName);
  rules_.name_claim = "https://corp.example/name";
  EXPECT_EQ(Claims(Token(Payload(R"("https://corp.example/name":"al",)"))).name, "al");
}

TEST_F(VerifyTokenTest, GroupsAreAStringOrAListOfStrings) {
  rules_.groups_claim = "groups";
  EXPECT_EQ(Claims(Token(Payload(R"("groups":["a","b c"],)"))).groups,
            (std::vector<std::string>{"a", "b c"}));
  EXPECT_EQ(Claims(Token(Payload(R"("groups":"a b",)"))).groups, std::vector<std::string>{"a b"});
  EXPECT_TRUE(Claims(Token(Payload())).groups.empty());
  // Losing some of them might lose the one that forbids.
  for (const char* wrong : {R"("groups":["a",7],)", R"("groups":{"a":1},)", R"("groups":null,)"}) {
    EXPECT_EQ(Refusal(Token(Payload(wrong))), TokenRefusal::kGroups) << wrong;
  }
}

TEST_F(VerifyTokenTest, HandsOnTheAttributesThatTheRulesName) {
  rules_.attribute_claims = {"tenant", "uid", "admin", "/a/b", "list", "none", "real"};
  const TokenClaims claims =
      Claims(Token(Payload(R"("tenant":"north","uid":-7,"admin":false,"a":{"b":"c"},"list":["x"],)"
                           R"("none":null,"real":1.5,"other":"o",)")));
  EXPECT_EQ(claims.attributes,
            (std::map<std::string, std::string>{
                {"tenant", "north"}, {"uid", "-7"}, {"admin", "false"}, {"/a/b", "c"}}));
}

TEST_F(VerifyTokenTest, RefusesWhatIsNoCompactToken) {
  const std::string token = Token(Payload());
  const size_t first = token.find('.');
  const size_t second = token.rfind('.');
  const std::string header = token.substr(0, first);
  const std::string payload = token.substr(first + 1, second - first - 1);
  const std::string signature = token.substr(second + 1);
  const auto joined = [](const std::string& a, const std::string& b, const std::string& c) {
    return absl::StrCat(a, ".", b, ".", c);
  };
  for (const std::string& malformed :
       {std::string(), std::string("."), std::string(".."), std::string("..."), header,
        absl::StrCat(header, ".", payload), absl::StrCat(token, "."), absl::StrCat(".", token),
        joined("", payload, signature), joined(header + "=", payload, signature),
        joined(header, payload, signature + "="), joined(header, payload, signature + "=="),
        joined(" " + header, payload, signature), joined(header, payload, signature + "\n"),
        joined(header, payload + std::string(1, '\0'), signature),
        joined(header, payload, signature + std::string(1, '\0')),
        joined(header, payload, "+" + signature.substr(1)),
        // The library aborts on padding like this.
        joined("A===", payload, signature), joined(header, "AAAAA===", signature),
        joined(header, payload, "AAAAA==="), std::string("Bearer ") + token}) {
    EXPECT_EQ(Refusal(malformed), TokenRefusal::kMalformed) << testing::PrintToString(malformed);
    EXPECT_EQ(std::get<TokenRefusal>(ReadTokenHeader(malformed)), TokenRefusal::kMalformed);
  }
  EXPECT_EQ(Refusal(joined(header, payload, "a.b.c")), TokenRefusal::kEncrypted);
}

TEST_F(VerifyTokenTest, RefusesHeadersAndPayloadsThatAreNoStrictJson) {
  for (const char* header :
       {"", "7", "[]", "\"ES256\"", "{}", R"({"alg":7})", R"({"alg":null})", R"({"alg":["ES256"]})",
        R"({"alg":"ES256","alg":"ES256","kid":"k1"})", R"({"alg":"none","alg":"ES256","kid":"k1"})",
        R"({"alg":"ES256","kid":"k1"} )"
        "x",
        R"({"alg":"ES256","kid":"k1",})", R"({'alg':'ES256'})",
        "{\"alg\":\"ES256\",\"x\":\"\xff\"}", "\xef\xbb\xbf{\"alg\":\"ES256\"}",
        R"({"alg":"ES256","x":"\u0000"})"}) {
    EXPECT_EQ(Refusal(Token(Payload(), header)), TokenRefusal::kMalformed) << header;
  }
  for (const std::string& payload :
       {std::string(), std::string("7"), std::string("[]"), std::string("null"),
        Payload(R"("sub":"bob",)"), Payload(R"("x":{"a":1,"a":2},)"), Payload(R"("x":"\u0000",)"),
        Payload("\"x\":\"\xc0\x80\","), Payload() + "x", Payload() + Payload()}) {
    EXPECT_EQ(Refusal(Token(payload)), TokenRefusal::kMalformed) << payload;
    EXPECT_EQ(std::get<TokenRefusal>(ReadTokenHeader(Token(payload))), TokenRefusal::kMalformed);
  }
}

TEST_F(VerifyTokenTest, BoundsSizeAndDepth) {
  const std::string token = Token(Payload());
  rules_.max_size = token.size();
  EXPECT_EQ(Refusal(token), std::nullopt);
  rules_.max_size = token.size() - 1;
  EXPECT_EQ(Refusal(token), TokenRefusal::kTooLarge);
  const std::string huge = token + std::string(kMaxTokenSize, 'A');
  EXPECT_EQ(std::get<TokenRefusal>(ReadTokenHeader(huge)), TokenRefusal::kTooLarge);
  rules_.max_size = kMaxTokenSize;
  const auto nested = [](size_t levels) {
    return absl::StrCat("\"x\":", std::string(levels, '['), std::string(levels, ']'), ",");
  };
  EXPECT_EQ(Refusal(Token(Payload(nested(2000)))), std::nullopt);
  EXPECT_EQ(Refusal(Token(Payload(nested(2100)))), TokenRefusal::kMalformed);
  EXPECT_EQ(Refusal(Token(Payload(nested(20'000)))), TokenRefusal::kMalformed);
  std::string many;
  for (int i = 0; i < 4000; ++i) absl::StrAppend(&many, "\"", i, "\":[],");
  EXPECT_EQ(Refusal(Token(Payload(many))), std::nullopt);
}

}  // namespace
}  // namespace sallyport
