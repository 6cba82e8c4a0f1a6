#include "core/tokens/key_set.h"

#include <openssl/err.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/tokens/token_signer.h"

namespace sallyport {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const TokenSigner& Rsa() {
  static const auto* const signer = new TokenSigner(TokenSigner::Rsa());
  return *signer;
}

// An RSA key of that modulus and exponent.
std::string RsaJwk(const std::string& modulus, const std::string& exponent) {
  return absl::StrCat(R"({"kty":"RSA","n":")", EncodeBase64Url(modulus), R"(","e":")",
                      EncodeBase64Url(exponent), "\"}");
}

std::string OddNumber(size_t bits) {
  std::string number(bits / 8, '\xff');
  if (bits % 8 != 0) number.insert(0, 1, static_cast<char>((1 << (bits % 8)) - 1));
  return number;
}

std::shared_ptr<const KeySet> Parse(const std::vector<std::string>& jwks) {
  auto set = KeySet::Parse(KeySetOf(jwks));
  EXPECT_TRUE(set.ok()) << set.status();
  return set.ok() ? *std::move(set) : nullptr;
}

std::string WhySkipped(const std::string& jwk) {
  const auto set = Parse({jwk});
  if (set == nullptr || !set->keys().empty() || set->skipped().size() != 1) return "it was taken";
  return set->skipped()[0];
}

TEST(KeySet, HoldsKeysOfEachType) {
  const auto set = Parse({Rsa().Jwk(R"("kid":"r","alg":"PS512","use":"sig",)"),
                          TokenSigner::Curve("P-256").Jwk(R"("key_ops":["sign","verify"],)"),
                          TokenSigner::Curve("P-384").Jwk(), TokenSigner::Curve("P-521").Jwk(),
                          TokenSigner::Octets(std::string(48, 'k')).Jwk(R"("kid":"o",)")});
  ASSERT_EQ(set->keys().size(), 5u);
  EXPECT_TRUE(set->skipped().empty());
  EXPECT_EQ(set->keys()[0].id(), "r");
  EXPECT_EQ(set->keys()[1].id(), std::nullopt);
  EXPECT_EQ(set->keys()[4].id(), "o");
}

TEST(KeySet, AKeyFitsTheAlgorithmsOfItsTypeOnly) {
  const auto set =
      Parse({Rsa().Jwk(), TokenSigner::Curve("P-256").Jwk(), TokenSigner::Curve("P-384").Jwk(),
             TokenSigner::Curve("P-521").Jwk(), TokenSigner::Octets(std::string(48, 'k')).Jwk(),
             Rsa().Jwk(R"("alg":"RS256",)")});
  std::vector<std::string> fitting(set->keys().size());
  for (const char* name : {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384",
                           "ES512", "HS256", "HS384", "HS512"}) {
    const auto algorithm = FindTokenAlgorithm(name);
    ASSERT_TRUE(algorithm.has_value()) << name;
    EXPECT_EQ(TokenAlgorithmName(*algorithm), name);
    for (size_t i = 0; i < fitting.size(); ++i) {
      if (set->keys()[i].Fits(*algorithm)) absl::StrAppend(&fitting[i], name, " ");
    }
  }
  // A secret of 48 bytes is too short for HS512.
  EXPECT_THAT(fitting, ElementsAre("RS256 RS384 RS512 PS256 PS384 PS512 ", "ES256 ", "ES384 ",
                                   "ES512 ", "HS256 HS384 ", "RS256 "));
  EXPECT_EQ(FindTokenAlgorithm("none"), std::nullopt);
  EXPECT_EQ(FindTokenAlgorithm("rs256"), std::nullopt);
  EXPECT_EQ(FindTokenAlgorithm(""), std::nullopt);
}

TEST(KeySet, KnowsHowLongASignatureIs) {
  const auto set =
      Parse({Rsa().Jwk(), TokenSigner::Curve("P-256").Jwk(), TokenSigner::Curve("P-521").Jwk(),
             TokenSigner::Octets(std::string(99, 'k')).Jwk()});
  EXPECT_EQ(set->keys()[0].SignatureSize(TokenAlgorithm::kRs512), 256u);
  EXPECT_EQ(set->keys()[1].SignatureSize(TokenAlgorithm::kEs256), 64u);
  EXPECT_EQ(set->keys()[2].SignatureSize(TokenAlgorithm::kEs512), 132u);
  EXPECT_EQ(set->keys()[3].SignatureSize(TokenAlgorithm::kHs384), 48u);
}

