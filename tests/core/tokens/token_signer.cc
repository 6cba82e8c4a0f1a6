#include "tests/core/tokens/token_signer.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/crypto/base64.h"
#include "gtest/gtest.h"

namespace sallyport {
namespace {

const EVP_MD* DigestOf(std::string_view algorithm) {
  return algorithm.ends_with("256")   ? EVP_sha256()
         : algorithm.ends_with("384") ? EVP_sha384()
                                      : EVP_sha512();
}

// A number of the key's, with leading zeros up to `size` bytes.
std::string Parameter(EVP_PKEY* key, const char* name, int size = 0) {
  BIGNUM* number = nullptr;
  EXPECT_EQ(EVP_PKEY_get_bn_param(key, name, &number), 1) << name;
  std::string bytes(static_cast<size_t>(std::max(size, BN_num_bytes(number))), '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()),
               static_cast<int>(bytes.size()));
  BN_free(number);
  return EncodeBase64Url(bytes);
}

// Bytes of a coordinate.
int CoordinateSize(EVP_PKEY* key) { return (EVP_PKEY_get_bits(key) + 7) / 8; }

// RFC 7518 section 3.4: both numbers, each as long as a coordinate.
std::string ToRaw(const std::string& der, int size) {
  const auto* position = reinterpret_cast<const unsigned char*>(der.data());
  ECDSA_SIG* const signature = d2i_ECDSA_SIG(nullptr, &position, static_cast<long>(der.size()));
  std::string raw(static_cast<size_t>(2 * size), '\0');
  auto* const bytes = reinterpret_cast<unsigned char*>(raw.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(signature), bytes, size);
  BN_bn2binpad(ECDSA_SIG_get0_s(signature), bytes + size, size);
  ECDSA_SIG_free(signature);
  return raw;
}

}  // namespace

TokenSigner TokenSigner::Rsa(unsigned bits) {
  TokenSigner signer;
  signer.key_ = KeyPtr(EVP_RSA_gen(bits), &EVP_PKEY_free);
  return signer;
}

TokenSigner TokenSigner::Curve(const std::string& name) {
  TokenSigner signer;
  signer.key_ = KeyPtr(EVP_EC_gen(name.c_str()), &EVP_PKEY_free);
  signer.curve_ = name;
  return signer;
}

TokenSigner TokenSigner::Octets(std::string secret) {
  TokenSigner signer;
  signer.secret_ = std::move(secret);
  return signer;
}

std::string TokenSigner::Jwk(std::string_view more) const {
  const std::string members(more);
  if (key_ == nullptr) {
    return absl::StrCat("{", members, R"("kty":"oct","k":")", EncodeBase64Url(secret_), "\"}");
  }
  if (!curve_.empty()) {
    const int size = CoordinateSize(key_.get());
    return absl::StrCat("{", members, R"("kty":"EC","crv":")", curve_, R"(","x":")",
                        Parameter(key_.get(), OSSL_PKEY_PARAM_EC_PUB_X, size), R"(","y":")",
                        Parameter(key_.get(), OSSL_PKEY_PARAM_EC_PUB_Y, size), "\"}");
  }
  return absl::StrCat("{", members, R"("kty":"RSA","n":")",
                      Parameter(key_.get(), OSSL_PKEY_PARAM_RSA_N), R"(","e":")",
                      Parameter(key_.get(), OSSL_PKEY_PARAM_RSA_E), "\"}");
}

std::string TokenSigner::Sign(std::string_view header, std::string_view payload,
                              std::string_view algorithm) const {
  const std::string input = absl::StrCat(EncodeBase64Url(header), ".", EncodeBase64Url(payload));
  return absl::StrCat(input, ".", EncodeBase64Url(Signature(algorithm, input)));
}

std::string TokenSigner::Signature(std::string_view algorithm, const std::string& input) const {
  const auto* const data = reinterpret_cast<const unsigned char*>(input.data());
  std::string signature(1024, '\0');
  auto* const out = reinterpret_cast<unsigned char*>(signature.data());
  if (key_ == nullptr) {
    unsigned size = 0;
    HMAC(DigestOf(algorithm), secret_.data(), static_cast<int>(secret_.size()), data, input.size(),
         out, &size);
    signature.resize(size);
    return signature;
  }
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  EVP_PKEY_CTX* parameters = nullptr;
  EXPECT_EQ(
      EVP_DigestSignInit(context.get(), &parameters, DigestOf(algorithm), nullptr, key_.get()), 1);
  if (algorithm.starts_with("PS")) {
    EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST);
  }
  size_t size = signature.size();
  EXPECT_EQ(EVP_DigestSign(context.get(), out, &size, data, input.size()), 1);
  signature.resize(size);
  return curve_.empty() ? signature : ToRaw(signature, CoordinateSize(key_.get()));
}

std::string EncodeBase64Url(std::string_view bytes) {
  std::string text;
  AppendBase64(bytes, &text);
  while (text.ends_with('=')) text.pop_back();
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return text;
}

std::string KeySetOf(const std::vector<std::string>& jwks) {
  return absl::StrCat(R"({"keys":[)", absl::StrJoin(jwks, ","), "]}");
}

}  // namespace sallyport
