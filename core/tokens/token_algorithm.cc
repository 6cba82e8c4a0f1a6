#include "core/tokens/token_algorithm.h"

namespace sallyport {
namespace {

struct Entry {
  TokenAlgorithm algorithm;
  std::string_view name;
  TokenKeyType key_type;
  size_t digest_size;
};

constexpr Entry kEntries[] = {
    {TokenAlgorithm::kRs256, "RS256", TokenKeyType::kRsa, 32},
    {TokenAlgorithm::kRs384, "RS384", TokenKeyType::kRsa, 48},
    {TokenAlgorithm::kRs512, "RS512", TokenKeyType::kRsa, 64},
    {TokenAlgorithm::kPs256, "PS256", TokenKeyType::kRsa, 32},
    {TokenAlgorithm::kPs384, "PS384", TokenKeyType::kRsa, 48},
    {TokenAlgorithm::kPs512, "PS512", TokenKeyType::kRsa, 64},
    {TokenAlgorithm::kEs256, "ES256", TokenKeyType::kP256, 32},
    {TokenAlgorithm::kEs384, "ES384", TokenKeyType::kP384, 48},
    {TokenAlgorithm::kEs512, "ES512", TokenKeyType::kP521, 64},
    {TokenAlgorithm::kHs256, "HS256", TokenKeyType::kOctets, 32},
    {TokenAlgorithm::kHs384, "HS384", TokenKeyType::kOctets, 48},
    {TokenAlgorithm::kHs512, "HS512", TokenKeyType::kOctets, 64},
};

constexpr bool InOrder() {
  size_t index = 0;
  for (const Entry& entry : kEntries) {
    if (static_cast<size_t>(entry.algorithm) != index++) return false;
  }
  return true;
}
static_assert(InOrder(), "the table is indexed by the enumerators");

const Entry& EntryOf(TokenAlgorithm algorithm) { return kEntries[static_cast<size_t>(algorithm)]; }

}  // namespace

std::optional<TokenAlgorithm> FindTokenAlgorithm(std::string_view name) {
  for (const Entry& entry : kEntries) {
    if (entry.name == name) return entry.algorithm;
  }
  return std::nullopt;
}

std::string_view TokenAlgorithmName(TokenAlgorithm algorithm) { return EntryOf(algorithm).name; }

TokenKeyType KeyTypeOf(TokenAlgorithm algorithm) { return EntryOf(algorithm).key_type; }

size_t DigestSizeOf(TokenAlgorithm algorithm) { return EntryOf(algorithm).digest_size; }

bool SignsWithASecret(TokenAlgorithm algorithm) {
  return KeyTypeOf(algorithm) == TokenKeyType::kOctets;
}

std::vector<TokenAlgorithm> PublicKeyAlgorithms() {
  std::vector<TokenAlgorithm> algorithms;
  for (const Entry& entry : kEntries) {
    if (!SignsWithASecret(entry.algorithm)) algorithms.push_back(entry.algorithm);
  }
  return algorithms;
}

}  // namespace sallyport
