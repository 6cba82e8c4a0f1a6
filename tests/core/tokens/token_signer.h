#ifndef SALLYPORT_TESTS_CORE_TOKENS_TOKEN_SIGNER_H_
#define SALLYPORT_TESTS_CORE_TOKENS_TOKEN_SIGNER_H_

// An issuer of tokens, honest or not, on OpenSSL alone: it signs any header and
// any payload with any key. In tests only.

#include <openssl/evp.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport {

class TokenSigner {
 public:
  static TokenSigner Rsa(unsigned bits = 2048);
  // `name` as OpenSSL and JOSE both have it: "P-256", "P-384" or "P-521".
  static TokenSigner Curve(const std::string& name);
  static TokenSigner Octets(std::string secret);

  // Jwk is the key as others may see it, or the secret, with `more` members in
  // front: R"("kid":"k1","use":"sig",)".
  std::string Jwk(std::string_view more = "") const;

  // Sign makes a compact token. `algorithm` says how it is signed, whatever the
  // header says: "RS256", "PS384", "ES512", "HS256", ...
  std::string Sign(std::string_view header, std::string_view payload,
                   std::string_view algorithm) const;

 private:
  using KeyPtr = std::shared_ptr<EVP_PKEY>;

  std::string Signature(std::string_view algorithm, const std::string& input) const;

  // Null: a secret.
  KeyPtr key_;
  std::string curve_;
  std::string secret_;
};

// EncodeBase64Url is base64url without padding.
std::string EncodeBase64Url(std::string_view bytes);

// KeySetOf is a key set of these keys.
std::string KeySetOf(const std::vector<std::string>& jwks);

}  // namespace sallyport

#endif  // SALLYPORT_TESTS_CORE_TOKENS_TOKEN_SIGNER_H_