TEST(KeySet, LeavesOutWhatIsNotForVerifyingTokens) {
  EXPECT_THAT(WhySkipped(R"({"kty":"OKP","crv":"Ed25519","x":"AA","kid":"e"})"),
              HasSubstr("key 0 ('e'): its type is not RSA, EC or oct"));
  EXPECT_THAT(WhySkipped(R"({"kid":"x"})"), HasSubstr("key 0 ('x'): it has no key type"));
  EXPECT_THAT(WhySkipped(R"({"kty":7})"), HasSubstr("it has no key type"));
  EXPECT_THAT(WhySkipped(Rsa().Jwk(R"("use":"enc",)")), HasSubstr("not for verifying"));
  EXPECT_THAT(WhySkipped(Rsa().Jwk(R"("use":null,)")), HasSubstr("not for verifying"));
  EXPECT_THAT(WhySkipped(Rsa().Jwk(R"("key_ops":["encrypt"],)")), HasSubstr("not for verifying"));
  EXPECT_THAT(WhySkipped(Rsa().Jwk(R"("key_ops":"verify",)")), HasSubstr("not for verifying"));
  EXPECT_THAT(WhySkipped(Rsa().Jwk(R"("alg":"RSA-OAEP",)")), HasSubstr("'alg' is not a known"));
  EXPECT_THAT(WhySkipped(Rsa().Jwk(R"("alg":"none",)")), HasSubstr("'alg' is not a known"));
  EXPECT_THAT(WhySkipped(Rsa().Jwk(R"("alg":1,)")), HasSubstr("'alg' is not a known"));
  EXPECT_THAT(WhySkipped(Rsa().Jwk(R"("alg":"HS256",)")), HasSubstr("takes another kind of key"));
  EXPECT_THAT(WhySkipped(TokenSigner::Curve("P-521").Jwk(R"("alg":"ES256",)")),
              HasSubstr("takes another kind of key"));
  EXPECT_THAT(WhySkipped(Rsa().Jwk(R"("kid":7,)")), HasSubstr("'kid' is not a string"));
}

TEST(KeySet, LeavesOutWeakAndCostlyAndBrokenRsaKeys) {
  EXPECT_THAT(WhySkipped(TokenSigner::Rsa(1024).Jwk(R"("kid":"2019",)")),
              HasSubstr("key 0 ('2019'): RSA of 1024 bits: expected 2048 to 8192"));
  EXPECT_THAT(WhySkipped(RsaJwk(OddNumber(2047), "\x01\x00\x01")), HasSubstr("RSA of 2047 bits"));
  // Zeros in front do not make it longer.
  EXPECT_THAT(WhySkipped(RsaJwk(std::string(128, '\0') + OddNumber(1024), "\x03")),
              HasSubstr("RSA of 1024 bits"));
  EXPECT_THAT(WhySkipped(RsaJwk(OddNumber(8200), "\x03")), HasSubstr("RSA of 8200 bits"));
  for (const std::string exponent : {"\x01", "\x02", "\x11\x22\x33\x44\x55\x66\x77\x88\x99"}) {
    EXPECT_THAT(WhySkipped(RsaJwk(OddNumber(2048), exponent)), HasSubstr("not one of RSA"));
  }
  EXPECT_THAT(WhySkipped(RsaJwk(OddNumber(2048), std::string(2, '\0'))), HasSubstr("'e' is zero"));
  std::string even = OddNumber(2048);
  even.back() = '\xfe';
  EXPECT_THAT(WhySkipped(RsaJwk(even, "\x03")), HasSubstr("not one of RSA"));
  EXPECT_THAT(WhySkipped(R"({"kty":"RSA","e":"AQAB"})"), HasSubstr("expected 'n' in base64url"));
  EXPECT_THAT(WhySkipped(R"({"kty":"RSA","n":"AQ==","e":"AQAB"})"), HasSubstr("expected 'n'"));
  EXPECT_THAT(WhySkipped(R"({"kty":"RSA","n":"A===","e":"AQAB"})"), HasSubstr("expected 'n'"));
  EXPECT_THAT(WhySkipped(R"({"kty":"RSA","n":5,"e":"AQAB"})"), HasSubstr("expected 'n'"));
}

TEST(KeySet, LeavesOutPointsThatAreNotOnTheirCurve) {
  const auto point = [](const char* curve, size_t x, size_t y) {
    return absl::StrCat(R"({"kty":"EC","crv":")", curve, R"(","x":")",
                        EncodeBase64Url(std::string(x, '\x01')), R"(","y":")",
                        EncodeBase64Url(std::string(y, '\x01')), "\"}");
  };
  EXPECT_THAT(WhySkipped(point("P-256", 32, 32)), HasSubstr("not a point of its curve"));
  EXPECT_THAT(WhySkipped(point("P-521", 66, 66)), HasSubstr("not a point of its curve"));
  EXPECT_EQ(ERR_peek_error(), 0u);
  EXPECT_THAT(WhySkipped(point("P-256", 31, 32)), HasSubstr("must be of 32 bytes"));
  EXPECT_THAT(WhySkipped(point("P-256", 32, 33)), HasSubstr("must be of 32 bytes"));
  EXPECT_THAT(WhySkipped(point("P-256", 0, 32)), HasSubstr("expected 'x'"));
  EXPECT_THAT(WhySkipped(point("secp256k1", 32, 32)), HasSubstr("its curve is not"));
  EXPECT_THAT(WhySkipped(R"({"kty":"EC"})"), HasSubstr("its curve is not"));
}

