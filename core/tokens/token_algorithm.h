#ifndef SALLYPORT_CORE_TOKENS_TOKEN_ALGORITHM_H_
#define SALLYPORT_CORE_TOKENS_TOKEN_ALGORITHM_H_

// The signature algorithms of JSON Web Signatures (RFC 7518 section 3), and the
// one kind of key that each of them takes. "none" is not among them. Pure.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport {

enum class TokenAlgorithm : uint8_t {
  kRs256,
  kRs384,
  kRs512,
  kPs256,
  kPs384,
  kPs512,
  kEs256,
  kEs384,
  kEs512,
  kHs256,
  kHs384,
  kHs512,
};

enum class TokenKeyType : uint8_t { kRsa, kP256, kP384, kP521, kOctets };

// FindTokenAlgorithm is the algorithm of that name ("RS256"), in just that case.
std::optional<TokenAlgorithm> FindTokenAlgorithm(std::string_view name);

// TokenAlgorithmName is the name as a token carries it.
std::string_view TokenAlgorithmName(TokenAlgorithm algorithm);

// KeyTypeOf is the kind of key that the algorithm takes.
TokenKeyType KeyTypeOf(TokenAlgorithm algorithm);

// DigestSizeOf is the size in bytes of the algorithm's digest: 32, 48 or 64.
size_t DigestSizeOf(TokenAlgorithm algorithm);

// SignsWithASecret tells the algorithms whose verifier could sign as well.
bool SignsWithASecret(TokenAlgorithm algorithm);

// PublicKeyAlgorithms are the others.
std::vector<TokenAlgorithm> PublicKeyAlgorithms();

}  // namespace sallyport

#endif  // SALLYPORT_CORE_TOKENS_TOKEN_ALGORITHM_H_
