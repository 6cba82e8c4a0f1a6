#include "core/sasl/scram/scram_proof.h"

#include <cstddef>
#include <span>
#include <utility>

namespace sallyport {
namespace {

std::optional<ScramDigest> HmacOf(HashFunction hash, std::string_view key, std::string_view data) {
  std::optional<ScramDigest> out(hash);
  if (!Hmac(hash, key, data, out->bytes())) out.reset();
  return out;
}

std::optional<ScramDigest> DigestOf(HashFunction hash, std::string_view data) {
  std::optional<ScramDigest> out(hash);
  if (!Digest(hash, data, out->bytes())) out.reset();
  return out;
}

// Both are of one size.
void XorInto(std::string_view bytes, std::span<char> out) {
  for (size_t i = 0; i < bytes.size(); ++i) out[i] = static_cast<char>(out[i] ^ bytes[i]);
}

}  // namespace

std::optional<std::string> ScramClientProof(HashFunction hash, const ScramDerivedKeys& keys,
                                            std::string_view auth_message) {
  const std::optional<ScramDigest> signature = HmacOf(hash, keys.stored_key.view(), auth_message);
  if (!signature.has_value()) return std::nullopt;
  std::string proof(keys.client_key.view());
  XorInto(signature->view(), proof);
  return proof;
}

std::optional<bool> ScramProofMatches(HashFunction hash, const Secret& stored_key,
                                      std::string_view auth_message, std::string_view proof) {
  std::optional<ScramDigest> client_key = HmacOf(hash, stored_key.view(), auth_message);
  if (!client_key.has_value()) return std::nullopt;
  if (proof.size() != DigestSize(hash)) return false;
  XorInto(proof, client_key->bytes());
  const std::optional<ScramDigest> digest = DigestOf(hash, client_key->view());
  if (!digest.has_value()) return std::nullopt;
  return stored_key.Equals(digest->view());
}

std::optional<ScramDigest> ScramServerSignature(HashFunction hash, std::string_view server_key,
                                                std::string_view auth_message) {
  return HmacOf(hash, server_key, auth_message);
}

}  // namespace sallyport