TEST(KeySet, LeavesOutPrivateKeysAndShortSecrets) {
  EXPECT_THAT(WhySkipped(Rsa().Jwk(R"("d":"AQAB",)")), HasSubstr("private key"));
  EXPECT_THAT(WhySkipped(TokenSigner::Curve("P-256").Jwk(R"("d":"AQAB",)")),
              HasSubstr("private key"));
  EXPECT_THAT(WhySkipped(TokenSigner::Octets(std::string(31, 's')).Jwk()),
              HasSubstr("at least 32 bytes"));
  EXPECT_THAT(WhySkipped(TokenSigner::Octets(std::string(32, 's')).Jwk(R"("alg":"HS384",)")),
              HasSubstr("or a longer one"));
}

TEST(KeySet, NamesEachKeyThatIsLeftOutAndKeepsTheOthers) {
  const auto set = Parse({Rsa().Jwk(R"("use":"enc",)"), Rsa().Jwk(R"("kid":"good",)"),
                          absl::StrCat(R"({"kid":"\u001b[2J)", std::string(100, 'x'), "\"}")});
  ASSERT_EQ(set->keys().size(), 1u);
  ASSERT_EQ(set->skipped().size(), 2u);
  EXPECT_THAT(set->skipped()[0], HasSubstr("key 0: "));
  EXPECT_THAT(set->skipped()[1], HasSubstr("key 2 ('\\x1b[2Jxxx"));
  EXPECT_THAT(set->skipped()[1], HasSubstr("xxx...'): it has no key type"));
  EXPECT_LT(set->skipped()[1].size(), 150u);
}

TEST(KeySet, MayBeEmptySinceThatIsHowKeysAreWithdrawn) {
  const auto set = KeySet::Parse(R"({"keys":[]})");
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_TRUE((*set)->keys().empty());
}

TEST(KeySet, RefusesWhatIsNoKeySet) {
  const auto refusal = [](std::string_view text) {
    const auto set = KeySet::Parse(text);
    EXPECT_EQ(set.status().code(), absl::StatusCode::kInvalidArgument) << text;
    return std::string(set.status().message());
  };
  EXPECT_THAT(refusal(""), HasSubstr("not JSON"));
  EXPECT_THAT(refusal("<html>"), HasSubstr("line 1, column 1: this is not JSON"));
  EXPECT_THAT(refusal("{\"keys\":\n [}"), HasSubstr("line 2, column 3"));
  EXPECT_THAT(refusal("[]"), HasSubstr("not a JSON object"));
  EXPECT_THAT(refusal("{}"), HasSubstr("not a key set"));
  EXPECT_THAT(refusal(R"({"keys":{}})"), HasSubstr("not a key set"));
  EXPECT_THAT(refusal(R"({"keys":[]} x)"), HasSubstr("not JSON"));
  EXPECT_THAT(refusal(R"({"keys":[],"keys":[]})"), HasSubstr("twice"));
  EXPECT_THAT(refusal(R"({"keys":[{"kty":"RSA","kty":"EC"}]})"), HasSubstr("twice"));
  EXPECT_THAT(refusal(R"({"keys":[{},7]})"), HasSubstr("key 1: expected a JSON object"));
  EXPECT_THAT(refusal("{\"keys\":[\"\xff\"]}"), HasSubstr("not JSON"));
}

TEST(KeySet, IsBounded) {
  EXPECT_EQ(Parse(std::vector<std::string>(kMaxKeys, "{}"))->skipped().size(), kMaxKeys);
  const auto many = KeySet::Parse(KeySetOf(std::vector<std::string>(kMaxKeys + 1, "{}")));
  EXPECT_THAT(std::string(many.status().message()), HasSubstr("101 keys: at most 100"));
  std::string text = R"({"keys":[]})";
  text.resize(kMaxKeySetSize, ' ');
  EXPECT_TRUE(KeySet::Parse(text).ok());
  text += ' ';
  EXPECT_THAT(std::string(KeySet::Parse(text).status().message()), HasSubstr("bytes: at most"));
  const std::string deep = absl::StrCat(R"({"keys":)", std::string(100'000, '['));
  EXPECT_FALSE(KeySet::Parse(deep).ok());
}

TEST(KeySet, ShowsNoPartOfAKeyInAnError) {
  const std::string secret = EncodeBase64Url(std::string(24, 'S'));
  const std::string short_secret = absl::StrCat(R"({"kty":"oct","k":")", secret, "\"}");
  EXPECT_THAT(WhySkipped(short_secret), Not(HasSubstr(secret)));
  const auto cut_short = KeySet::Parse(R"({"keys":[{"kty":"oct","k":")" + secret);
  EXPECT_THAT(std::string(cut_short.status().message()), Not(HasSubstr("U1NT")));
}

}  // namespace
}  // namespace sallyport
