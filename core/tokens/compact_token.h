#ifndef SALLYPORT_CORE_TOKENS_COMPACT_TOKEN_H_
#define SALLYPORT_CORE_TOKENS_COMPACT_TOKEN_H_

// A signed token as it travels: JWS Compact Serialization (RFC 7515 section 7.1),
// taken apart and not yet verified. Pure.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "core/credentials/secret.h"
#include "core/tokens/token_algorithm.h"
#include "core/tokens/token_refusal.h"

namespace sallyport {

class CompactToken {
 public:
  // Parse takes `token` apart, which must outlive the result. Of the header's
  // members only "alg" and "kid" have an effect; "jwk", "jku", "x5c" and their
  // like, by which a token would choose its own key, have none.
  static std::variant<TokenRefusal, CompactToken> Parse(std::string_view token);

  // compact is the whole token.
  std::string_view compact() const { return compact_; }
  TokenAlgorithm algorithm() const { return algorithm_; }
  const std::optional<std::string>& key_id() const { return key_id_; }
  std::string_view payload() const { return payload_.view(); }
  // signature_size is the signature's size in bytes, once decoded.
  size_t signature_size() const { return signature_size_; }

 private:
  CompactToken(std::string_view compact, TokenAlgorithm algorithm,
               std::optional<std::string> key_id, Secret payload, size_t signature_size)
      : compact_(compact),
        algorithm_(algorithm),
        key_id_(std::move(key_id)),
        payload_(std::move(payload)),
        signature_size_(signature_size) {}

  std::string_view compact_;
  TokenAlgorithm algorithm_;
  std::optional<std::string> key_id_;
  Secret payload_;
  size_t signature_size_;
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_TOKENS_COMPACT_TOKEN_H_
