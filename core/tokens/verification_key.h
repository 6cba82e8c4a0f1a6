#ifndef SALLYPORT_CORE_TOKENS_VERIFICATION_KEY_H_
#define SALLYPORT_CORE_TOKENS_VERIFICATION_KEY_H_

// One key that signatures of tokens are verified with (RFC 7517 section 4, RFC
// 7518 section 6). Immutable, movable, thread-safe.

#include <cjose/cjose.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "core/tokens/json_object.h"
#include "core/tokens/token_algorithm.h"

namespace sallyport {

class VerificationKey {
 public:
  // Parse reads a JSON Web Key. InvalidArgument says in half a sentence why it is
  // of no use here, and shows no part of the key: it is not for verifying
  // signatures, of a kind or for an algorithm that is not known, lacks a member,
  // is too weak (RSA below 2048 bits, a secret below 256), costs too much (RSA
  // over 8192 bits), is no point of its curve, or holds a private key.
  static absl::StatusOr<VerificationKey> Parse(const json_t* jwk);

  const std::optional<std::string>& id() const { return id_; }

  // Fits is whether the key may verify signatures of that algorithm: it is of the
  // one type that the algorithm takes, and its own "alg", if any, is that one.
  bool Fits(TokenAlgorithm algorithm) const;

  // SignatureSize is the size in bytes that each signature of a fitting algorithm
  // has.
  size_t SignatureSize(TokenAlgorithm algorithm) const;

  const cjose_jwk_t* get() const { return key_.get(); }

 private:
  struct Deleter {
    void operator()(cjose_jwk_t* key) const { cjose_jwk_release(key); }
  };
  using KeyPtr = std::unique_ptr<cjose_jwk_t, Deleter>;

  VerificationKey(TokenKeyType type, size_t size, KeyPtr key)
      : type_(type), size_(size), key_(std::move(key)) {}

  static absl::StatusOr<VerificationKey> ParseRsa(const json_t* jwk);
  static absl::StatusOr<VerificationKey> ParseCurve(const json_t* jwk);
  static absl::StatusOr<VerificationKey> ParseOctets(const json_t* jwk);

  TokenKeyType type_;
  // Bytes of the modulus, of a coordinate, or of the secret.
  size_t size_;
  KeyPtr key_;
  std::optional<std::string> id_;
  std::optional<TokenAlgorithm> algorithm_;
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_TOKENS_VERIFICATION_KEY_H_
