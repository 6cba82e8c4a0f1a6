#include "core/sasl/scram/scram_proof.h"

#include <cstddef>
#include <span>
#include <utility>

namespace sallyport {
namespace {

std::optional<Secret> HmacOf(HashFunction hash, std::string_view key, std::string_view data) {
  Secret out = Secret::Zeroed(DigestSize(hash));
  if (!Hmac(hash, key, data, std::span(out.data(), out.size()))) return std::nullopt;
  return out;
}

std::optional<Secret> DigestOf(HashFunction hash, std::string_view data) {
  Secret out = Secret::Zeroed(DigestSize(hash));
  if (!Digest(hash, data, std::span(out.data(), out.size()))) return std::nullopt;
  return out;
}

// Both are of one size.
void XorInto(std::string_view bytes, char* out) {
  for (size_t i = 0; i < bytes.size(); ++i) out[i] = static_cast<char>(out[i] ^ bytes[i]);
}

}  // namespace

std::optional<std::string> ScramClientProof(HashFunction hash, const ScramDerivedKeys& keys,
                                            std::string_view auth_message) {
  const std::optional<Secret> signature = HmacOf(hash, keys.stored_key.view(), auth_message);
  if (!signature.has_value()) return std::nullopt;
  std::string proof(keys.client_key.view());
  XorInto(signature->view(), proof.data());
  return proof;
}

std::optional<bool> ScramProofMatches(HashFunction hash, const Secret& stored_key,
                                      std::string_view auth_message, std::string_view proof) {
  std::optional<Secret> client_key = HmacOf(hash, stored_key.view(), auth_message);
  if (!client_key.has_value()) return std::nullopt;
  if (proof.size() != client_key->size()) return false;
  XorInto(proof, client_key->data());
  const std::optional<Secret> digest = DigestOf(hash, client_key->view());
  if (!digest.has_value()) return std::nullopt;
  return digest->Equals(stored_key.view());
}

std::optional<Secret> ScramServerSignature(HashFunction hash, std::string_view server_key,
                                           std::string_view auth_message) {
  return HmacOf(hash, server_key, auth_message);
}

}  // namespace sallyport
