#include "core/tokens/verification_key.h"

#include <openssl/err.h>

#include <bit>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/credentials/secret.h"
#include "core/tokens/base64url.h"

namespace sallyport {
namespace {

constexpr size_t kMinRsaBits = 2048;
// Verifying costs the square of the size.
constexpr size_t kMaxRsaBits = 8192;
constexpr size_t kMaxExponentBytes = 8;
constexpr size_t kMinSecretBytes = 32;

absl::Status Unusable(std::string_view why) { return absl::InvalidArgumentError(std::string(why)); }

// The library takes mutable bytes, and leaves them alone.
uint8_t* BytesOf(Secret& secret) { return reinterpret_cast<uint8_t*>(secret.data()); }

absl::StatusOr<Secret> Octets(const json_t* jwk, std::string_view name) {
  const auto text = TextOf(Member(jwk, name));
  auto octets = text.has_value() ? DecodeBase64Url(*text) : std::nullopt;
  if (octets.has_value() && !octets->empty()) return *std::move(octets);
  return Unusable(absl::StrCat("expected '", std::string(name), "' in base64url"));
}

// A number, as its octets from the first that is not zero.
absl::StatusOr<Secret> Number(const json_t* jwk, std::string_view name) {
  auto octets = Octets(jwk, name);
  if (!octets.ok()) return octets;
  const size_t begin = octets->view().find_first_not_of('\0');
  if (begin == std::string_view::npos) {
    return Unusable(absl::StrCat("'", std::string(name), "' is zero"));
  }
  return Secret(octets->view().substr(begin));
}

bool IsOdd(const Secret& number) { return (number.view().back() & 1) != 0; }

bool AllowsVerifying(const json_t* jwk) {
  const json_t* const use = Member(jwk, "use");
  if (use != nullptr && TextOf(use) != "sig") return false;
  const json_t* const operations = Member(jwk, "key_ops");
  if (operations == nullptr) return true;
  for (size_t i = 0; i < json_array_size(operations); ++i) {
    if (TextOf(json_array_get(operations, i)) == "verify") return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<VerificationKey> VerificationKey::Parse(const json_t* jwk) {
  const auto type = TextOf(Member(jwk, "kty"));
  if (!type.has_value()) return Unusable("it has no key type 'kty'");
  if (!AllowsVerifying(jwk)) return Unusable("it is not for verifying signatures");
  const json_t* const id = Member(jwk, "kid");
  if (id != nullptr && !json_is_string(id)) return Unusable("its 'kid' is not a string");
  const json_t* const algorithm = Member(jwk, "alg");
  const auto known = FindTokenAlgorithm(TextOf(algorithm).value_or(""));
  if (algorithm != nullptr && !known.has_value()) {
    return Unusable("its 'alg' is not a known signature algorithm");
  }
  auto key = *type == "RSA"   ? ParseRsa(jwk)
             : *type == "EC"  ? ParseCurve(jwk)
             : *type == "oct" ? ParseOctets(jwk)
                              : Unusable("its type is not RSA, EC or oct");
  // What a bad key leaves in the thread's queue would confuse its next TLS call.
  ERR_clear_error();
  if (!key.ok()) return key;
  if (const auto text = TextOf(id)) key->id_.emplace(*text);
  key->algorithm_ = known;
  if (known.has_value() && !key->Fits(*known)) {
    return Unusable("its 'alg' takes another kind of key, or a longer one");
  }
  return key;
}

absl::StatusOr<VerificationKey> VerificationKey::ParseRsa(const json_t* jwk) {
  if (Member(jwk, "d") != nullptr) return Unusable("it is a private key: only its public half");
  auto modulus = Number(jwk, "n");
  if (!modulus.ok()) return modulus.status();
  auto exponent = Number(jwk, "e");
  if (!exponent.ok()) return exponent.status();
  const auto first = static_cast<uint8_t>(modulus->view().front());
  const size_t bits = (modulus->size() - 1) * 8 + static_cast<size_t>(std::bit_width(first));
  if (bits < kMinRsaBits || bits > kMaxRsaBits) {
    return Unusable(
        absl::StrCat("RSA of ", bits, " bits: expected ", kMinRsaBits, " to ", kMaxRsaBits));
  }
  // With an exponent of 1 everybody can sign.
  if (!IsOdd(*modulus) || !IsOdd(*exponent) || exponent->view() == "\x01" ||
      exponent->size() > kMaxExponentBytes) {
    return Unusable("its modulus or its exponent is not one of RSA");
  }
  cjose_jwk_rsa_keyspec spec = {};
  spec.n = BytesOf(*modulus);
  spec.nlen = modulus->size();
  spec.e = BytesOf(*exponent);
  spec.elen = exponent->size();
  KeyPtr key(cjose_jwk_create_RSA_spec(&spec, nullptr));
  if (key == nullptr) return Unusable("OpenSSL refuses it");
  return VerificationKey(TokenKeyType::kRsa, modulus->size(), std::move(key));
}

absl::StatusOr<VerificationKey> VerificationKey::ParseCurve(const json_t* jwk) {
  struct Curve {
    std::string_view name;
    cjose_jwk_ec_curve id;
    TokenKeyType type;
    size_t size;
  };
  static constexpr Curve kCurves[] = {
      {"P-256", CJOSE_JWK_EC_P_256, TokenKeyType::kP256, 32},
      {"P-384", CJOSE_JWK_EC_P_384, TokenKeyType::kP384, 48},
      {"P-521", CJOSE_JWK_EC_P_521, TokenKeyType::kP521, 66},
  };
  const auto name = TextOf(Member(jwk, "crv"));
  const Curve* curve = nullptr;
  for (const Curve& known : kCurves) {
    if (name == known.name) curve = &known;
  }
  if (curve == nullptr) return Unusable("its curve is not P-256, P-384 or P-521");
  if (Member(jwk, "d") != nullptr) return Unusable("it is a private key: only its public half");
  auto x = Octets(jwk, "x");
  if (!x.ok()) return x.status();
  auto y = Octets(jwk, "y");
  if (!y.ok()) return y.status();
  if (x->size() != curve->size || y->size() != curve->size) {
    return Unusable(absl::StrCat("'x' and 'y' must be of ", curve->size, " bytes"));
  }
  cjose_jwk_ec_keyspec spec = {};
  spec.crv = curve->id;
  spec.x = BytesOf(*x);
  spec.xlen = x->size();
  spec.y = BytesOf(*y);
  spec.ylen = y->size();
  KeyPtr key(cjose_jwk_create_EC_spec(&spec, nullptr));
  if (key == nullptr) return Unusable("it is not a point of its curve");
  return VerificationKey(curve->type, curve->size, std::move(key));
}

absl::StatusOr<VerificationKey> VerificationKey::ParseOctets(const json_t* jwk) {
  auto secret = Octets(jwk, "k");
  if (!secret.ok()) return secret.status();
  if (secret->size() < kMinSecretBytes) {
    return Unusable(absl::StrCat("a secret must have at least ", kMinSecretBytes, " bytes"));
  }
  KeyPtr key(cjose_jwk_create_oct_spec(BytesOf(*secret), secret->size(), nullptr));
  if (key == nullptr) return Unusable("there is no memory for it");
  return VerificationKey(TokenKeyType::kOctets, secret->size(), std::move(key));
}

bool VerificationKey::Fits(TokenAlgorithm algorithm) const {
  if (KeyTypeOf(algorithm) != type_) return false;
  if (algorithm_.has_value() && *algorithm_ != algorithm) return false;
  // RFC 7518 section 3.2.
  return type_ != TokenKeyType::kOctets || size_ >= DigestSizeOf(algorithm);
}

size_t VerificationKey::SignatureSize(TokenAlgorithm algorithm) const {
  switch (type_) {
    case TokenKeyType::kRsa:
      return size_;
    case TokenKeyType::kP256:
    case TokenKeyType::kP384:
    case TokenKeyType::kP521:
      return 2 * size_;
    case TokenKeyType::kOctets:
      return DigestSizeOf(algorithm);
  }
  return 0;
}

}  // namespace sallyport
