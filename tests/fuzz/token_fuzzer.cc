// Judges bearer tokens and reads key sets. The first byte of the input chooses: a token as it is,
// which may be accepted only if it is one that was signed by the issuer; a header and a payload,
// cut at the first line feed, which are signed here, so that the claims are reached; or a key set.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "core/tokens/key_set.h"
#include "core/tokens/verify_token.h"
#include "tests/core/tokens/token_signer.h"

namespace {

using namespace sallyport;

constexpr char kSecret[] = "a secret of thirty-two bytes, ok";
// Of tests/vectors/tokens/pyjwt.txt.
constexpr char kCurveKey[] =
    R"({"kty":"EC","crv":"P-256","alg":"ES256","x":"C_t7t3A4yRmmTT1Tyu3fmdqXZQUGDN0MQl1txfH97Is",)"
    R"("y":"WTrA14T1tAOGQ7Fbka8prhEE7fubbFerFMvETjI0rME","kid":"k1"})";
constexpr char kCurveToken[] =
    "eyJhbGciOiJFUzI1NiIsImtpZCI6ImsxIiwidHlwIjoiYXQrand0In0.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFt"
    "cGxlIiwiYXVkIjoiYW1xcCIsInN1YiI6ImFsaWNlIiwiaWF0IjoxNzUwMDAwMDAwLCJleHAiOjQxMDI0NDQ4MDAsImdy"
    "b3VwcyI6WyJvcHMiLCJkZXYiXSwidGVuYW50Ijoibm9ydGgifQ.9kuUM85buIWIhtEFAwl2FDewLYJ14RxfpQadw9ONe"
    "nwjG1xLMYnhlBk-ymUU8Z8VXWot690bBdlkbH-WaLrz2w";
const absl::Time kNow = absl::FromUnixSeconds(1'760'000'000);

struct Issuer {
  TokenSigner signer = TokenSigner::Octets(kSecret);
  std::string token = signer.Sign(
      R"({"alg":"HS256"})", R"({"iss":"i","aud":"amqp","sub":"s","exp":1760000001})", "HS256");
  std::shared_ptr<const KeySet> keys = *KeySet::Parse(KeySetOf({signer.Jwk(), kCurveKey}));
  TokenRules rules;

  Issuer() {
    rules.audiences = {"amqp"};
    rules.algorithms.push_back(TokenAlgorithm::kHs256);
    rules.groups_claim = "groups";
    rules.attribute_claims = {"tenant", "/a/b"};
    rules.clock_skew = absl::ZeroDuration();
    rules.max_size = kMaxTokenSize;
  }
};

void JudgeToken(Issuer& issuer, std::string_view token) {
  const auto header = ReadTokenHeader(token);
  if (std::holds_alternative<TokenRefusal>(header)) {
    const auto verdict = VerifyToken(token, *issuer.keys, issuer.rules, kNow);
    if (std::holds_alternative<TokenClaims>(verdict)) std::abort();
    return;
  }
  issuer.rules.issuer = std::get<TokenHeader>(header).issuer;
  const auto verdict = VerifyToken(token, *issuer.keys, issuer.rules, kNow);
  const bool genuine = token == issuer.token || token == kCurveToken;
  if (std::holds_alternative<TokenClaims>(verdict) != genuine) std::abort();
}

void JudgeClaims(Issuer& issuer, std::string_view header, std::string_view payload) {
  issuer.rules.issuer = "i";
  const auto verdict =
      VerifyToken(issuer.signer.Sign(header, payload, "HS256"), *issuer.keys, issuer.rules, kNow);
  const auto* claims = std::get_if<TokenClaims>(&verdict);
  if (claims == nullptr) return;
  if (claims->name.empty() || claims->issuer != "i" || claims->expires_at <= kNow ||
      claims->attributes.size() > 2) {
    std::abort();
  }
}

void ReadKeys(const Issuer& issuer, std::string_view text) {
  const auto keys = KeySet::Parse(text);
  if (!keys.ok()) return;
  if ((*keys)->keys().size() + (*keys)->skipped().size() > kMaxKeys) std::abort();
  VerifyToken(issuer.token, **keys, issuer.rules, kNow);
  VerifyToken(kCurveToken, **keys, issuer.rules, kNow);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static auto* const issuer = new Issuer;
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 't':
      JudgeToken(*issuer, input);
      break;
    case 'c': {
      const size_t cut = std::min(input.find('\n'), input.size());
      JudgeClaims(*issuer, input.substr(0, cut), input.substr(std::min(cut + 1, input.size())));
      break;
    }
    case 'k':
      ReadKeys(*issuer, input);
      break;
    default:
      break;
  }
  return 0;
}
